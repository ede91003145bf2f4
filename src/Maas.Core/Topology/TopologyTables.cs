using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>The tables of the nouns that nodes share.</summary>
internal static class TopologyTables
{
    public static RecordTable<Zone> Zones { get; } = new(
        "zones", TopologyJson.Default.Zone, [RecordColumn.Text<Zone>("name", zone => zone.Name)], [new RecordKey("name", "name")])
    { RaisesEpoch = true };

    public static RecordTable<ResourcePool> ResourcePools { get; } = new(
        "resource_pools",
        TopologyJson.Default.ResourcePool,
        [RecordColumn.Text<ResourcePool>("name", pool => pool.Name)],
        [new RecordKey("name", "name")])
    { RaisesEpoch = true };

    public static RecordTable<Domain> Domains { get; } = new(
        "domains", TopologyJson.Default.Domain, [RecordColumn.Text<Domain>("name", domain => domain.Name)], [new RecordKey("name", "name")])
    { RaisesEpoch = true };

    public static RecordTable<Fabric> Fabrics { get; } = new(
        "fabrics",
        TopologyJson.Default.Fabric,
        [RecordColumn.Text<Fabric>("name", fabric => NullIfEmpty(fabric.GivenName))],
        [new RecordKey("name", "name")])
    { RaisesEpoch = true };

    public static RecordTable<Space> Spaces { get; } = new(
        "spaces",
        TopologyJson.Default.Space,
        [RecordColumn.Text<Space>("name", space => NullIfEmpty(space.GivenName))],
        [new RecordKey("name", "name")])
    { RaisesEpoch = true };

    public static RecordTable<Vlan> Vlans { get; } = new(
        "vlans",
        TopologyJson.Default.Vlan,
        [
            RecordColumn.Reference<Vlan>("fabric", vlan => vlan.FabricId, Fabrics, cascades: true),
            RecordColumn.Number<Vlan>("vid", vlan => vlan.Vid),
            RecordColumn.Reference<Vlan>("space", vlan => vlan.SpaceId, Spaces),
        ],
        [new RecordKey("vid", "fabric", "vid")])
    { RaisesEpoch = true };

    public static RecordTable<Subnet> Subnets { get; } = new(
        "subnets",
        TopologyJson.Default.Subnet,
        [
            RecordColumn.Reference<Subnet>("vlan", subnet => subnet.VlanId, Vlans),
            RecordColumn.Bytes<Subnet>("first", subnet => AddressMath.ToBytes(subnet.Cidr.BaseAddress)),
            RecordColumn.Number<Subnet>("prefix", subnet => subnet.Cidr.PrefixLength + (subnet.IsIPv6 ? 0 : 96)),
        ],
        [new RecordKey("cidr", "first", "prefix")])
    { RaisesEpoch = true };

    public static RecordTable<IpRange> IpRanges { get; } = new(
        "ip_ranges",
        TopologyJson.Default.IpRange,
        [RecordColumn.Reference<IpRange>("subnet", range => range.SubnetId, Subnets, cascades: true)],
        [])
    { RaisesEpoch = true };

    public static RecordTable<ReservedIp> ReservedIps { get; } = new(
        "reserved_ips",
        TopologyJson.Default.ReservedIp,
        [
            RecordColumn.Reference<ReservedIp>("subnet", reserved => reserved.SubnetId, Subnets, cascades: true),
            RecordColumn.Bytes<ReservedIp>("ip", reserved => AddressMath.ToBytes(reserved.Ip)),
            RecordColumn.Text<ReservedIp>("mac", reserved => reserved.MacAddress.ToString()),
        ],
        [new RecordKey("ip", "ip"), new RecordKey("mac_address", "mac", "subnet")])
    { RaisesEpoch = true };

    public static RecordTable<StaticRoute> StaticRoutes { get; } = new(
        "static_routes",
        TopologyJson.Default.StaticRoute,
        [
            RecordColumn.Reference<StaticRoute>("source", route => route.SourceId, Subnets, cascades: true),
            RecordColumn.Reference<StaticRoute>("destination", route => route.DestinationId, Subnets, cascades: true),
            RecordColumn.Bytes<StaticRoute>("gateway", route => AddressMath.ToBytes(route.Gateway)),
        ],
        [new RecordKey("gateway_ip", "source", "destination", "gateway")])
    { RaisesEpoch = true };

    public static RecordTable<AllocatedAddress> Addresses { get; } = new(
        "ip_addresses",
        TopologyJson.Default.AllocatedAddress,
        [
            RecordColumn.Bytes<AllocatedAddress>("ip", address => AddressMath.ToBytes(address.Ip)),
            RecordColumn.Reference<AllocatedAddress>("subnet", address => address.SubnetId, Subnets),
            RecordColumn.Number<AllocatedAddress>("kind", address => (long)address.Kind),
            RecordColumn.Text<AllocatedAddress>("user", address => address.User),
            RecordColumn.Text<AllocatedAddress>("node", address => address.Node?.ToString()),
            RecordColumn.Number<AllocatedAddress>("link", address => address.LinkId),
        ],
        [new RecordKey("ip_address", "ip")]);

    public static RecordTable<DnsResource> DnsResources { get; } = new(
        "dns_resources",
        TopologyJson.Default.DnsResource,
        [
            RecordColumn.Reference<DnsResource>("domain", resource => resource.DomainId, Domains),
            RecordColumn.Text<DnsResource>("name", resource => resource.Name),
        ],
        [new RecordKey("name", "domain", "name")]);

    public static RecordTable<DnsRecord> DnsRecords { get; } = new(
        "dns_records",
        TopologyJson.Default.DnsRecord,
        [RecordColumn.Reference<DnsRecord>("resource", record => record.ResourceId, DnsResources, cascades: true)],
        []);

    public static RecordTable<DnsSerial> DnsSerials { get; } = new("dns_serials", TopologyJson.Default.DnsSerial, [], []);

    /// <summary>All of them; a table comes after those that it refers to.</summary>
    public static IReadOnlyList<RecordTable> All { get; } =
    [
        Zones, ResourcePools, Domains, Fabrics, Spaces, Vlans, Subnets, IpRanges, ReservedIps, StaticRoutes, Addresses,
        DnsResources, DnsRecords, DnsSerials, Discoveries.Table,
    ];

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

/// <summary>How the shared nouns are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(IPAddressJsonConverter), typeof(IPNetworkJsonConverter)])]
[JsonSerializable(typeof(Zone))]
[JsonSerializable(typeof(ResourcePool))]
[JsonSerializable(typeof(Domain))]
[JsonSerializable(typeof(Fabric))]
[JsonSerializable(typeof(Vlan))]
[JsonSerializable(typeof(Space))]
[JsonSerializable(typeof(Subnet))]
[JsonSerializable(typeof(IpRange))]
[JsonSerializable(typeof(ReservedIp))]
[JsonSerializable(typeof(StaticRoute))]
[JsonSerializable(typeof(AllocatedAddress))]
[JsonSerializable(typeof(DnsResource))]
[JsonSerializable(typeof(DnsRecord))]
[JsonSerializable(typeof(DnsSerial))]
[JsonSerializable(typeof(Discovery))]
internal sealed partial class TopologyJson : JsonSerializerContext;
