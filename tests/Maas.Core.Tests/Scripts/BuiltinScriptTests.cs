using System.Net;
using System.Net.Sockets;
using System.Text;
using Maas.Core.Inventory;
using Maas.Core.Scripts;
using Maas.Judges;

namespace Maas.Core.Tests.Scripts;

/// <summary>The scripts run under the shells of both environments: busybox, and dash with the tools of a full system.</summary>
public sealed class BuiltinScriptTests : IDisposable
{
    private const string NoCard = "nic-that-is-absent";
    private readonly FakeRoot _root = new();
    private readonly string _work = Directory.CreateTempSubdirectory("maas-scripts-").FullName;

    public static TheoryData<string> Shells => new("dash", "busybox");

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_work, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_inventory_tells_what_sysfs_tells(string shell)
    {
        var verdict = (await RunAsync(shell, "00-maas-inventory")).Approved();

        InventoryParser.TryParse(Encoding.UTF8.GetBytes(verdict.Output), out var hardware, out var error).Should().BeTrue(error);
        hardware.Firmware.Should().Be(FirmwareKind.Uefi);
        hardware.Cpu.Should().Be(new Processor { Model = "Test CPU 9000", Count = 2, Cores = 2, Sockets = 1, MaxMhz = 3600 });
        hardware.MemoryMiB.Should().Be(2048);
        hardware.Identity.Vendor.Should().Be("ACME Inc");
        hardware.Identity.Uuid.Should().Be("0a1b2c3d-0000-0000-0000-000000000001");
        hardware.Identity.ChassisType.Should().Be(23);
        hardware.Disks.Should().Equal(
            new Disk { Name = "sda", Size = 1024 * 1024, Rotational = true, Bus = "sata", Serial = "SN-42", Model = "Spinner 9", Wwid =
                "naa.5000c500a1b2c3d4", Path = "pci-0000:00:1f.2-ata-1-scsi-0:0:0" },
            new Disk { Name = "sdb", Size = 2 * 1024 * 1024, Rotational = true, Removable = true, Bus = "usb", Path = "pci-0000:00:14.0" },
            new Disk { Name = "vda", Size = 2147483648, Rotational = true, Bus = "virtio", Serial = "VIRT1", Path = "pci-0000:00:04.0" });
        hardware.Interfaces.Should().Equal(
            new NetworkInterface { Name = "eth0", MacAddress = MacAddress.Parse("52:54:00:00:00:01"), SpeedMbps = 1000, LinkUp =
                true, Driver = "virtio_net", PciAddress = "0000:00:03.0", Vendor = "1af4", Product = "1000" },
            new NetworkInterface { Name = "eth1", MacAddress = MacAddress.Parse("52:54:00:00:00:02"), Driver = "virtio_net", PciAddress =
                "0000:00:05.0", Vendor = "1af4", Product = "1000" });
        hardware.NumaNodes.Should().Equal(new NumaNode(0, "0-1", 1953));
        hardware.PciDevices.Select(device => device.Address).Should().Equal("0000:00:03.0", "0000:00:05.0");
        hardware.UsbDevices.Should().Equal(new UsbDevice("1-1", "0627", "0001", "Tablet"));
    }

