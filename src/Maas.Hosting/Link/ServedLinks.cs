using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp4.Server;

namespace Maas.Hosting.Link;

/// <summary>A link that is served, or was until its server failed: then its machines are still there.</summary>
/// <param name="Name">The name of its network.</param>
/// <param name="Options">How the network is served.</param>
/// <param name="Network">This server's address there.</param>
/// <param name="Neighbours">Who is seen on the link; <see langword="null"/> on loopback, where the lease alone decides.</param>
internal sealed record ServedLink(string Name, MaasNetworkOptions Options, BootNetwork Network, IAddressResolver? Neighbours)
{
    /// <summary>Whether an address is of the link.</summary>
    public bool Contains(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6
            ? Options.Prefix6?.Contains(address) == true
            : Network.Network.Contains(address);

    /// <summary>Whether machines make addresses of their own there, which are in no lease: on a link without IPv4.</summary>
    public bool HasOwnAddresses => !Network.HasIPv4;

    /// <summary>Whether this server leases addresses of the family there.</summary>
    public bool Leases(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? Options.Prefix6 is not null : Options.Mode == DhcpMode.Full;
}

/// <summary>The links that are served now.</summary>
internal sealed class ServedLinks : IDisposable
{
    private ImmutableArray<ServedLink> _links = [];

    /// <summary>The links.</summary>
    public IReadOnlyList<ServedLink> All => _links;

    /// <summary>Adds a link, in place of the one of the same name.</summary>
    public void Set(ServedLink link)
    {
        ServedLink? before = null;
        ImmutableInterlocked.Update(ref _links, links =>
        {
            before = links.FirstOrDefault(each => each.Name == link.Name);
            return before is null ? links.Add(link) : links.Replace(before, link);
        });
        (before?.Neighbours as IDisposable)?.Dispose();
    }

    /// <summary>The link that an address is of; <see langword="null"/> for an address behind a relay, or of another network.</summary>
    public ServedLink? Find(IPAddress address) => _links.FirstOrDefault(link => link.Contains(address));

    /// <summary>
    /// This server's IPv4 address for a client that reached it at an address: that one, or of an IPv6 address the IPv4 address of the same
    /// link. On a link without IPv4 it is the IPv6 address. <see langword="null"/> when nothing tells one.
    /// </summary>
    public IPAddress? AddressFor(IPAddress? server) => server switch
    {
        { AddressFamily: AddressFamily.InterNetwork } => server,
        null => _links.FirstOrDefault()?.Network.Address,
        _ => (_links.FirstOrDefault(link => server.Equals(link.Network.Address6)) ?? _links.FirstOrDefault())?.Network.Address,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var link in _links) (link.Neighbours as IDisposable)?.Dispose();
    }
}
