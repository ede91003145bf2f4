using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Tftp;
using Maas.Core;
using Maas.Testing;
using Maas.Testing.Virtual;

namespace FleetLoad;

/// <summary>
/// A site: a segment of the network with DHCP and TFTP, whose machines use the API of one host and boot by another's word.
/// </summary>
internal sealed class FleetSite
{
    private readonly BootServer _server;

    private FleetSite(string segment, BootServer server) => (Segment, _server) = (segment, server);

    public string Segment { get; }

    public static async Task<FleetSite> CreateAsync(
        VirtualNetwork network, int number, MaasCore core, FleetHost api, IBootObserver observer)
    {
        var address = new IPAddress([10, (byte)(number + 1), 0, 1]);
        var segment = $"site-{number}";
        var host = network.AddHost(segment, segment, address);
        host.ServeHttp(api.CreateHandler());
        var subnet = new DhcpSubnet
        {
            Network = IPNetwork.Parse($"10.{number + 1}.0.0/16"),
            Ranges = [AddressRange.Parse($"10.{number + 1}.1.1-10.{number + 1}.250.250")],
        };
        var files = new InMemoryBootFiles();
        foreach (var name in (string[])["snponly.efi", "kernel", "initrd"]) files[name] = new byte[4_000];
        var services = new BootServices
        {
            Policy = new FleetPolicy(core, new Uri($"http://{address}/MAAS/")),
            Files = files,
            Addresses = await LeaseAllocator.OpenAsync([subnet], new InMemoryLeaseStore(), timeProvider: network.TimeProvider),
            Observer = observer,
        };
        var options = new BootServerOptions
        {
            Dhcp = new DhcpServerOptions { ListenOn = host.EndPoint(67) },
            Tftp = new TftpServerOptions { Listen = host.EndPoint(69) },
        };
        return new FleetSite(segment, new BootServer(options, host.Attach(services)));
    }

    public Task RunAsync(CancellationToken cancellationToken) => _server.RunAsync(cancellationToken);
}
