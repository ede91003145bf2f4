using System.Net;

namespace Maas.Core.Topology;

/// <summary>A range of addresses of a subnet and what it is used for.</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The last address.</param>
/// <param name="Purposes">MAAS's words, sorted: <c>assigned-ip</c>, <c>dns-server</c>, <c>dynamic</c>, <c>gateway-ip</c>,
/// <c>reserved</c>, <c>unused</c> …</param>
public sealed record AddressUse(IPAddress Start, IPAddress End, IReadOnlyList<string> Purposes)
{
    /// <summary>How many addresses.</summary>
    public UInt128 Count => AddressMath.ToNumber(End) - AddressMath.ToNumber(Start) + 1;
}

/// <summary>
/// How the addresses of one subnet are used. Computed from ranges, so that its cost does not depend on the size of the subnet.
/// </summary>
public sealed class SubnetUse
{
    private const string Unused = "unused";
    private readonly Subnet _subnet;
    private readonly IReadOnlyList<(UInt128 First, UInt128 Last, string Purpose)> _used;
    private readonly IReadOnlyList<(UInt128 First, UInt128 Last)> _reserved;

    internal SubnetUse(Subnet subnet, TopologySnapshot topology, IEnumerable<IPAddress> assigned)
    {
        _subnet = subnet;
        var used = new List<(UInt128, UInt128, string)>();
        var reserved = new List<(UInt128, UInt128)>();
        foreach (var range in topology.RangesOf(subnet.Id))
        {
            var (first, last) = (AddressMath.ToNumber(range.Start), AddressMath.ToNumber(range.End));
            if (range.Type == IpRangeType.Reserved) reserved.Add((first, last));
            used.Add((first, last, range.Type == IpRangeType.Dynamic ? "dynamic" : "reserved"));
        }

        foreach (var address in assigned) Add(address, "assigned-ip");
        foreach (var each in topology.ReservedIps.Where(each => each.SubnetId == subnet.Id)) Add(each.Ip, "reserved");
        if (subnet.Gateway is { } gateway) Add(gateway, "gateway-ip");
        foreach (var server in subnet.DnsServers) Add(server, "dns-server");
        foreach (var route in topology.StaticRoutes.Where(route => route.SourceId == subnet.Id)) Add(route.Gateway, "static-route-gateway");
        if (subnet.IsIPv6)
        {
            var first = AddressMath.First(subnet.Cidr);
            // RFC 4291 section 2.6.1: the first address is the routers' anycast address, except on links with two addresses (RFC 6164).
            if (subnet.Cidr.PrefixLength < 127) used.Add((first, first, "rfc-4291-2.6.1"));
            // As MAAS: operators number their own hosts in the lowest addresses.
            if (subnet.Cidr.PrefixLength == 64) used.Add((first + 1, first + 0xffff_ffff, "reserved"));
        }

        _used = used;
        _reserved = reserved;

        void Add(IPAddress address, string purpose)
        {
            if (!subnet.Cidr.Contains(address)) return;
            var number = AddressMath.ToNumber(address);
            used.Add((number, number, purpose));
        }
    }

    /// <summary>Everything that is in use, by address; neighbours with the same purposes are one range.</summary>
    public IReadOnlyList<AddressUse> Used => [.. Ranges(_used).Where(range => range.Purposes is not [Unused])];

    /// <summary>Everything that is not in use, by address.</summary>
    public IReadOnlyList<AddressUse> Free => [.. Ranges(_used).Where(range => range.Purposes is [Unused])];

    /// <summary>Everything, by address.</summary>
    public IReadOnlyList<AddressUse> All => Ranges(_used);

    /// <summary>The ranges outside of what ranges, gateway and name servers reserve, whether in use or not.</summary>
    public IReadOnlyList<AddressUse> Unreserved =>
        [.. Ranges([.. _used.Where(each => each.Purpose != "assigned-ip")]).Where(range => range.Purposes is [Unused])];

    /// <summary>What ranges, gateway and name servers reserve.</summary>
    public IReadOnlyList<AddressUse> Reserved =>
        [.. Ranges([.. _used.Where(each => each.Purpose != "assigned-ip")]).Where(range => range.Purposes is not [Unused])];

    /// <summary>How many addresses nodes can have.</summary>
    public UInt128 Total => AddressMath.CountUsable(_subnet.Cidr);

    /// <summary>
    /// The next address to give out: the first one free, in a managed subnet outside of its ranges, in another one within its reserved
    /// ranges.
    /// </summary>
    /// <returns>The address; <see langword="null"/> when none is free.</returns>
    public IPAddress? NextFree()
    {
        if (_subnet.Managed) return Free is [var free, ..] ? free.Start : null;
        var taken = Ranges([.. _used.Where(each => each.Purpose != "reserved")]).Where(range => range.Purposes is [Unused]).ToList();
        foreach (var (first, last) in _reserved.Order())
        {
            foreach (var range in taken)
            {
                var from = UInt128.Max(first, AddressMath.ToNumber(range.Start));
                if (from <= UInt128.Min(last, AddressMath.ToNumber(range.End))) return AddressMath.ToAddress(from);
            }
        }

        return null;
    }

    private List<AddressUse> Ranges(IReadOnlyList<(UInt128 First, UInt128 Last, string Purpose)> used)
    {
        var (low, high) = AddressMath.Usable(_subnet.Cidr);
        var edges = new SortedSet<UInt128> { low };
        foreach (var (first, last, _) in used)
        {
            if (first > low && first <= high) edges.Add(first);
            if (last >= low && last < high) edges.Add(last + 1);
        }

        var starts = used.OrderBy(each => each.First).ToList();
        var open = new List<(UInt128 Last, string Purpose)>();
        var result = new List<AddressUse>();
        var (points, next) = (edges.ToArray(), 0);
        for (var at = 0; at < points.Length; at++)
        {
            var from = points[at];
            var to = at + 1 < points.Length ? points[at + 1] - 1 : high;
            open.RemoveAll(each => each.Last < from);
            for (; next < starts.Count && starts[next].First <= from; next++)
                if (starts[next].Last >= from) open.Add((starts[next].Last, starts[next].Purpose));
            var purposes = open.Select(each => each.Purpose).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (purposes.Count == 0) purposes.Add(Unused);
            if (result is [.., var last] && last.Purposes.SequenceEqual(purposes))
                result[^1] = last with { End = AddressMath.ToAddress(to) };
            else
                result.Add(new AddressUse(AddressMath.ToAddress(from), AddressMath.ToAddress(to), purposes));
        }

        return result;
    }
}
