using System.Net;
using Maas.Boot;
using Maas.Boot.Scripts;
using Maas.Testing.Dhcp;
using Maas.Testing.Events;
using Maas.Testing.Firmware;
using Maas.Testing.Tests.Servers;
using Maas.Testing.Tftp;

namespace Maas.Testing.Tests.Firmware;

public sealed class PxelinuxProgramTests : IAsyncDisposable
{
    private readonly BootFilesInMemory _files = new();
    private readonly RunningTftp _server;

    public PxelinuxProgramTests() => _server = new RunningTftp(_files);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<BootResult> RunAsync()
    {
        _files["ldlinux.c32"] = new byte[100];
        var network = new SimulatedNetwork { TftpPort = _server.EndPoint.Port };
        var options = new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:00:00:01"),
            Network = network,
            Uuid = Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10")
        };
        var lease = new DhcpLease(IPAddress.Parse("127.9.0.1"), IPAddress.Loopback, IPAddress.Loopback, "pxelinux.0", 1);
        var log = new MachineLog(TimeProvider.System);
        using var loader = new Loader(
            network, network.LinkOf(options.Mac), lease, new TftpClientOptions(), log, TimeProvider.System);
        return await new PxelinuxProgram(options, lease, loader, log).RunAsync(
            loader.Locate(lease.BootFile), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_configuration_is_looked_for_under_the_names_that_pxelinux_tries()
    {
        (await RunAsync()).Should().BeOfType<BootResult.NextDevice>();
        _files.Asked.Select(a => a.Name).Should().StartWith([
            "ldlinux.c32",
            "pxelinux.cfg/01020304-0506-0708-090a-0b0c0d0e0f10",
            "pxelinux.cfg/01-52-54-00-00-00-01",
            "pxelinux.cfg/7F090001",
            "pxelinux.cfg/7F09000"
        ])
            .And.EndWith("pxelinux.cfg/default").And.HaveCount(12);
    }

    [Fact]
    public async Task Our_configuration_boots_a_kernel()
    {
        _files["kernel"] = new byte[10];
        _files["initrd"] = new byte[10];
        _files.Add(
            "pxelinux.cfg/01-52-54-00-00-00-01",
            BootScript.Write(BootScriptDialect.Pxelinux, new BootInstruction.Kernel("kernel", ["initrd"], "maas.task=enlist quiet")));
        (await RunAsync()).Should().Be(new BootResult.Kernel("maas.task=enlist quiet"));
    }

    [Fact]
    public async Task Our_configurations_for_the_local_disk_and_for_power_off_are_obeyed()
    {
        _files.Add("pxelinux.cfg/01-52-54-00-00-00-01", BootScript.Write(BootScriptDialect.Pxelinux, new BootInstruction.LocalDisk()));
        (await RunAsync()).Should().BeOfType<BootResult.NextDevice>();
        _files.Add("pxelinux.cfg/01-52-54-00-00-00-01", BootScript.Write(BootScriptDialect.Pxelinux, new BootInstruction.PowerOff()));
        (await RunAsync()).Should().BeOfType<BootResult.PowerOff>();
    }
}
