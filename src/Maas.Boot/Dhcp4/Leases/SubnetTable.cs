using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>The subnets of a server by any address on them, and checked against each other.</summary>
internal sealed class SubnetTable
{
    private readonly Dictionary<(int PrefixLength, IPv4Address Network), SharedNetwork> _byNetwork = [];
    private readonly Dictionary<IPv4Address, SharedNetwork> _byRelay = [];
    private readonly Dictionary<OctetKey, SharedNetwork> _byCircuit = new(OctetKey.Comparer);
    private readonly int[] _prefixLengths;

    /// <exception cref="ArgumentException">The subnets contradict themselves.</exception>
    public SubnetTable(IReadOnlyList<DhcpSubnet> subnets)
    {
        if (subnets.Count == 0) throw new ArgumentException("There is no subnet to lease from.", nameof(subnets));
        foreach (var subnet in subnets) Check(subnet);
        foreach (var (a, b) in subnets.SelectMany((a, i) => subnets.Skip(i + 1).Select(b => (a.Network, b.Network))))
            if (a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress))
                throw new ArgumentException($"Subnets {a} and {b} overlap.", nameof(subnets));

        Links =
        [
            .. subnets.GroupBy(s => s.SharedNetwork ?? s.Network.ToString())
                .Select(g => new SharedNetwork([.. g.Select(s => new AddressPool(s))]))
        ];
        foreach (var link in Links)
            foreach (var pool in link.Pools)
            {
                _byNetwork.Add((pool.Subnet.Network.PrefixLength, pool.Subnet.Network.BaseAddress.ToIPv4()), link);
                foreach (var relay in pool.Subnet.Relays)
                    if (!_byRelay.TryAdd(relay.ToIPv4(), link) && _byRelay[relay.ToIPv4()] != link)
                        throw new ArgumentException($"Relay {relay} belongs to two links.", nameof(subnets));
                foreach (var circuit in pool.Subnet.Circuits)
                    if (!_byCircuit.TryAdd(new OctetKey(circuit.Span), link)
                        && _byCircuit[new OctetKey(circuit.Span)] != link)
                        throw new ArgumentException(
                            $"Circuit {Convert.ToHexStringLower(circuit.Span)} belongs to two links.", nameof(subnets));
            }

        _prefixLengths = [.. subnets.Select(s => s.Network.PrefixLength).Distinct().OrderDescending()];
    }

    public IReadOnlyList<SharedNetwork> Links { get; }

    /// <summary>
    /// The link a message comes from: by its circuit, else by an address on the link; <see langword="null"/> when it is not served.
    /// </summary>
    public SharedNetwork? Find(DhcpMessage request, IPv4Address address) =>
        _byCircuit.Count > 0
            && _byCircuit.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(RelayAgentInformation.CircuitIdOf(request), out var link)
            ? link
            : Find(address);

    /// <summary>The link an address lies on; <see langword="null"/> when it is not served.</summary>
    public SharedNetwork? Find(IPv4Address address)
    {
        if (_byRelay.TryGetValue(address, out var link)) return link;
        foreach (var length in _prefixLengths)
            if (_byNetwork.TryGetValue((length, address.FirstOf(length)), out link)) return link;
        return null;
    }

    private static void Check(DhcpSubnet subnet)
    {
        if (subnet.Network.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
            throw new ArgumentException($"{subnet.Network} is no IPv4 network.", nameof(subnet));
        var ranges = subnet.Ranges.OrderBy(r => r.FirstIPv4.Value).ToList();
        foreach (var range in ranges)
            if (!subnet.Network.Contains(range.First) || !subnet.Network.Contains(range.Last))
                throw new ArgumentException($"Range {range} lies outside of {subnet.Network}.", nameof(subnet));
        foreach (var (a, b) in ranges.Zip(ranges.Skip(1)))
            if (b.FirstIPv4 <= a.LastIPv4) throw new ArgumentException($"Ranges {a} and {b} overlap.", nameof(subnet));
        foreach (var reservation in subnet.Reservations)
            if (!subnet.Network.Contains(reservation.Address))
                throw new ArgumentException($"Reserved address {reservation.Address} lies outside of {subnet.Network}.", nameof(subnet));
        if (subnet.Reservations.GroupBy(r => r.Address).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Address {twice.Key} is reserved twice.", nameof(subnet));
        foreach (var domain in subnet.SearchDomains) DomainNames.Check(domain);
        if (subnet.IPv6OnlyTime < TimeSpan.FromMinutes(5))
            throw new ArgumentException("Clients stay without IPv4 for 5 min at least (RFC 8925 section 3.4).", nameof(subnet));
        foreach (var time in (TimeSpan[])[subnet.LeaseTime, subnet.FirmwareLeaseTime, subnet.LongestLeaseTime])
            if (time < LeaseTime.Shortest || time.TotalSeconds >= uint.MaxValue)
                throw new ArgumentException($"A lease time of {time} cannot be served on {subnet.Network}.", nameof(subnet));
    }
}
