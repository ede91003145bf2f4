using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Tftp;
using Maas.Testing.Virtual;

namespace Maas.Hosting.Testing;

/// <summary>A segment of a network in memory on which a <see cref="VirtualMaas"/> serves DHCP, TFTP and HTTP.</summary>
public sealed class VirtualSite
{
    private readonly BootServer _server;
    private readonly LeaseAllocator _leases;

    private VirtualSite(VirtualHost host, IPNetwork subnet, BootServer server, LeaseAllocator leases) =>
        (Host, Subnet, _server, _leases) = (host, subnet, server, leases);

    /// <summary>The MAAS's host on the segment. Its HTTP server is port 80; <see cref="VirtualHost.ServeHttp"/> replaces it.</summary>
    public VirtualHost Host { get; }

    /// <summary>The network whose addresses are leased.</summary>
    public IPNetwork Subnet { get; }

    /// <summary>Every address that is held now, in their order.</summary>
    public IReadOnlyList<Lease> Leases => _leases.List();

    internal static async Task<VirtualSite> CreateAsync(
        VirtualHost host, IPNetwork subnet, BootServices services, DhcpServerOptions dhcp, Action<LeaseAllocator> leasing)
    {
        var range = new DhcpSubnet { Network = subnet, Ranges = [RangeOf(subnet)] };
        var leases = await LeaseAllocator.OpenAsync([range], new InMemoryLeaseStore(), timeProvider: services.TimeProvider)
            .ConfigureAwait(false);
        leasing(leases);
        dhcp.ListenOn = host.EndPoint(67);
        var options = new BootServerOptions { Dhcp = dhcp, Tftp = new TftpServerOptions { Listen = host.EndPoint(69) } };
        return new VirtualSite(host, subnet, new BootServer(options, host.Attach(services with { Addresses = leases })), leases);
    }

    /// <summary>The address of the host of a subnet: its first one.</summary>
    internal static IPAddress HostOf(IPNetwork subnet)
    {
        if (subnet.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || subnet.PrefixLength is < 8 or > 24)
            throw new ArgumentException($"{subnet} is no IPv4 network with a prefix of 8 to 24 bits.", nameof(subnet));
        return At(subnet, 1);
    }

    internal static IPAddress At(IPNetwork subnet, uint index)
    {
        var octets = subnet.BaseAddress.GetAddressBytes();
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets) + index;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return new IPAddress(octets);
    }

    internal Task RunAsync(CancellationToken cancellationToken) => _server.RunAsync(cancellationToken);

    private static AddressRange RangeOf(IPNetwork subnet)
    {
        var size = 1u << (32 - subnet.PrefixLength);
        return AddressRange.Parse($"{At(subnet, size / 16)}-{At(subnet, size - 2)}");
    }
}
