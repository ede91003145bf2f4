using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Testing.Events;
using Maas.Testing.Hardware;
using Maas.Testing.Tests.Servers;

namespace Maas.Testing.Tests;

public sealed class SimulatedMachineTests : IAsyncLifetime
{
    private const string Address = "127.9.0.7";
    private static readonly HardwareAddress Mac = HardwareAddress.Parse("52:54:00:00:00:01");

    private readonly BootFilesInMemory _files = new();
    private string _script = "ipxe/52-54-00-00-00-01";
    private RunningTftp _tftp = null!;
    private ScriptedDhcp _dhcp = null!;
    private ContractServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _tftp = new RunningTftp(_files);
        _server = await ContractServer.StartAsync(_files);
        _dhcp =
            new ScriptedDhcp(asked =>
                ScriptedDhcp.Lease(asked, Address, !ScriptedDhcp.IsFirmware(asked) ? "" : ScriptedDhcp.IsIpxe(asked) ? _script
            : asked.Options.GetText(Boot.Dhcp4.Wire.DhcpOptionCode.VendorClass)!.StartsWith("HTTP", StringComparison.Ordinal)
                ? $"{_server.Base}/boot/ipxe.efi"
            : "snponly.efi"));
        foreach (var name in (string[])["snponly.efi", "ipxe.efi", "ephemeral/amd64/kernel", "ephemeral/amd64/initrd"])
            _files[name] = new byte[20_000];
        Boots($"maas.url={_server.Base} maas.token={ContractServer.Token} BOOTIF=01-52-54-00-00-00-01");
    }

    public async ValueTask DisposeAsync()
    {
        await _dhcp.DisposeAsync();
        await _tftp.DisposeAsync();
        await _server.DisposeAsync();
    }

    private void Boots(string commandLine) =>
        Boots(new BootInstruction.Kernel("ephemeral/amd64/kernel", ["ephemeral/amd64/initrd"], commandLine));

    private void Boots(BootInstruction instruction) =>
        _files.Add("ipxe/52-54-00-00-00-01", BootScript.Write(BootScriptDialect.Ipxe, instruction));

    private SimulatedMachine Machine(Func<SimulatedMachineOptions, SimulatedMachineOptions>? but = null)
    {
        var options = new SimulatedMachineOptions
        {
            Mac = Mac,
            Network = new SimulatedNetwork { DhcpServers = [_dhcp.EndPoint], TftpPort = _tftp.EndPoint.Port },
            Uuid = Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10")
        };
        return new SimulatedMachine(but?.Invoke(options) ?? options);
    }

    private static async Task<SettledState> BootAsync(SimulatedMachine machine)
    {
        machine.TurnOn();
        return await machine.WhenAtRestAsync(Stop);
    }

    private static async Task<List<string>> StoryAsync(SimulatedMachine machine)
    {
        await machine.DisposeAsync();
        return await machine.WatchAsync(Stop).Select(e => e.ToString()).ToListAsync(Stop);
    }

    [Theory]
    [InlineData(SimulatedFirmware.BiosIpxe)]
    [InlineData(SimulatedFirmware.BiosPxe)]
    [InlineData(SimulatedFirmware.UefiPxe)]
    public async Task An_unknown_machine_enlists_and_switches_itself_off(SimulatedFirmware firmware)
    {
        Boots($"maas.url={_server.Base} maas.task=enlist");
        await using var machine = Machine(o => o with { Firmware = firmware });
        (await BootAsync(machine)).Should().BeOfType<SettledState.Off>();
        machine.IsOn.Should().BeFalse();
        _server.Reports.Should()
            .Equal(
                "architecture=amd64 power_type=manual mac_addresses=52:54:00:00:00:01 hardware_uuid=01020304-0506-0708-090a-0b0c0d0e0f10");
        _server.Clients.Should().OnlyContain(c => c.Equals(IPAddress.Parse(Address)), "a server may bind a token to the address it leased");
    }

    [Fact]
    public async Task By_HTTP_boot_not_a_single_file_goes_by_TFTP()
    {
        Boots($"maas.url={_server.Base} maas.task=enlist");
        _script = $"{_server.Base}/boot/{_script}";
        await using var machine = Machine(o => o with { Firmware = SimulatedFirmware.UefiHttp, Network = o.Network with { TftpPort = 9 } });
        (await BootAsync(machine)).Should().BeOfType<SettledState.Off>();
        _server.Reports.Should().ContainSingle();
        var fetched =
            await machine.WatchAsync(Stop).OfType<MachineEvent.Fetch>().Take(4).Select(f => f.Source.AbsolutePath).ToListAsync(Stop);
        fetched.Should().Equal(
            "/MAAS/boot/ipxe.efi",
            "/MAAS/boot/ipxe/52-54-00-00-00-01",
            "/MAAS/boot/ephemeral/amd64/kernel",
            "/MAAS/boot/ephemeral/amd64/initrd");
    }

    [Fact]
    public async Task Scripts_are_reported_as_started_and_as_ended_with_their_output()
    {
        _server.Task = "task=commission\nwait=poweroff\n";
        _server.Scripts = ContractServer.Tar(
            ("index.tsv", "commissioning\t50-mine\tcommissioning/50-mine\t7\t60\ntesting\t60-bad\ttesting/60-bad\t8\t60\n"),
            ("commissioning/50-mine", "#!/bin/sh\n"),
            ("testing/60-bad", "exit 1"));
        await using var machine =
            Machine(o => o with { RunScript = s => s.Name == "60-bad" ? new SimulatedScriptResult(3, "out", "err") : null });
        (await BootAsync(machine)).Should().BeOfType<SettledState.Off>();
        _server.Reports.Should().Equal(
            "op=signal status=WORKING script_result_id=7",
            "op=signal status=WORKING script_result_id=7 exit_status=0 [50-mine:simulated] [50-mine.out:simulated] [50-mine.err:]",
            "op=signal status=TESTING",
            "op=signal status=WORKING script_result_id=8",
            "op=signal status=WORKING script_result_id=8 exit_status=3 [60-bad:outerr] [60-bad.out:out] [60-bad.err:err]",
            "op=signal status=FAILED error=failed: 60-bad");
    }

    [Theory]
    [InlineData("raw", null)]
    [InlineData("gz", null)]
    [InlineData("gz", 100_000)]
    public async Task A_deployed_machine_starts_from_its_disk_and_reports_as_cloud_init_does(string format, int? cut)
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        _server.Image = format == "raw" ? content : Gzip(content);
        _server.CutImageAt = cut;
        _server.Task = _server.DeploySheet(format);
        await using var machine = Machine();
        _server.Reports.Should().BeEmpty();
        machine.TurnOn();
        await foreach (var happened in machine.WatchAsync(Stop))
        {
            if (happened is MachineEvent.ConsoleOutput { Text: "MAAS-AGENT step=netboot off" }) Boots(new BootInstruction.LocalDisk());
            if (happened is MachineEvent.ConsoleOutput { Program: "cloud-init" }) break;
        }

        (await machine.WhenAtRestAsync(Stop)).Should().BeOfType<SettledState.SystemRunning>();
        machine.IsOn.Should().BeTrue();
        using (var disk = machine.Disks[0].OpenRead()) (await SHA256.HashDataAsync(disk, Stop)).Should().Equal(SHA256.HashData(content));
        machine.Disks[0].ImageSha256.ToArray().Should().Equal(SHA256.HashData(content));
        machine.System!.HostName.Should().Be("happy-cow");
        machine.System.PublicKeys.Should().Equal("ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two");

        _server.Reports.Take(8)
            .Should()
            .Equal("op=netboot_off", "op=signal status=OK", "asked meta-data/instance-id", "asked meta-data/instance-id",
            "asked meta-data/local-hostname", "asked meta-data/public-keys", "asked meta-data/vendor-data", "asked user-data");
        _server.Reports.Skip(8).Should().HaveCountGreaterThan(35).And.OnlyContain(
            r => r.StartsWith("webhook ") && !r.Contains("content type")).And.EndWith(
            "webhook modules-final finish");
    }

    [Fact]
    public async Task A_wrong_hash_is_reported_and_the_machine_goes_off()
    {
        _server.Image = [1, 2, 3];
        _server.Task = _server.DeploySheet("raw", sha256: new string('0', 64));
        await using var machine = Machine();
        (await BootAsync(machine)).Should().BeOfType<SettledState.Off>();
        _server.Reports.Should().ContainSingle().Which.Should().StartWith("op=signal status=FAILED error=the image's SHA-256 is wrong");
    }

    [Theory]
    [InlineData("sdq", "", "the disk sdq is absent")]
    [InlineData("vda", "S1", "the disk vda (S1) is absent")]
    public async Task A_disk_that_is_not_there_is_named(string disk, string serial, string error)
    {
        _server.Task = _server.DeploySheet("raw", disk: disk, serial: serial);
        await using var machine = Machine();
        await BootAsync(machine);
        _server.Reports.Should().ContainSingle().Which.Should().Contain(error);
    }

    [Theory]
    [InlineData("deploy", "this is another machine")]
    [InlineData("task=erase\nerase_mode=quick\n", "does not know this machine's disks")]
    [InlineData("task=erase\nerase_mode=quick\nhardware_uuid=\nknown_disks=1\nknown_disk=name=vdz\tserial=S9\n", "vdz (S9) is absent")]
    [InlineData("task=erase\nerase_mode=quick\nhardware_uuid=\nknown_disks=0\n", "vda () is not in the inventory")]
    public async Task A_destructive_task_for_another_machine_or_for_unknown_disks_writes_nothing(string task, string why)
    {
        _server.Image = [1, 2, 3];
        _server.Task = task == "deploy" ? _server.DeploySheet("raw", uuid: "99999999-0506-0708-090a-0b0c0d0e0f10") : task;
        await using var machine = Machine();

        await BootAsync(machine);

        machine.Disks.Should().OnlyContain(disk => disk.Erasures == 0 && disk.ImageLength == 0);
        _server.Reports.Should().ContainSingle().Which.Should().StartWith("op=signal status=FAILED").And.Contain(why);
    }

    [Fact]
    public async Task An_image_larger_than_the_disk_is_no_image_for_it()
    {
        _server.Image = new byte[8192];
        _server.Task = _server.DeploySheet("raw");
        await using var machine =
            Machine(o => o with { DiskFolder = null, Hardware = new SimulatedHardware { Disks = [new SimulatedDiskModel("vda", 4096)] } });
        await BootAsync(machine);
        _server.Reports.Should().ContainSingle().Which.Should().Contain("No space left");
    }

    [Fact]
    public async Task Erasing_empties_every_disk_and_is_reported()
    {
        _server.Task = "task=erase\nerase_mode=quick\nhardware_uuid=\nknown_disks=2\nknown_disk=name=vda\nknown_disk=name=vdb\tserial=\n";
        await using var machine =
            Machine(o => o with { Hardware = new SimulatedHardware { Disks = [new("vda", 1 << 20), new("vdb", 1 << 20)] } });
        (await BootAsync(machine)).Should().BeOfType<SettledState.Off>();
        machine.Disks.Should().OnlyContain(d => d.Erasures == 1 && !d.IsBootable);
        _server.Reports.Should().Equal("op=signal status=OK erased=true");
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(86400)]
    public async Task A_wrong_clock_is_corrected_by_the_servers_date(int seconds)
    {
        _server.Task = "task=erase\nerase_mode=full\nhardware_uuid=\nknown_disks=1\nknown_disk=name=vda\n";
        await using var machine = Machine(o => o with { ClockError = TimeSpan.FromSeconds(seconds) });
        await BootAsync(machine);
        _server.Reports.Should().Equal("op=signal status=OK erased=true");
        (await StoryAsync(machine)).Should().Contain(s => s.EndsWith("maas-task 401"));
    }

    [Fact]
    public async Task A_token_works_once_and_is_not_told()
    {
        _server.Task = "task=poweroff\n";
        await using var machine = Machine();
        await BootAsync(machine);
        (await BootAsync(machine)).Should().BeOfType<SettledState.Off>();
        var story = await StoryAsync(machine);
        story.Should().Contain("agent: GET /MAAS/metadata/boot/***/ 404").And.Contain(s => s.Contains("no credentials"));
        story.Should().NotContain(s => s.Contains(ContractServer.Token));
    }

    [Fact]
    public async Task Pulling_the_plug_ends_everything_and_a_rescue_waits_for_that()
    {
        _server.Task = "task=rescue\n";
        await using var machine = Machine();
        (await BootAsync(machine)).Should().BeOfType<SettledState.EnvironmentRunning>();
        machine.IsOn.Should().BeTrue();
        await machine.TurnOffAsync();
        machine.IsOn.Should().BeFalse();
        (await StoryAsync(machine)).Should().EndWith("power off: turned off");
    }

    [Fact]
    public async Task A_machine_nobody_boots_is_stuck_and_stays_on()
    {
        Boots(new BootInstruction.LocalDisk());
        await using var machine = Machine();
        (await BootAsync(machine)).Should().BeOfType<SettledState.Stuck>();
        machine.IsOn.Should().BeTrue();
    }

    [Fact]
    public async Task A_kernel_of_somebody_elses_is_named_and_not_played()
    {
        Boots("root=/dev/vda1 quiet");
        await using var machine = Machine();
        (await BootAsync(machine)).Should().BeOfType<SettledState.UnknownKernel>().Which.CommandLine.Should()
            .EndWith("root=/dev/vda1 quiet");
    }

    [Fact]
    public async Task A_park_has_a_switch_for_each_machine()
    {
        _server.Task = "task=rescue\n";
        await using var park = new SimulatedRack();
        var machine = park.Add(Machine().Options);
        park.Invoking(p => p.Add(machine.Options)).Should().Throw<ArgumentException>();
        park.TryTurnOn(Mac).Should().BeTrue();
        park.IsOn(Mac).Should().BeTrue();
        (await park.TryTurnOffAsync(Mac)).Should().BeTrue();
        park.IsOn(Mac).Should().BeFalse();
        var stranger = HardwareAddress.Parse("52:54:00:00:00:02");
        park.TryTurnOn(stranger).Should().BeFalse();
        park.IsOn(stranger).Should().BeNull();
        await park.DisposeAsync();
        (await park.WatchAsync(Stop).ToListAsync(Stop)).Should().Contain(e => e.Machine == machine && e.Event is MachineEvent.Power);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }
}
