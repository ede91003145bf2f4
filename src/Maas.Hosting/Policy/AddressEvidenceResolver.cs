using System.Net;
using System.Net.Sockets;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Hosting.Leases;
using Maas.Hosting.Link;
using Maas.Hosting.Nodes;

namespace Maas.Hosting.Policy;

/// <summary>Who has an address, by the leases and by what is seen on the links.</summary>
/// <remarks>
/// A lease goes by the hardware address that a DHCP message says, which is any. On a link of this server the client must be seen with the
/// address too, and not being seen counts as nothing. A client behind a relay cannot be seen: that its lease came through one, and is of no
/// link of this server, makes the lease decide alone. So it is on loopback, where there are no neighbours. An address that a machine made
/// of the prefix of a link without IPv4 is in no lease: there, being seen decides.
/// </remarks>
/// <param name="links">The links.</param>
/// <param name="leases">The IPv4 leases.</param>
/// <param name="leases6">The IPv6 leases.</param>
internal sealed class AddressEvidenceResolver(ServedLinks links, HostedLeases leases, HostedLeases6 leases6)
    : IAddressResolver, IHardwareAddresses
{
    /// <inheritdoc/>
    public ValueTask<AddressEvidence> FindEvidenceAsync(HardwareAddress client, IPAddress address, CancellationToken cancellationToken)
    {
        var link = links.Find(address);
        if (link is not null && !link.Leases(address.AddressFamily))
            return link.Neighbours?.FindEvidenceAsync(client, address, cancellationToken) ?? new(AddressEvidence.None);
        var (owner, isRelayed) = LeaseOf(address);
        if (owner is null)
        {
            return link is { HasOwnAddresses: true, Neighbours: { } seen }
                ? seen.FindEvidenceAsync(client, address, cancellationToken)
                : new(AddressEvidence.None);
        }

        if (owner != client) return new(AddressEvidence.Another);
        if (link is null) return new(isRelayed ? AddressEvidence.Client : AddressEvidence.None);
        return link.Neighbours?.FindEvidenceAsync(client, address, cancellationToken) ?? new(AddressEvidence.Client);
    }

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address)
    {
        var link = links.Find(address);
        if (link is not null && !link.Leases(address.AddressFamily)) return link.Neighbours?.OwnerOf(address);
        return LeaseOf(address).Owner ?? (link is { HasOwnAddresses: true } ? link.Neighbours?.OwnerOf(address) : null);
    }

    /// <inheritdoc/>
    public MacAddress? Find(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return links.All.Select(link => link.Neighbours?.OwnerOf(address)).FirstOrDefault(owner => owner is not null)?.ToMacAddress();
    }

    private (HardwareAddress? Owner, bool IsRelayed) LeaseOf(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return (leases6.OwnerOf(address), false);
        return leases.FindBound(address) is { } lease ? (lease.Hardware, lease.Relay is not null) : (null, false);
    }
}
