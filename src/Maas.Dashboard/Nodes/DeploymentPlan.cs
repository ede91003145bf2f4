using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>What a deployment makes of a machine's disks and interfaces, as a person reads it before it begins.</summary>
internal static class DeploymentPlan
{
    /// <summary>The layouts to choose from; the first one keeps what is configured.</summary>
    public static IReadOnlyList<(string Name, string Title)> Layouts { get; } =
    [
        ("", "as it is configured"),
        ("flat", "flat: one partition for the root file system"),
        ("lvm", "lvm: the root file system on a logical volume"),
        ("bcache", "bcache: the root file system cached by an SSD"),
        ("blank", "blank: nothing is planned"),
    ];

    /// <summary>What is installed, and where: nothing is written to a disk when the system runs in memory.</summary>
    public static string Describe(Deployment deployment)
    {
        var system = deployment.Image?.Name ?? deployment.Recipe ?? $"{deployment.OsSystem}/{deployment.DistroSeries}";
        return deployment.Ephemeral ? $"{system} in memory"
            : deployment.Disk.Name.Length == 0 ? system
            : $"{system} on {deployment.Disk.Name}";
    }

    /// <summary>The storage as a layout would make it. Nothing is stored; the numbers of new objects mean nothing.</summary>
    /// <param name="config">The storage as it is.</param>
    /// <param name="layout">The layout's name; empty for none.</param>
    public static StorageResult Preview(StorageConfig config, string layout) => layout.Length == 0
        ? new StorageResult.Changed(config, 0)
        : StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = layout }, new PreviewIds());

    /// <summary>A line for each disk, partition and virtual device, and for what is missing.</summary>
    public static IReadOnlyList<string> StorageLines(StorageConfig config)
    {
        var lines = new List<string>();
        foreach (var device in config.BlockDevices)
        {
            lines.Add($"{device.Name}, {Units.Bytes(device.Size)}: {StorageView.UsedFor(config, device)}");
            lines.AddRange(device.Partitions.Select(partition =>
                $"{device.Name}, partition {partition.Number}, {Units.Bytes(partition.Size)}: {StorageView.UsedFor(config, partition)}"));
        }

        lines.AddRange(config.SpecialFileSystems.Where(each => each.MountPoint is not null).Select(each =>
            $"{each.Type.ToString().ToLowerInvariant()} at {each.MountPoint}"));
        return lines;
    }

    /// <summary>A line for each interface, with how it gets its addresses.</summary>
    public static IReadOnlyList<string> NetworkLines(NetworkConfig config, TopologySnapshot topology) =>
        [.. config.Interfaces.Select(each =>
            $"{each.Name} ({KindOf(each)}): {LinksOf(each, topology)}")];

    /// <summary>The type of an interface, and its hardware address.</summary>
    public static string KindOf(NodeInterface of) =>
        of.Type.ToString().ToLowerInvariant() + (of.MacAddress is { } address ? $", {address}" : "");

    /// <summary>How a link gets its address.</summary>
    public static string LinkText(InterfaceLink link, TopologySnapshot topology)
    {
        var where = link.Subnet is { } id && topology.FindSubnet(id) is { } subnet ? $" in {subnet.Cidr}" : "";
        return link.Mode switch
        {
            LinkMode.Static or LinkMode.Auto when link.Address is { } address => $"{address}{where}",
            LinkMode.Auto or LinkMode.Static => $"a free address{where}",
            LinkMode.Dhcp => $"by DHCP{where}",
            _ => $"up, without an address{where}",
        };
    }

    private static string LinksOf(NodeInterface of, TopologySnapshot topology) =>
        !of.Enabled ? "not configured"
        : of.Links.Count == 0 ? "no link"
        : string.Join("; ", of.Links.Select(link => LinkText(link, topology)));

    private sealed class PreviewIds : IIdSource
    {
        private long _last = long.MaxValue / 2; // no number that a disk has

        public long NextId(IdKind kind) => ++_last;

        public Guid NextUuid() => Guid.CreateVersion7();
    }
}
