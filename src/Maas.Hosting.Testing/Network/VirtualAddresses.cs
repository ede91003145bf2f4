using System.Collections.Concurrent;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Hosting.Link;
using Maas.Hosting.Nodes;

namespace Maas.Hosting.Testing.Network;

/// <summary>
/// Who has an address on the sites of a virtual MAAS: the client that it is leased to. On a network in memory no other client can have it.
/// </summary>
internal sealed class VirtualAddresses : IAddressResolver, IHardwareAddresses
{
    private readonly ConcurrentBag<LeaseAllocator> _leases = [];

    /// <summary>Adds the leases of a site.</summary>
    public void Add(LeaseAllocator leases) => _leases.Add(leases);

    public ValueTask<AddressEvidence> FindEvidenceAsync(HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
        new(OwnerOf(address) switch
        {
            null => AddressEvidence.None,
            { } owner when owner == client => AddressEvidence.Client,
            _ => AddressEvidence.Another,
        });

    public HardwareAddress? OwnerOf(IPAddress address)
    {
        foreach (var leases in _leases)
            if (leases.Find(address) is { State: LeaseState.Bound } lease) return lease.Hardware;
        return null;
    }

    public MacAddress? Find(IPAddress address) =>
        OwnerOf(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)?.ToMacAddress();
}
