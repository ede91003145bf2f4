using System.Collections.Frozen;
using System.Net;

namespace Maas.Core.Topology;

/// <summary>All nouns that nodes share, as of one <see cref="Epoch"/>. Immutable.</summary>
public sealed class TopologySnapshot
{
    private readonly FrozenDictionary<long, Zone> _zones;
    private readonly FrozenDictionary<long, ResourcePool> _pools;
    private readonly FrozenDictionary<long, Fabric> _fabrics;
    private readonly FrozenDictionary<long, Vlan> _vlans;
    private readonly FrozenDictionary<long, Space> _spaces;
    private readonly FrozenDictionary<long, Subnet> _subnets;
    private readonly ILookup<long, Vlan> _vlansByFabric;
    private readonly ILookup<long, Subnet> _subnetsByVlan;
    private readonly ILookup<long, IpRange> _rangesBySubnet;
    private readonly FrozenDictionary<string, Domain> _domains;

    internal TopologySnapshot(
        long epoch, IReadOnlyList<Zone> zones, IReadOnlyList<ResourcePool> pools, IReadOnlyList<Domain> domains,
        IReadOnlyList<Fabric> fabrics, IReadOnlyList<Space> spaces, IReadOnlyList<Vlan> vlans, IReadOnlyList<Subnet> subnets,
        IReadOnlyList<IpRange> ranges, IReadOnlyList<ReservedIp> reservedIps, IReadOnlyList<StaticRoute> routes)
    {
        (Epoch, Zones, ResourcePools, Domains, Fabrics, Spaces, Vlans) = (epoch, zones, pools, domains, fabrics, spaces, vlans);
        (Subnets, IpRanges, ReservedIps, StaticRoutes) = (subnets, ranges, reservedIps, routes);
        _zones = zones.ToFrozenDictionary(zone => zone.Id);
        _pools = pools.ToFrozenDictionary(pool => pool.Id);
        _domains = domains.ToFrozenDictionary(domain => domain.Name, StringComparer.OrdinalIgnoreCase);
        _fabrics = fabrics.ToFrozenDictionary(fabric => fabric.Id);
        _vlans = vlans.ToFrozenDictionary(vlan => vlan.Id);
        _spaces = spaces.ToFrozenDictionary(space => space.Id);
        _subnets = subnets.ToFrozenDictionary(subnet => subnet.Id);
        _vlansByFabric = vlans.OrderBy(vlan => vlan.Vid).ToLookup(vlan => vlan.FabricId);
        _subnetsByVlan = subnets.ToLookup(subnet => subnet.VlanId);
        _rangesBySubnet = ranges.ToLookup(range => range.SubnetId);
    }

    /// <summary>The number of the state; another number is another state.</summary>
    public long Epoch { get; }

    /// <summary>Zones by id.</summary>
    public IReadOnlyList<Zone> Zones { get; }

    /// <summary>Resource pools by id.</summary>
    public IReadOnlyList<ResourcePool> ResourcePools { get; }

    /// <summary>Domains by id.</summary>
    public IReadOnlyList<Domain> Domains { get; }

    /// <summary>Fabrics by id.</summary>
    public IReadOnlyList<Fabric> Fabrics { get; }

    /// <summary>Spaces by id.</summary>
    public IReadOnlyList<Space> Spaces { get; }

    /// <summary>VLANs by id.</summary>
    public IReadOnlyList<Vlan> Vlans { get; }

    /// <summary>Subnets by id.</summary>
    public IReadOnlyList<Subnet> Subnets { get; }

    /// <summary>Ranges by id.</summary>
    public IReadOnlyList<IpRange> IpRanges { get; }

    /// <summary>Reserved addresses by id.</summary>
    public IReadOnlyList<ReservedIp> ReservedIps { get; }

    /// <summary>Static routes by id.</summary>
    public IReadOnlyList<StaticRoute> StaticRoutes { get; }

    /// <summary>The domain of new nodes.</summary>
    public Domain DefaultDomain => Domains.FirstOrDefault(domain => domain.IsDefault) ?? Domains[0];

    /// <summary>The zone; the default one when it does not exist any more.</summary>
    public Zone ZoneOf(long id) => _zones.GetValueOrDefault(id) ?? _zones[Zone.DefaultId];

    /// <summary>The pool; the default one when it does not exist any more.</summary>
    public ResourcePool PoolOf(long id) => _pools.GetValueOrDefault(id) ?? _pools[ResourcePool.DefaultId];

    /// <summary>The zone of this name; <see langword="null"/> for none.</summary>
    public Zone? FindZone(string name) => Zones.FirstOrDefault(zone => zone.Name == name);

    /// <summary>The pool of this name; <see langword="null"/> for none.</summary>
    public ResourcePool? FindPool(string name) => ResourcePools.FirstOrDefault(pool => pool.Name == name);

    /// <summary>The domain of this name; <see langword="null"/> for none.</summary>
    public Domain? FindDomain(string name) => _domains.GetValueOrDefault(name);

    /// <summary>The fabric; <see langword="null"/> for none.</summary>
    public Fabric? FindFabric(long id) => _fabrics.GetValueOrDefault(id);

    /// <summary>The VLAN; <see langword="null"/> for none.</summary>
    public Vlan? FindVlan(long id) => _vlans.GetValueOrDefault(id);

    /// <summary>The space; <see langword="null"/> for none.</summary>
    public Space? FindSpace(long id) => _spaces.GetValueOrDefault(id);

    /// <summary>The subnet; <see langword="null"/> for none.</summary>
    public Subnet? FindSubnet(long id) => _subnets.GetValueOrDefault(id);

    /// <summary>The smallest subnet that contains an address; <see langword="null"/> for none.</summary>
    public Subnet? FindSubnet(IPAddress address) => Subnets
        .Where(subnet => subnet.Cidr.BaseAddress.AddressFamily == address.AddressFamily && subnet.Cidr.Contains(address))
        .MaxBy(subnet => subnet.Cidr.PrefixLength);

    /// <summary>The VLANs of a fabric by tag.</summary>
    public IEnumerable<Vlan> VlansOf(long fabricId) => _vlansByFabric[fabricId];

    /// <summary>The VLAN that a fabric was created with; <see langword="null"/> when the fabric does not exist.</summary>
    public Vlan? DefaultVlanOf(long fabricId) => VlansOf(fabricId).MinBy(vlan => vlan.Id);

    /// <summary>The subnets of a VLAN.</summary>
    public IEnumerable<Subnet> SubnetsOf(long vlanId) => _subnetsByVlan[vlanId];

    /// <summary>The ranges of a subnet.</summary>
    public IEnumerable<IpRange> RangesOf(long subnetId) => _rangesBySubnet[subnetId];

    /// <summary>The name of the space of a VLAN; <c>undefined</c> for none.</summary>
    public string SpaceNameOf(Vlan vlan) => vlan.SpaceId is { } id && FindSpace(id) is { } space ? space.Name : Space.Undefined;

    /// <summary>How the addresses of a subnet are used.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="assigned">The addresses of it that are in use.</param>
    public SubnetUse UseOf(Subnet subnet, IEnumerable<IPAddress> assigned) => new(subnet, this, assigned);
}
