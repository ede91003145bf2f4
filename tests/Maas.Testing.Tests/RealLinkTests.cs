using System.Net;
using System.Net.NetworkInformation;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Scripts;
using Maas.Judges;
using Maas.Testing.Tests.Servers;

namespace Maas.Testing.Tests;

/// <summary>
/// Simulated firmware that broadcasts on an Ethernet link, to a DHCP server on ports 67 and 68: a pair of virtual interfaces, made and
/// removed here.
/// </summary>
[Collection("network interfaces")]
public sealed class RealLinkTests : IAsyncLifetime
{
    private const string ServerEnd = "maastest0", MachineEnd = "maastest1";
    private static readonly IPAddress Server = IPAddress.Parse("10.99.7.1");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Judge.RequireRoot();
        Judge.Require("ip", "iproute2");
        await IpAsync("link", "add", ServerEnd, "type", "veth", "peer", "name", MachineEnd);
        await IpAsync("addr", "add", $"{Server}/24", "dev", ServerEnd);
        await IpAsync("link", "set", ServerEnd, "up");
        await IpAsync("link", "set", MachineEnd, "up");
        // Both ends are in one host, whose kernel would not believe packets from itself.
        foreach (var end in (string[])[ServerEnd, MachineEnd])
        {
            await File.WriteAllTextAsync($"/proc/sys/net/ipv4/conf/{end}/accept_local", "1", Stop);
            await File.WriteAllTextAsync($"/proc/sys/net/ipv4/conf/{end}/rp_filter", "0", Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (NetworkInterface.GetAllNetworkInterfaces().Any(i => i.Name == ServerEnd)) await IpAsync("link", "del", ServerEnd);
    }

    [Theory]
    [InlineData(SimulatedFirmware.BiosIpxe)]
    [InlineData(SimulatedFirmware.UefiPxe)]
    public async Task Firmware_on_the_link_is_leased_an_address_and_booted(SimulatedFirmware firmware)
    {
        var files = new BootFilesInMemory { ["snponly.efi"] = new byte[100], ["kernel"] = new byte[100] };
        var policy = new KernelForAll();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var journal = Path.GetTempFileName();
        await using var leases = LeaseJournal.Open(journal + ".leases");
        var addresses = await LeaseAllocator.OpenAsync(
            [new DhcpSubnet { Network = IPNetwork.Parse("10.99.7.0/24"), Ranges = [AddressRange.Parse("10.99.7.100-10.99.7.110")] }],
            leases,
            cancellationToken: Stop);
        var dhcp = new DhcpServer(
            new DhcpServerOptions { Interfaces = { ServerEnd } }, new BootServices { Addresses = addresses, Policy = policy });
        var run = dhcp.RunAsync(stop.Token);
        await dhcp.Listening;
        using var tftp = new Boot.Tftp.TftpServer(
            new() { Listen = new IPEndPoint(Server, 0) }, new BootServices { Files = new BootFileSource(policy, files) });
        var serve = tftp.RunAsync(stop.Token);
        var port = (await tftp.Listening)[0].Port;

        await using var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:00:07:01"), Firmware = firmware,
            Network = new SimulatedNetwork { Interface = MachineEnd, TftpPort = port }, DiskFolder = null,
        });
        machine.TurnOn();
        (await machine.WhenAtRestAsync(Stop)).Should().BeOfType<SettledState.UnknownKernel>();

        await stop.CancelAsync();
        await Task.WhenAll(run, serve).ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(journal)!, Path.GetFileName(journal) + "*")) File.Delete(file);
    }

    private static async Task IpAsync(params string[] arguments) =>
        (await Judge.RunAsync("ip", arguments, cancellationToken: Stop)).Approved();

    private sealed class KernelForAll : IBootPolicy
    {
        public ValueTask<BootInstruction?> DecideAsync(BootRequest question, CancellationToken cancellationToken) =>
            new(new BootInstruction.Kernel("kernel", [], "quiet"));
    }
}
