using System.Text.Json.Serialization;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Nodes;

/// <summary>The tables of what nodes own.</summary>
internal static class NodeTables
{
    /// <summary>The configurations of all nodes.</summary>
    public static RecordTable<NodeConfigRecord> Configs { get; } = new(
        "node_configs",
        NodeConfigJson.Default.NodeConfigRecord,
        [
            RecordColumn.Text<NodeConfigRecord>("node", record => record.Node),
            RecordColumn.Number<NodeConfigRecord>("kind", record => (long)record.Kind),
            RecordColumn.Number<NodeConfigRecord>("largest_device", record => DiskIndex.LargestOf(record.Config.Storage)),
            RecordColumn.Number<NodeConfigRecord>("devices", record => DiskIndex.CountOf(record.Config.Storage)),
            RecordColumn.Text<NodeConfigRecord>("device_tags", record => DiskIndex.TagsOf(record.Config.Storage)),
        ],
        [new RecordKey("node", "node", "kind")])
    { Indexes = [["node", "kind", "largest_device", "devices", "device_tags"]] };

    /// <summary>
    /// The VLANs and subnets that nodes' interfaces name, derived from the configurations: a subnet or a VLAN in use is not deleted.
    /// </summary>
    public static RecordTable<NodeLinkRecord> Links { get; } = new(
        "node_links",
        NodeConfigJson.Default.NodeLinkRecord,
        [
            RecordColumn.Text<NodeLinkRecord>("node", record => record.Node),
            RecordColumn.Number<NodeLinkRecord>("interface", record => record.InterfaceId),
            RecordColumn.Reference<NodeLinkRecord>("vlan", record => record.VlanId, TopologyTables.Vlans),
            RecordColumn.Reference<NodeLinkRecord>("subnet", record => record.SubnetId, TopologyTables.Subnets),
        ],
        []);

    /// <summary>The host names of all nodes.</summary>
    public static RecordTable<NodeNameRecord> Names { get; } = new(
        "node_names",
        NodeIdentityJson.Default.NodeNameRecord,
        [
            RecordColumn.Text<NodeNameRecord>("name", record => record.Name),
            RecordColumn.Text<NodeNameRecord>("node", record => record.Node),
            RecordColumn.Reference<NodeNameRecord>("domain", record => record.DomainId, TopologyTables.Domains),
        ],
        [new RecordKey("hostname", "name"), new RecordKey("system_id", "node")]);

    /// <summary>The hardware addresses of all nodes' physical interfaces.</summary>
    public static RecordTable<NodeMacRecord> Macs { get; } = new(
        "node_macs",
        NodeIdentityJson.Default.NodeMacRecord,
        [
            RecordColumn.Text<NodeMacRecord>("mac", record => record.MacAddress.ToString()),
            RecordColumn.Text<NodeMacRecord>("node", record => record.Node),
        ],
        [new RecordKey("mac_addresses", "mac")]);

    /// <summary>In the column of a device's owner: no one, whose device everybody sees.</summary>
    public const string NoOwner = "";

    /// <summary>The devices.</summary>
    public static RecordTable<Device> Devices { get; } = new(
        "devices",
        DeviceJson.Default.Device,
        [
            RecordColumn.Text<Device>("system_id", device => device.SystemId.ToString()),
            RecordColumn.Text<Device>("hostname", device => device.Hostname),
            RecordColumn.Text<Device>("domain", device => device.Domain),
            RecordColumn.Number<Device>("zone", device => device.ZoneId),
            RecordColumn.Text<Device>("owner", device => device.Owner ?? NoOwner),
            RecordColumn.Text<Device>("parent", device => device.Parent?.ToString()),
            RecordColumn.Text<Device>("tags", device => TagColumn.Of(device.Tags)),
        ],
        [new RecordKey("system_id", "system_id")]);

    /// <summary>The number of changes of devices.</summary>
    public static RecordTable<DeviceSerial> DeviceSerials { get; } = new("device_serials", DeviceJson.Default.DeviceSerial, [], []);

    /// <summary>
    /// One table for each kind of object inside a configuration. Its counter assigns the numbers, which are reserved; the only record is
    /// the number below which nothing is assigned.
    /// </summary>
    private static readonly Dictionary<IdKind, RecordTable<IdRecord>> Ids = new()
    {
        [IdKind.Interface] = IdTable("interface_ids"),
        [IdKind.Link] = IdTable("interface_link_ids"),
        [IdKind.BlockDevice] = IdTable("block_device_ids"),
        [IdKind.Partition] = IdTable("partition_ids"),
        [IdKind.FileSystem] = IdTable("file_system_ids"),
        [IdKind.FileSystemGroup] = IdTable("file_system_group_ids"),
        [IdKind.CacheSet] = IdTable("cache_set_ids"),
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RecordTable> All { get; } = [Configs, Links, Names, Macs, Devices, DeviceSerials, .. Ids.Values];

    /// <summary>The table whose counter assigns the numbers of a kind.</summary>
    public static RecordTable<IdRecord> IdsOf(IdKind kind) => Ids[kind];

    private static RecordTable<IdRecord> IdTable(string name) => new(name, NodeConfigJson.Default.IdRecord, [], []);
}

/// <summary>A configuration of a node, as a record.</summary>
internal sealed record NodeConfigRecord : StoredRecord
{
    /// <summary>The id of the node.</summary>
    public required string Node { get; init; }

    /// <summary>Which of its configurations.</summary>
    public required NodeConfigKind Kind { get; init; }

    /// <summary>The configuration.</summary>
    public required NodeConfig Config { get; init; }
}

/// <summary>A link of an interface, or an interface without links, in the index.</summary>
internal sealed record NodeLinkRecord : StoredRecord
{
    /// <summary>The id of the node.</summary>
    public required string Node { get; init; }

    /// <summary>The interface.</summary>
    public long InterfaceId { get; init; }

    /// <summary>The VLAN of the interface; <see langword="null"/> for none.</summary>
    public long? VlanId { get; init; }

    /// <summary>The link; <see langword="null"/> for an interface without links.</summary>
    public long? LinkId { get; init; }

    /// <summary>The subnet of the link; <see langword="null"/> for none.</summary>
    public long? SubnetId { get; init; }
}

/// <summary>Which configuration of a node. The numbers are stored.</summary>
internal enum NodeConfigKind
{
    /// <summary>What commissioning found, with nothing planned on it.</summary>
    [JsonStringEnumMemberName("found")]
    Found = 1,

    /// <summary>What the operator intends.</summary>
    [JsonStringEnumMemberName("intended")]
    Intended = 2,

    /// <summary>The copy of the node's owner.</summary>
    [JsonStringEnumMemberName("acquired")]
    Acquired = 3,
}

/// <summary>The record of a table of numbers.</summary>
internal sealed record IdRecord : StoredRecord;
