using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Records;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>What happens to a machine's configurations when the machine changes. Pure functions.</summary>
internal static class NodeConfigLifecycle
{
    /// <summary>Whether a change of the machine concerns its configurations.</summary>
    public static bool Concerns(Machine before, Machine after) =>
        before.Owner is null != after.Owner is null || IsDeployed(before, after);

    /// <summary>Whether a deployment begins, for which links get their addresses.</summary>
    public static bool IsDeployed(Machine before, Machine after) =>
        after.Status == MachineStatus.Deploying && before.Status != MachineStatus.Deploying;

    /// <summary>An owner gets a copy of what is intended; without an owner, the copy is deleted.</summary>
    /// <param name="set">What is stored.</param>
    /// <param name="after">The machine afterwards.</param>
    /// <param name="acquired">The owner's copy.</param>
    public static IReadOnlyList<RecordChange> ChangeOwner(NodeConfigSet set, Machine after, NodeConfig acquired) => after.Owner is null
        ? [.. set.Set(NodeConfigKind.Acquired, null)]
        : [.. set.Keep(), .. set.Set(NodeConfigKind.Acquired, acquired)];

    /// <summary>
    /// A machine whose configuration is not stored was commissioned by an earlier version, or not at all. Its disks have the numbers that
    /// they have always been shown with.
    /// </summary>
    public static NodeConfig Derive(Machine machine)
    {
        var known = new NodeConfig { Network = NodeInterfaces.Derive(machine) };
        if (machine.Hardware is not { } hardware) return known with { Storage = new StorageConfig { Platform = PlatformOf(machine) } };
        var ids = new LegacyIds(machine.Number, hardware);
        var derived = NodeConfig.Found(
            Own(machine, hardware), ArchitectureOf(machine), (BootAddressOf(machine), null), known, ids);
        return new NodeConfig
        {
            Network = NodeInterfaces.Agree(derived.Network, machine.MacAddresses, known.Network, ids),
            Storage = BootDiskNaming.Apply(machine, derived.Storage),
        };
    }

    /// <summary>An inventory was taken: what was found is replaced, and what is intended begins anew.</summary>
    /// <param name="set">What is stored.</param>
    /// <param name="after">The machine with the inventory.</param>
    /// <param name="layout">The default storage layout.</param>
    /// <param name="networks">The networks, and the VLAN in which the machine boots.</param>
    /// <param name="ids">Assigns numbers.</param>
    public static (NodeConfig Found, NodeConfig Intended) Discover(
        NodeConfigSet set, Machine after, StorageLayoutRequest layout, (NetworkView View, long? BootVlan) networks, IIdSource ids)
    {
        var before = set.Machine;
        var earlier = set[NodeConfigKind.Intended] ?? Derive(before);
        var isKnown = set[NodeConfigKind.Intended] is not null || before.Hardware is not null;
        var previous = earlier with
        {
            Network = set[NodeConfigKind.Intended] is null
                ? NodeInterfaces.Agree(earlier.Network, after.MacAddresses, NodeInterfaces.Derive(after), ids)
                : NodeInterfaces.Agree(earlier.Network, after.MacAddresses, null, ids),
        };
        var hardware = after.Hardware ?? new Hardware();
        var found = NodeConfig.Found(
            Own(after, hardware), ArchitectureOf(after), (BootAddressOf(after), networks.BootVlan), previous, ids);
        found = found with
        {
            Network = NodeInterfaces.Existing(
                NodeInterfaces.Agree(found.Network, after.MacAddresses, previous.Network, ids), networks.View),
            Storage = BootDiskNaming.Apply(after, found.Storage),
        };
        if (after.SkipStorage) layout = new StorageLayoutRequest { Layout = "blank" };
        var intended = NodeConfig.Intended(found, layout, networks.View, previous, ids);
        return (found, intended with
        {
            Storage = after.SkipStorage && earlier.Storage.BlockDevices.Count > 0 ? earlier.Storage : intended.Storage,
            Network = after.SkipNetworking && isKnown ? previous.Network : intended.Network,
        });
    }

    private static string ArchitectureOf(Machine machine) => machine.Architecture.Split('/')[0];

    private static MacAddress? BootAddressOf(Machine machine) => machine.MacAddresses is [var first, ..] ? first : null;

    private static BootPlatform PlatformOf(Machine machine) =>
        new(ArchitectureOf(machine), machine.Hardware is null || machine.Hardware.Firmware == FirmwareKind.Uefi);

    // An interface whose address another machine has is left to that machine.
    private static Hardware Own(Machine machine, Hardware hardware) => hardware with
    {
        Interfaces = [.. hardware.Interfaces.Where(each => machine.MacAddresses.Contains(each.MacAddress))],
    };

    /// <summary>The numbers that disks had before they were stored: the machine's number and their place in the inventory.</summary>
    private sealed class LegacyIds(long machine, Hardware hardware) : IIdSource
    {
        private readonly Queue<long> _disks = new(
            hardware.Disks.Index().Where(item => StorageDiscovery.IsUsable(item.Item))
                .Select(item => (machine * NodeIds.PlacesPerMachine) + item.Index));

        public long NextId(IdKind kind) => kind == IdKind.BlockDevice
            ? _disks.Dequeue()
            : throw new InvalidOperationException($"What is derived from an inventory has no {kind}.");

        public Guid NextUuid() => throw new InvalidOperationException("What is derived from an inventory has no UUIDs.");
    }
}
