using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <summary>
/// What an installation by a recipe would leave out of what is configured for a machine, or sent with the deployment. Such a deployment is
/// refused before anything is written. Pure.
/// </summary>
public sealed class RecipeLimits
{
    /// <summary>The recipe's name, <c>flatcar/stable</c>.</summary>
    public required string Recipe { get; init; }

    /// <summary>
    /// What its installer does to the disks (<see cref="IInstallRecipes.PlanStorage"/>); <see langword="null"/> when it partitions the boot
    /// disk by its own rules.
    /// </summary>
    public DiskPlanResult? Plan { get; init; }

    /// <summary>Whether the installed system runs cloud-init (<see cref="IInstallRecipes.HasCloudInit"/>).</summary>
    public bool HasCloudInit { get; init; }

    /// <summary>The limits of a recipe for a machine.</summary>
    /// <param name="recipes">What knows the recipe.</param>
    /// <param name="recipe">The recipe's name.</param>
    /// <param name="architecture">Architecture and sub-architecture of the machine.</param>
    /// <param name="storage">What is configured for its disks.</param>
    /// <param name="hardware">The disks that it has.</param>
    public static RecipeLimits Of(
        IInstallRecipes recipes, string recipe, string architecture, StorageConfig storage, Hardware hardware)
    {
        ArgumentNullException.ThrowIfNull(recipes);
        return new RecipeLimits
        {
            Recipe = recipe,
            Plan = recipes.PlanStorage(recipe, architecture, storage, hardware),
            HasCloudInit = recipes.HasCloudInit(recipe, architecture),
        };
    }

    /// <summary>
    /// Why the deployment is refused, a sentence each; empty when it leaves nothing out. A storage configuration that is blank, or the
    /// <c>flat</c> or the default layout, is one that the installer may replace; so are interfaces with links that ask DHCP servers.
    /// </summary>
    /// <param name="config">What is configured for the machine.</param>
    /// <param name="defaultLayout">The default storage layout of the settings, <c>flat</c>.</param>
    /// <param name="hasUserData">Whether the deployment has user data.</param>
    /// <param name="addsBridges">Whether the deployment puts a bridge on each interface.</param>
    public IReadOnlyList<string> Find(NodeConfig config, string defaultLayout, bool hasUserData, bool addsBridges = false)
    {
        var reasons = new List<string>();
        if (Plan is DiskPlanResult.Refused refused) reasons.AddRange(refused.Reasons);
        if (Plan is null && !IsDefault(config.Storage, defaultLayout))
            reasons.Add(
                $"The installer of {Recipe} partitions the boot disk by its own rules. It does not carry out the storage configuration of "
                + $"the machine: {string.Join(", ", Describe(config.Storage))}. Choose the layout 'flat', or another system.");
        if (HasCloudInit) return reasons;
        List<string> network = [.. config.Network.Interfaces.SelectMany(Describe)];
        if (addsBridges) network.Add("a bridge on each interface");
        if (network.Count > 0)
            reasons.Add(
                $"The system that {Recipe} installs has no cloud-init of this server, and asks DHCP servers for addresses. It does not "
                + $"apply the network configuration of the machine: {string.Join(", ", network)}.");
        if (hasUserData) reasons.Add($"The system that {Recipe} installs has no cloud-init of this server: it does not apply user data.");
        return reasons;
    }

    private static bool IsDefault(StorageConfig config, string layout)
    {
        var planned = ShapeOf(config);
        if (planned.SetEquals(ShapeOf(StorageLayouts.Blank(config)))) return true;
        return new[] { "flat", layout }.Any(name =>
            StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = name, AllowFallback = true }, new Numbers())
                is StorageResult.Changed { Config: var made }
            && planned.SetEquals(ShapeOf(made)));
    }

    /// <summary>What is planned on the disks, without numbers and UUIDs.</summary>
    private static HashSet<string> ShapeOf(StorageConfig config) =>
    [
        .. config.BlockDevices.Select(device => $"{device.Name} {device.PartitionTable} {ShapeOf(device.FileSystem)}"),
        .. config.BlockDevices.SelectMany(device => device.Partitions.Select(partition =>
            $"{device.Name} {partition.Number} {partition.Size} {partition.Bootable} {ShapeOf(partition.FileSystem)}")),
        .. config.Groups.Select(group => $"{group.Type} {group.Name} {group.CacheMode}"),
        .. config.SpecialFileSystems.Select(ShapeOf),
    ];

    private static string ShapeOf(FileSystem? on) => on is null ? "" : $"{on.Type} {on.MountPoint} {on.MountOptions}";

    private static IEnumerable<string> Describe(StorageConfig config)
    {
        List<string> parts =
        [
            .. config.Groups.Select(group => $"{StorageNames.NameOf(group.Type)} {group.Name}"),
            .. config.BlockDevices.Where(device => device.Id != config.BootDevice?.Id && device.Type == BlockDeviceType.Physical)
                .Where(device => device.FileSystem is { Group: null } || device.Partitions.Count > 0)
                .Select(device => $"the disk {device.Name}"),
            .. config.SpecialFileSystems.Select(system => $"{StorageNames.NameOf(system.Type)} {system.MountPoint}".TrimEnd()),
        ];
        return parts.Count > 0 ? parts : ["other partitions than those of the default layout"];
    }

    private static IEnumerable<string> Describe(NodeInterface one)
    {
        if (one.Type != InterfaceType.Physical) yield return $"{InterfaceNames.NameOf(one.Type)} {one.Name}";
        if (one.Links.Any(link => link.Mode is LinkMode.Auto or LinkMode.Static)) yield return $"an address of {one.Name}";
    }

    /// <summary>Numbers and UUIDs of what is only compared.</summary>
    private sealed class Numbers : IIdSource
    {
        private int _last;

        // Larger than any number of a store.
        public long NextId(IdKind kind) => (long.MaxValue / 2) + ++_last;

        public Guid NextUuid() => new(++_last, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
