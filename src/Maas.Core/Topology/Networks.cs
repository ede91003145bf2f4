using System.Net;
using Maas.Core.Configuration;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>
/// The nouns that nodes share: creating, changing and deleting them, by MAAS's rules. A rule is evaluated on one state of all of them,
/// and a change is saved only if that state still is current.
/// </summary>
/// <example>
/// <code>
/// var subnet = await core.Networks.Subnets.CreateAsync(
///     new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), VlanId = Vlan.DefaultId }, actor: null);
/// </code>
/// </example>
public sealed class Networks
{
    private readonly IRecordStore _store;
    private readonly TopologyCache _topology;
    private readonly ServedSubnets _served;
    private readonly INetworkUse _use;
    private readonly DnsZones _names;
    private readonly Func<long, CancellationToken, Task<bool>> _isPoolUsed;
    private readonly Func<string, CancellationToken, Task<bool>> _isDomainUsed;
    private readonly Func<SystemId, CancellationToken, Task<bool>> _isController;

    internal Networks(
        IRecordStore store, ISettingStore settings, TopologyCache topology, INetworkUse use, DnsZones names,
        Func<long, CancellationToken, Task<bool>> isPoolUsed, Func<string, CancellationToken, Task<bool>> isDomainUsed,
        Func<SystemId, CancellationToken, Task<bool>> isController, TimeProvider timeProvider)
    {
        (_store, _topology, _use, _names, _isPoolUsed) = (store, topology, use, names, isPoolUsed);
        (_isDomainUsed, _isController) = (isDomainUsed, isController);
        Zones = Set(TopologyTables.Zones, ZoneRules());
        ResourcePools = Set(TopologyTables.ResourcePools, PoolRules());
        Domains = Set(TopologyTables.Domains, DomainRules());
        Fabrics = Set(TopologyTables.Fabrics, FabricRules());
        Spaces = Set(TopologyTables.Spaces, SpaceRules());
        Vlans = Set(TopologyTables.Vlans, VlanRules());
        Subnets = Set(TopologyTables.Subnets, RulesOfSubnets());
        IpRanges = Set(TopologyTables.IpRanges, RangeRules());
        ReservedIps = Set(TopologyTables.ReservedIps, ReservedIpRules());
        StaticRoutes = Set(TopologyTables.StaticRoutes, RouteRules());

        Addresses = new AddressReservations(store, topology, use, timeProvider);
        _served = new ServedSubnets(this, store, settings, topology, timeProvider);

        RecordSet<T> Set<T>(RecordTable<T> table, RecordRules<T> rules)
            where T : StoredRecord => new(store, table, rules with { Saved = Raise }, timeProvider);

        void Raise()
        {
            topology.Raise();
            names.Raise();
        }
    }

    /// <summary>Zones.</summary>
    public RecordSet<Zone> Zones { get; }

    /// <summary>Resource pools.</summary>
    public RecordSet<ResourcePool> ResourcePools { get; }

    /// <summary>Domains.</summary>
    public RecordSet<Domain> Domains { get; }

    /// <summary>Fabrics. A fabric is created with its untagged VLAN.</summary>
    public RecordSet<Fabric> Fabrics { get; }

    /// <summary>Spaces. The VLANs of a deleted space have none.</summary>
    public RecordSet<Space> Spaces { get; }

    /// <summary>VLANs.</summary>
    public RecordSet<Vlan> Vlans { get; }

    /// <summary>Subnets. Ranges, reserved addresses and routes are deleted with their subnet.</summary>
    public RecordSet<Subnet> Subnets { get; }

    /// <summary>Ranges of addresses.</summary>
    public RecordSet<IpRange> IpRanges { get; }

    /// <summary>Reserved addresses.</summary>
    public RecordSet<ReservedIp> ReservedIps { get; }

    /// <summary>Static routes.</summary>
    public RecordSet<StaticRoute> StaticRoutes { get; }

    /// <summary>Addresses in use, and those that users reserve.</summary>
    public AddressReservations Addresses { get; }

