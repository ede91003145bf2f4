namespace Maas.Images.Tests.Ephemeral;

/// <summary>What the agent decides about a disk plan before its first write, and what it makes of its steps.</summary>
public sealed class DiskPlanTests : IDisposable
{
    private const string Place = "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0";
    private const string OtherPlace = "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0";
    private readonly AgentShell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task The_disks_of_a_plan_are_found_by_serial_number_whatever_their_names_are_now()
    {
        AddDisk("sda", Place, "TWO");
        AddDisk("sdb", OtherPlace, "ONE");
        Plan("disk\td1\tname=sda\tserial=ONE\ndisk\td2\tname=sdb\tserial=TWO\nwipe\td1\n");

        (await RunAsync("find_plan_disks && devices d1,d2")).Should().Be($"{_shell["dev"]}/sdb\n{_shell["dev"]}/sda\n");
    }

    [Theory]
    [InlineData("ONE", "ONE", "the disk sda (ONE) cannot be told: 2 disks have its serial number, and 0 of them its place; there are: " +
        "sda(ONE) sdb(ONE) ")]
    [InlineData("ONE", "OTHER", "the disk sdb (TWO) is absent; there are: sda(ONE) sdb(OTHER) ")]
    public async Task A_disk_that_is_absent_or_in_doubt_is_refused(string first, string second, string reason)
    {
        AddDisk("sda", Place, first);
        AddDisk("sdb", OtherPlace, second);
        Plan("disk\td1\tname=sda\tserial=ONE\tpath=elsewhere\ndisk\td2\tname=sdb\tserial=TWO\n");

        (await RunAsync("find_plan_disks || echo \"$WHY\"")).Should().Be(reason + "\n");
    }

    [Fact]
    public async Task A_read_only_disk_is_refused()
    {
        AddDisk("sda", Place, "ONE");
        _shell.File("sys/block/sda/ro", "1");
        Plan("disk\td1\tname=sda\tserial=ONE\n");

        (await RunAsync("find_plan_disks || echo \"$WHY\"")).Should().Be("the disk sda is read-only\n");
    }

    [Fact]
    public async Task A_plan_with_a_step_of_a_newer_server_is_refused_and_so_is_one_without_disks()
    {
        Plan("disk\td1\tname=sda\tserial=ONE\nwipe\td1\nencrypt\td1.1\n");
        (await RunAsync("check_plan || echo \"$WHY\"")).Should().Be("the plan has the step 'encrypt', which this agent does not know\n");
        Plan("unpack\n");
        (await RunAsync("check_plan && { find_plan_disks || echo \"$WHY\"; }")).Should().Be("the plan names no disk\n");
    }

    [Fact]
    public async Task A_partition_becomes_a_line_for_sfdisk()
    {
        const string Lines =
            """
            add_partition 2 4 512 C12A7328-F81F-11D2-BA4B-00A0C93EC93B aaaaaaaa-0000-4000-8000-000000000001 -
            add_partition 4 28 - 5 - -
            add_partition 1 4 8 83 - active
            """;

        (await RunAsync(Lines)).Should().Be(
            "2 : start=4MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, size=512MiB, uuid=aaaaaaaa-0000-4000-8000-000000000001\n"
            + "4 : start=28MiB, type=5\n1 : start=4MiB, type=83, size=8MiB, bootable\n");
    }

    [Fact]
    public async Task Of_the_kernels_command_line_the_installed_system_keeps_what_a_person_chose()
    {
        _shell.File(
            "proc/cmdline",
            "kernel BOOT_IMAGE=linux initrd=initrd0 initrd=initrd1 maas.url=http://10.0.0.1/MAAS maas.token=secret "
            + "BOOTIF=01-52-54-00-12-34-56 console=tty0 console=ttyS0,115200 quiet x=$(reboot) ro iommu=pt");

        (await RunAsync("kernel_options")).Should().Be(" console=tty0 console=ttyS0,115200 quiet iommu=pt");
    }

    [Fact]
    public async Task A_step_that_the_server_does_not_take_stops_nothing()
    {
        _shell.File("proc/cmdline", "quiet");
        (await RunAsync("SYSTEM_ID=abc123; ask() { cat \"$3\"; HTTP_STATUS=500; : >$RUN/body; return 1; }; phase raid 'build \"md0\"'"))
            .Should().Be(
                "say step=build \"md0\"\n{\"event_type\": \"start\", \"origin\": \"maas-agent\", \"name\": \"cmd-install/raid\", "
                + "\"description\": \"build md0\"}say warning: the server answered 500 \n");
    }

    private void AddDisk(string name, string device, string serial)
    {
        _shell.Disk(name, device, 2048);
        _shell.Page80(name, serial);
    }

    private void Plan(string text) => _shell.Write("run/plan", System.Text.Encoding.ASCII.GetBytes(text));

    private async Task<string> RunAsync(string lines) => (await _shell.RunAsync(lines)).Output;
}
