using System.Net;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Firmware;
using Maas.Testing.Tests.Servers;
using Maas.Testing.Tftp;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Testing.Tests.Firmware;

public sealed class IpxeProgramTests : IAsyncDisposable
{
    private static readonly HardwareAddress Mac = HardwareAddress.Parse("52:54:00:00:00:01");
    private readonly BootFilesInMemory _files = new();
    private readonly RunningTftp _server;
    private readonly MachineLog _log = new(TimeProvider.System);

    public IpxeProgramTests() => _server = new RunningTftp(_files);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<BootResult?> RunAsync(string script, bool bios = true, bool diskBoots = false, TimeProvider? timeProvider = null)
    {
        _files.Add("ipxe/52-54-00-00-00-01", script);
        var network = new SimulatedNetwork { TftpPort = _server.EndPoint.Port };
        var options = new SimulatedMachineOptions
        {
            Mac = Mac,
            Network = network,
            Uuid = Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10")
        };
        var lease = new DhcpLease(IPAddress.Parse("127.9.0.1"), IPAddress.Loopback, IPAddress.Loopback, "ipxe/52-54-00-00-00-01", 1);
        using var loader = new Loader(
            network, network.LinkOf(Mac), lease, new TftpClientOptions { BlockSize = 1432 }, _log, TimeProvider.System);
        return await new IpxeProgram(new IpxeMachine(options, lease, bios, diskBoots), loader, _log, timeProvider ?? TimeProvider.System)
            .ChainAsync(loader.Locate(lease.BootFile), TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> Said()
    {
        _log.End();
        return await _log.WatchAsync(default)
            .OfType<MachineEvent.ConsoleOutput>()
            .Select(s => s.Text)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_script_for_a_kernel_loads_all_its_files_and_hands_on_the_command_line()
    {
        _files["ephemeral/amd64/kernel"] = new byte[3000];
        _files["ephemeral/amd64/initrd"] = new byte[5000];
        var script = BootScript.Write(
            BootScriptDialect.Ipxe,
            new BootInstruction.Kernel(
                "ephemeral/amd64/kernel", ["ephemeral/amd64/initrd"], "maas.url=http://127.0.0.1/MAAS maas.task=enlist"));
        (await RunAsync(script)).Should().BeOfType<BootResult.Kernel>().Which.CommandLine.Should()
            .EndWith("maas.url=http://127.0.0.1/MAAS maas.task=enlist");
        _files.Asked.Select(a => a.Name).Should().Equal("ipxe/52-54-00-00-00-01", "ephemeral/amd64/kernel", "ephemeral/amd64/initrd");
        _files.Asked.Should().OnlyContain(a => IPAddress.Parse("127.9.0.1").Equals(a.Client), "the machine speaks from its own address");
    }

    [Fact]
    public async Task A_kernel_that_is_missing_makes_the_script_wait_and_restart()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var run = RunAsync(BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.Kernel("nothing", [], "")), timeProvider: time);
        while (!run.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await run).Should().BeOfType<BootResult.Reboot>();
    }

    [Theory]
    [InlineData(true, true, typeof(BootResult.Disk))]
    [InlineData(true, false, typeof(BootResult.NextDevice))]
    [InlineData(false, true, typeof(BootResult.NextDevice))]
    public async Task The_script_for_the_local_disk_starts_it_as_the_firmware_can(bool bios, bool diskBoots, Type result) =>
        (await RunAsync(BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.LocalDisk()), bios, diskBoots)).Should()
            .BeOfType(result);

    [Fact]
    public async Task The_script_for_power_off_switches_off() =>
        (await RunAsync(BootScript.Write(BootScriptDialect.Ipxe, new BootInstruction.PowerOff()))).Should().BeOfType<BootResult.PowerOff>();

    [Fact]
    public async Task Settings_are_expanded_and_unknown_ones_are_empty()
    {
        await RunAsync(
            "#!ipxe\nset greeting hello there\necho ${greeting} ${net0/mac} ${mac:hexhyp} ${uuid} ${platform} ${net0/ip} [${nonsense}]\n");
        (await Said()).Should()
            .Equal("hello there 52:54:00:00:00:01 52-54-00-00-00-01 01020304-0506-0708-090a-0b0c0d0e0f10 pcbios 127.9.0.1 []");
    }

    [Theory]
    [InlineData("iseq a a && echo yes || echo no", "yes")]
    [InlineData("iseq a b && echo yes || echo no", "no")]
    [InlineData("isset ${mac} && echo yes || echo no", "yes")]
    [InlineData("isset ${nonsense} && echo yes || echo no", "no")]
    [InlineData("iseq a b && echo yes ||\necho on", "on")]
    [InlineData("goto there\necho no\n:there\necho yes # and no more", "yes")]
    [InlineData("iseq a b\necho never", null)]
    public async Task Commands_are_joined_as_iPXE_joins_them(string lines, string? said)
    {
        await RunAsync("#!ipxe\n" + lines + "\n");
        (await Said()).Should().Equal(said is null ? [] : [said]);
    }

    [Fact]
    public async Task A_script_chains_another_relative_to_itself()
    {
        _files.Add("ipxe/next", "#!ipxe\npoweroff\n");
        (await RunAsync("#!ipxe\nchain next\n")).Should().BeOfType<BootResult.PowerOff>();
    }

    [Theory]
    [InlineData("#!ipxe\n:again\ngoto again\n")]
    [InlineData("#!ipxe\nchain 52-54-00-00-00-01\n")]
    public async Task A_script_without_end_is_ended(string script) => (await RunAsync(script)).Should().BeOfType<BootResult.NextDevice>();

    [Fact]
    public async Task What_is_no_script_is_not_run()
    {
        (await RunAsync("<html>404</html>")).Should().BeNull();
        (await Said()).Should().ContainSingle(s => s.Contains("Exec format"));
    }
}