    [Fact]
    public async Task The_scripts_and_the_agent_read_a_disk_by_one_and_the_same_text()
    {
        var shared = (await File.ReadAllTextAsync(Repository.PathOf("src/Shared/disk-identity.sh"))).TrimEnd();
        foreach (var script in (string[])["00-maas-inventory", "20-maas-disk-read"])
            Encoding.UTF8.GetString(BuiltinScripts.Find(script)!.Value.Span).Should().Contain(shared).And.NotContain("#include");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_inventory_of_this_very_machine_can_be_read(string shell)
    {
        var verdict = (await RunAsync(shell, "00-maas-inventory", ("MAAS_SYSROOT", ""))).Approved();
        InventoryParser.TryParse(Encoding.UTF8.GetBytes(verdict.Output), out var hardware, out var error).Should().BeTrue(error);
        hardware.Cpu.Count.Should().BePositive();
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Memory_is_touched_and_cleaned_up(string shell)
    {
        var verdict = (await RunAsync(shell, "10-maas-memory-touch", ("MAAS_MEMORY_DIR", _work), ("MAAS_MEMORY_MIB", "3"))).Approved();
        verdict.Output.Should().Contain("All 3 MiB read back as written.");
        Directory.GetFileSystemEntries(_work).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Memory_that_runs_out_fails_the_test(string shell)
    {
        var verdict = await RunAsync(shell, "10-maas-memory-touch", ("MAAS_MEMORY_DIR", "/proc"), ("MAAS_MEMORY_MIB", "3"));
        verdict.ExitCode.Should().Be(1);
        _root.File("proc/meminfo", "MemAvailable: 100 kB");
        (await RunAsync(shell, "10-maas-memory-touch")).Error.Should().Contain("No free memory");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Fixed_disks_are_read_at_three_places(string shell)
    {
        _root.Bytes("dev/sda", new byte[1024 * 1024]);
        var disk = Path.Combine(_root.Path, "dev/vda");
        await using (var file = File.Create(disk)) file.SetLength(2147483648);

        var verdict = (await RunAsync(shell, "20-maas-disk-read", ("MAAS_DISK_MIB", "2"))).Approved();

        verdict.Output.Should().Contain("vda: 2048 MiB, read at 3 place(s).").And.Contain("sda: 1 MiB").And.NotContain("sdb");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_disk_that_ends_too_early_fails_by_name(string shell)
    {
        _root.Bytes("dev/sda", new byte[1024 * 1024]);
        var disk = Path.Combine(_root.Path, "dev/vda");
        await using (var file = File.Create(disk)) file.SetLength(1024 * 1024 * 1024);

        var verdict = await RunAsync(shell, "20-maas-disk-read", ("MAAS_DISK_MIB", "2"));

        verdict.ExitCode.Should().Be(1);
        verdict.Error.Should().Contain("vda: only 0 bytes of 2 MiB at MiB 2046 could be read.").And.Contain("1 of 2 disk(s)");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_server_is_reached_by_the_address_on_the_kernels_command_line(string shell)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        _root.File("proc/cmdline", $"quiet maas.url=http://{server.LocalEndpoint}/MAAS maas.token=x");
        var answer = AnswerAsync(server);

        var verdict = (await RunAsync(shell, "30-maas-network")).Approved();

        (await answer).Should().StartWith("GET /MAAS/api/2.0/version/ ");
        verdict.Output.Should().Contain("eth0 52:54:00:00:00:01: link up, 1000 Mbit/s").And.Contain("eth1 52:54:00:00:00:02: no link");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_server_that_does_not_answer_fails_the_test(string shell)
    {
        var verdict = await RunAsync(shell, "30-maas-network", ("MAAS_URL", "http://127.0.0.1:1/MAAS"), ("MAAS_NETWORK_ATTEMPTS", "1"));
        verdict.ExitCode.Should().Be(1);
        verdict.Error.Should().Contain("http://127.0.0.1:1/MAAS cannot be reached.");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Without_a_link_the_test_fails(string shell)
    {
        _root.File("sys/class/net/eth0/carrier", "0");
        (await RunAsync(shell, "30-maas-network")).Error.Should().Contain("No network interface has a link.");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Every_processor_computes_the_same_checksum(string shell)
    {
        var result = Path.Combine(_work, "result");
        var verdict = (await RunWithAsync(shell, "cpu-load", ["1"], ("RESULT_PATH", result))).Approved();
        verdict.Output.Should().MatchRegex("^2 processor\\(s\\) computed [1-9][0-9]* checksums in 1 s, all of them right.");
        (await File.ReadAllTextAsync(result)).Should().MatchRegex("^results:\n  rounds: [1-9][0-9]*\n  processors: 2\n$");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_facts_of_the_firmware_are_read(string shell)
    {
        _root.Bytes("sys/firmware/efi/efivars/SecureBoot-8be4df61", [6, 0, 0, 0, 1]);
        _root.Bytes("sys/firmware/efi/efivars/Boot0001-8be4df61", [7, 0, 0, 0, 1]);
        _root.File("sys/class/dmi/id/bios_version", "2.0 'x'");
        var result = Path.Combine(_work, "result");
        var verdict = (await RunWithAsync(shell, "firmware-facts", [], ("RESULT_PATH", result))).Approved();
        verdict.Output.Should().Contain("bios_version: 2.0 x\n").And.Contain("boot entries: 1\n").And.Contain("secure boot: on\n");
        (await File.ReadAllTextAsync(result)).Should().Be("results:\n  firmware: uefi\n  version: '2.0 x'\n  secure_boot: 'on'\n");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_machine_without_a_controller_skips_its_set_up_and_says_what_the_firmware_describes(string shell)
    {
        var result = Path.Combine(_work, "result");
        (string, string)[] variables =
            [("RESULT_PATH", result), ("BMC_CONFIG_PATH", Path.Combine(_work, "bmc")), ("MAAS_BMC_WAITS", "0"), ("MAAS_BMC_PAUSE", "0")];
        var verdict = (await RunWithAsync(shell, "30-maas-01-bmc-config", [], variables)).Approved();
        verdict.Output.Should().Be("Skipped: this machine has no management controller with IPMI.\n");
        (await File.ReadAllTextAsync(result)).Should().Be("status: skipped\n");

        // SMBIOS: type, length, handle, fields, texts, and two zeros. Type 0 with a text, then the one that counts, then the end.
        byte[] first = [0, 6, 0, 0, 1, 38, .. "vendor\0\0"u8], end = [127, 4, 2, 0, 0, 0];
        _root.Bytes("sys/firmware/dmi/tables/DMI", [.. first, 42, 6, 1, 0, 9, 9, 0, 0, .. end]);
        (await RunWithAsync(shell, "30-maas-01-bmc-config", [], variables)).Output.Should().Contain("a Redfish host interface");
        _root.Bytes("sys/firmware/dmi/tables/DMI", [.. first, 38, 6, 1, 0, 9, 9, 0, 0, .. end]);
        (await RunWithAsync(shell, "30-maas-01-bmc-config", [], variables)).Output.Should().Contain("(SMBIOS type 38), which no driver");
    }

    [Theory]
    [InlineData("badblocks")]
    [InlineData("badblocks-destructive")]
    public async Task The_blocks_of_a_disk_are_read_and_only_the_destructive_test_writes(string script)
    {
        Judge.Require("badblocks");
        var disk = Path.Combine(_work, "disk");
        byte[] content = [.. Enumerable.Repeat((byte)7, 64 * 4096)];
        await File.WriteAllBytesAsync(disk, content);

        (await RunWithAsync("dash", script, [disk])).Approved().Output.Should().Contain("has no bad block.");

        (await File.ReadAllBytesAsync(disk)).SequenceEqual(content).Should().Be(script == "badblocks");
    }

    [Theory]
    [InlineData("memtester")]
    [InlineData("smartctl-validate")]
    [InlineData("fio")]
    [InlineData("lldp")]
    public async Task A_test_whose_program_is_missing_is_skipped(string script)
    {
        var result = Path.Combine(_work, "result");
        (await RunWithAsync("busybox", script, ["/dev/null"], ("RESULT_PATH", result))).Approved().Output.Should().StartWith("Skipped: ");
        (await File.ReadAllTextAsync(result)).Should().Be("status: skipped\n");
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task The_switch_port_of_an_interface_is_read_of_the_frames_that_socat_shows(string shell)
    {
        var result = Path.Combine(_work, "result");
        const string Arp = "ff ff ff ff ff ff 52 54 00 00 00 01 08 06 00 01 08 00 06 04 00 01";
        const string Lldp = "01 80 c2 00 00 0e 52 54 00 aa bb cc 88 cc 02 07 04 52 54 00 aa bb cc 04 06 05 47 69 30 2f 31 06 02 00 78 "
            + "08 08 75 70 20 6c 69 6e 6b 27 0a 07 73 77 69 74 63 68 31 fe 06 00 80 c2 01 00 2a 00 00";
        var verdict = await RunStubbedAsync(
            shell, "lldp", "socat", "cat >&2 <<'END'\n"
            + $"> 2026/11/30 13:01:03.000123456  length=22 from=0 to=21\n {Arp}\n"
            + $"> 2026/11/30 13:01:05.000123456  length=64 from=22 to=85\n {Lldp}\nEND\n", [NoCard], result);

        verdict.Output.Should().Be($"{NoCard} is connected to port Gi0/1 (up link?) of switch1, VLAN 42.\n", "quotes are replaced");
        (await File.ReadAllTextAsync(result)).Should().Be("results:\n  switch: 'switch1'\n  port: 'Gi0/1'\n  vlan: '42'\n");
    }

    [Fact]
    public async Task A_frame_that_lies_about_its_lengths_tells_nothing()
    {
        var result = Path.Combine(_work, "result");
        var verdict = await RunStubbedAsync("dash", "lldp", "socat", "cat >&2 <<'END'\n"
            + "> x  length=18 from=0 to=17\n 01 80 c2 00 00 0e 52 54 00 aa bb cc 88 cc 03 ff 04 52\nEND\n", [NoCard], result);

        verdict.Output.Should().Be($"Skipped: no switch announced itself on {NoCard}.\n");
        (await File.ReadAllTextAsync(result)).Should().Be("status: skipped\n");
    }

    [Fact]
    public async Task The_speed_of_a_disk_is_read_of_fios_terse_line()
    {
        var result = Path.Combine(_work, "result");
        var verdict = await RunStubbedAsync(
            "dash", "fio", "fio", "echo \"$*\" >&2; echo '3;fio-3.33;read;0;0;3072000;102400;250;30000'\n", ["/dev/null"], result);

        verdict.Output.Should().EndWith(
            "/dev/null reads 100 MiB/s in sequence, and 250 blocks of 4 KiB a second at random.\n");
        verdict.Error.Should().Contain("--readonly --rw=read").And.Contain("--readonly --rw=randread");
        (await File.ReadAllTextAsync(result)).Should().Be("results:\n  sequential_mib_per_second: 100\n  random_iops: 250\n");
    }

    /// <summary>Runs a script with another program in the place of one that it calls.</summary>
    private async Task<Verdict> RunStubbedAsync(string shell, string script, string name, string text, string[] words, string result)
    {
        var program = Judge.Require(shell);
        var stub = Path.Combine(Directory.CreateDirectory(Path.Combine(_work, "stubs")).FullName, name);
        await File.WriteAllTextAsync(stub, "#!/bin/sh\n" + text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(stub, (UnixFileMode)0b111_101_101);
        var path = Path.Combine(_root.Path, script);
        await File.WriteAllBytesAsync(path, BuiltinScripts.Find(script)!.Value.ToArray());
        return (await Judge.RunAsync("env",
        [
            "-i", $"PATH={Path.GetDirectoryName(stub)}:{await PathOfAsync(shell, program)}:/usr/bin:/bin", $"RESULT_PATH={result}",
            "LLDP_SECONDS=5", .. Command(program, shell), path, .. words,
        ])).Approved();
    }

    private Task<Verdict> RunAsync(string shell, string script, params (string Name, string Value)[] variables) =>
        RunWithAsync(shell, script, [], variables);

    private async Task<Verdict> RunWithAsync(
        string shell, string script, string[] words, params (string Name, string Value)[] variables)
    {
        var path = Path.Combine(_root.Path, script);
        await File.WriteAllBytesAsync(path, BuiltinScripts.Find(script)!.Value.ToArray());

        // busybox has its own applets alone, as in the ephemeral environment; dash finds the full system's tools.
        var program = Judge.Require(shell);
        if (shell != "busybox") Judge.RequireAll("cmp", "curl");
        string[] arguments =
            ["-i", $"PATH={await PathOfAsync(shell, program)}", $"MAAS_SYSROOT={_root.Path}",
            .. variables.Select(variable => $"{variable.Name}={variable.Value}"), .. Command(program, shell), path, .. words];
        return await Judge.RunAsync("env", arguments);
    }

    private static string[] Command(string program, string shell) => shell == "busybox" ? [program, "sh"] : [program];

    private async Task<string> PathOfAsync(string shell, string program)
    {
        if (shell != "busybox") return "/usr/sbin:/usr/bin:/sbin:/bin";
        var applets = Path.Combine(_root.Path, "applets");
        if (!Directory.Exists(applets))
        {
            Directory.CreateDirectory(applets);
            (await Judge.RunAsync(program, ["--install", "-s", applets])).Approved();
        }

        return applets;
    }

    private static async Task<string> AnswerAsync(TcpListener server)
    {
        using var client = await server.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray());
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