    /// <summary>The addresses of a subnet that are in use.</summary>
    /// <param name="subnetId">The subnet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<AllocatedAddress>> ListAddressesAsync(long subnetId, CancellationToken cancellationToken = default) =>
        _store.ListAsync(
            new RecordQuery<AllocatedAddress>(TopologyTables.Addresses)
            {
                Where = [RecordCondition.Is("subnet", subnetId)], OrderBy = "ip",
            },
            cancellationToken);

    /// <summary>Those of some addresses that are in use.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<AllocatedAddress>> FindAddressesAsync(
        IReadOnlyCollection<System.Net.IPAddress> addresses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        List<AllocatedAddress> found = [];
        foreach (var some in addresses.Select(AddressMath.ToBytes).Chunk(10_000)) // SQLite takes 32766 parameters
        {
            found.AddRange(await _store.ListAsync(
                new RecordQuery<AllocatedAddress>(TopologyTables.Addresses) { Where = [new RecordCondition.In("ip", [.. some])] },
                cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>How the addresses of a subnet are used.</summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SubnetUse> GetUseAsync(Subnet subnet, CancellationToken cancellationToken = default)
    {
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        var addresses = await ListAddressesAsync(subnet.Id, cancellationToken).ConfigureAwait(false);
        var hosts = await _use.ListHostAddressesAsync(cancellationToken).ConfigureAwait(false);
        return topology.UseOf(subnet, addresses.Where(each => each.Kind < AddressKind.Dhcp).Select(each => each.Ip).Union(hosts));
    }

    /// <summary>
    /// Stores a subnet that a host serves by its configuration, with its ranges, and turns DHCP on. Of a subnet that is stored already only
    /// that is changed which the configuration says otherwise than when it was applied last; changes that users made stay.
    /// </summary>
    /// <param name="served">The subnet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why parts of the configuration are not applied, each in words; they are tried again the next time.</returns>
    public Task<IReadOnlyList<string>> ApplyServedAsync(ServedSubnet served, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(served);
        return _served.ApplyAsync(served, cancellationToken);
    }

    /// <summary>
    /// The name servers of a subnet as a host names them to its clients: itself first, where all of them are hosts that serve the subnet.
    /// Servers that a user or a configuration chose stay in their order.
    /// </summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="servers">Its name servers.</param>
    /// <param name="host">The address of the host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<IPAddress>> OrderNameServersAsync(
        IPNetwork subnet, IReadOnlyList<IPAddress> servers, IPAddress host, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(host);
        return _served.OrderNameServersAsync(subnet, servers, host, cancellationToken);
    }

    /// <summary>
    /// Adds a host to the name servers of a subnet, as <see cref="ApplyServedAsync"/> does, which cannot while a server of the subnet is a
    /// host that has not joined itself yet. It joins once; if servers are there that a user or a configuration chose, or three already, it
    /// does not. To be called again from time to time.
    /// </summary>
    /// <param name="subnet">The subnet.</param>
    /// <param name="host">The address of the host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why the change was refused, in words; empty when it was not.</returns>
    public Task<IReadOnlyList<string>> JoinNameServersAsync(
        IPNetwork subnet, IPAddress host, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _served.JoinNameServersAsync(subnet, host, cancellationToken);
    }

    private async Task<RecordContext<T>> ContextAsync<T>(
        Func<TopologySnapshot, RecordContext<T>> make, CancellationToken cancellationToken)
        where T : StoredRecord
    {
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        return make(topology) with { Epoch = topology.Epoch };
    }

    private static RecordRules<Zone> ZoneRules() => new()
    {
        Noun = "Zone",
        NameOf = zone => zone.Name,
        AlreadyExists = _ => "Physical zone with this Name already exists.",
        Load = _ => Task.FromResult(new RecordContext<Zone>
        {
            Check = (zone, _, _) => new(TopologyRules.Check(zone)),
            CheckDeletion = (zone, _) => new(TopologyRules.CheckDeletion(zone)),
        }),
    };

    private RecordRules<ResourcePool> PoolRules() => new()
    {
        Noun = "ResourcePool",
        NameOf = pool => pool.Name,
        AlreadyExists = _ => "Resource pool with this Name already exists.",
        Load = _ => Task.FromResult(new RecordContext<ResourcePool>
        {
            Check = (pool, _, _) => new(TopologyRules.Check(pool)),
            CheckDeletion = async (pool, token) => TopologyRules.CheckDeletion(pool)
                ?? (await _isPoolUsed(pool.Id, token).ConfigureAwait(false)
                    ? new DeletionRefusal($"Cannot delete resource pool '{pool.Name}' because it has machines.") : null),
        }),
    };

    private RecordRules<Domain> DomainRules() => new()
    {
        Noun = "Domain",
        NameOf = domain => domain.Name,
        AlreadyExists = _ => "Domain with this Name already exists.",
        Load = token => ContextAsync(
            topology => new RecordContext<Domain>
            {
                Check = async (domain, before, cancellation) => TopologyRules.Check(domain, topology)
                    ?? (before is not null && before.Name != domain.Name
                        && await _isDomainUsed(before.Name, cancellation).ConfigureAwait(false)
                            ? ("name", $"Domain '{before.Name}' cannot be renamed: nodes are in it. Create another domain and move them.")
                            : null),
                CheckDeletion = async (domain, cancellation) => TopologyRules.CheckDeletion(domain)
                    ?? (await _isDomainUsed(domain.Name, cancellation).ConfigureAwait(false)
                        ? new DeletionRefusal($"Cannot delete domain '{domain.Name}': nodes are in it.") : null)
                    ?? ((await _names.GetAsync(cancellation).ConfigureAwait(false)).ResourcesOf(domain.Id).Any()
                        ? new DeletionRefusal($"Cannot delete domain '{domain.Name}': DNS resources are in it.") : null),
                With = (domain, before) => domain.IsDefault && before is not { IsDefault: true }
                    ?
                    [
                        .. topology.Domains.Where(other => other.IsDefault && other.Id != domain.Id)
                            .Select(other => new RecordChange.Update(TopologyTables.Domains, other with { IsDefault = false })),
                    ]
                    : [],
            },
            token),
    };

    private RecordRules<Fabric> FabricRules() => new()
    {
        Noun = "Fabric",
        NameOf = fabric => fabric.Name,
        NeedsId = true,
        AlreadyExists = _ => "Fabric with this Name already exists.",
        Load = token => ContextAsync(
            topology => new RecordContext<Fabric>
            {
                Check = (fabric, _, _) => new(TopologyRules.Check(fabric)),
                CheckDeletion = async (fabric, token) => TopologyRules.CheckDeletion(fabric, topology)
                    ?? (await _use.IsVlanConnectedAsync([.. topology.VlansOf(fabric.Id).Select(vlan => vlan.Id)], token)
                        .ConfigureAwait(false)
                        ? new DeletionRefusal("Can't delete fabric; interfaces of nodes are connected to its VLANs.") : null),
                With = (fabric, before) =>
                    before is null ? [new RecordChange.Insert(TopologyTables.Vlans, new Vlan { FabricId = fabric.Id })] : [],
            },
            token),
    };

    private RecordRules<Space> SpaceRules() => new()
    {
        Noun = "Space",
        NameOf = space => space.Name,
        AlreadyExists = _ => "Space with this Name already exists.",
        Load = token => ContextAsync(
            topology => new RecordContext<Space>
            {
                Check = (space, _, _) => new(TopologyRules.Check(space)),
                WithDeletion = (space, _) => new(
                [
                    .. topology.Vlans.Where(vlan => vlan.SpaceId == space.Id)
                        .Select(vlan => new RecordChange.Update(TopologyTables.Vlans, vlan with { SpaceId = null })),
                ]),
            },
            token),
    };

    private RecordRules<Vlan> VlanRules() => new()
    {
        Noun = "VLAN",
        NameOf = vlan => vlan.Name,
        AlreadyExists = _ => "A VLAN with the specified VID already exists in the destination fabric.",
        Load = token => ContextAsync(
            topology => new RecordContext<Vlan>
            {
                Check = async (vlan, before, token) => TopologyRules.Check(vlan, before, topology)
                    ?? await CheckRackAsync("primary_rack", vlan.PrimaryRack, before?.PrimaryRack, token).ConfigureAwait(false)
                    ?? await CheckRackAsync("secondary_rack", vlan.SecondaryRack, before?.SecondaryRack, token).ConfigureAwait(false),
                CheckDeletion = async (vlan, token) => TopologyRules.CheckDeletion(vlan, topology)
                    ?? (await _use.IsVlanConnectedAsync([vlan.Id], token).ConfigureAwait(false)
                        ? new DeletionRefusal("Can't delete VLAN; interfaces of nodes are connected to it.") : null),
                WithDeletion = (vlan, _) => new(
                [
                    .. topology.Vlans.Where(other => other.RelayVlanId == vlan.Id)
                        .Select(other => new RecordChange.Update(TopologyTables.Vlans, other with { RelayVlanId = null })),
                ]),
            },
            token),
    };

    // A controller that is deleted meanwhile raises the epoch.
    private async ValueTask<(string Field, string Reason)?> CheckRackAsync(
        string field, SystemId? rack, SystemId? before, CancellationToken cancellationToken) =>
        rack is not { } id || rack == before || await _isController(id, cancellationToken).ConfigureAwait(false)
            ? null : (field, TopologyRules.NotAChoice);

    private RecordRules<Subnet> RulesOfSubnets() => new()
    {
        Noun = "Subnet",
        NameOf = subnet => subnet.Name,
        AlreadyExists = _ => "Subnet with this Cidr already exists.",
        Load = token => ContextAsync(
            topology => new RecordContext<Subnet>
            {
                Check = (subnet, _, _) => new(SubnetRules.Check(subnet, topology)),
                CheckDeletion = async (subnet, cancellation) =>
                {
                    var addresses = await ListAddressesAsync(subnet.Id, cancellation).ConfigureAwait(false);
                    var isUsed = addresses.Any(each => each.Kind < AddressKind.Dhcp)
                        || await _use.IsSubnetLinkedAsync(subnet.Id, cancellation).ConfigureAwait(false);
                    return SubnetRules.CheckDeletion(subnet, topology, isUsed);
                },
                WithDeletion = async (subnet, cancellation) =>
                    await _use.DetachAsync(subnet.Id, cancellation).ConfigureAwait(false),
            },
            token),
    };

    private RecordRules<IpRange> RangeRules() => new()
    {
        Noun = "IPRange",
        NameOf = range => $"{range.Start}-{range.End}",
        Load = token => ContextAsync(
            topology => new RecordContext<IpRange>
            {
                Check = async (range, _, cancellation) =>
                {
                    var addresses = await ListAddressesAsync(range.SubnetId, cancellation).ConfigureAwait(false);
                    return SubnetRules.Check(
                        range, topology, [.. addresses.Where(each => each.Kind < AddressKind.Dhcp).Select(each => each.Ip)]);
                },
                CheckDeletion = (range, _) => new(SubnetRules.CheckDeletion(range, topology)),
            },
            token),
    };

    private RecordRules<ReservedIp> ReservedIpRules() => new()
    {
        Noun = "ReservedIP",
        NameOf = reserved => reserved.Ip.ToString(),
        AlreadyExists = field => field == "ip"
            ? "Reserved IP with this IP already exists." : "Reserved IP with this MAC address and Subnet already exists.",
        Load = token => ContextAsync(
            topology => new RecordContext<ReservedIp>
            {
                Check = (reserved, before, _) => new(SubnetRules.Check(reserved, before, topology)),
            },
            token),
    };

    private RecordRules<StaticRoute> RouteRules() => new()
    {
        Noun = "StaticRoute",
        NameOf = route => route.Gateway.ToString(),
        AlreadyExists = _ => "Static route with this Source, Destination and Gateway ip already exists.",
        Load = token => ContextAsync(
            topology => new RecordContext<StaticRoute> { Check = (route, _, _) => new(SubnetRules.Check(route, topology)) }, token),
    };
}
