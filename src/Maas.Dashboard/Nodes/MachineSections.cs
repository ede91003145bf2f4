using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Dashboard.Nodes;

/// <summary>What the list is grouped by, and the sections that come of it.</summary>
internal static class MachineSections
{
    private const string Default = "default"; // of a zone or a pool that is not known any more

    /// <summary>What machines are grouped by, as the URL has it.</summary>
    public static IReadOnlyList<string> Groupings { get; } =
        [.. Enum.GetValues<MachineGrouping>().Except([MachineGrouping.None]).Select(grouping => grouping.ToString().ToLowerInvariant())];

    /// <summary>The grouping of a name in the URL; none for any other text.</summary>
    public static MachineGrouping Named(string? name) =>
        name is not null && Groupings.Contains(name) ? Enum.Parse<MachineGrouping>(name, ignoreCase: true) : MachineGrouping.None;

    /// <summary>The sections of a list, in the order of their names.</summary>
    /// <param name="filter">The machines of the list.</param>
    /// <param name="grouping">What they are grouped by.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="topology">The names of zones and pools.</param>
    public static IReadOnlyList<MachineSection> Of(
        MachineFilter filter, MachineGrouping grouping, MachineCount count, TopologySnapshot topology) =>
        grouping is MachineGrouping.None
            ? [new MachineSection(null, filter, count.Total)]
            :
            [
                .. from machines in count.Groups
                group machines by NameOf(machines.Value, grouping, topology) into named
                orderby named.Key.ToUpperInvariant(), named.Key
                select new MachineSection(
                    named.Key, Restrict(filter, grouping, [.. named.Select(each => each.Value)]), named.Sum(each => each.Count)),
            ];

    private static string NameOf(string? value, MachineGrouping grouping, TopologySnapshot topology) => grouping switch
    {
        MachineGrouping.Status when value is not null => Enum.Parse<MachineStatus>(value).Simplified,
        MachineGrouping.Zone => topology.Zones.FirstOrDefault(zone => zone.Id == Id(value))?.Name ?? Default,
        MachineGrouping.Pool => topology.ResourcePools.FirstOrDefault(pool => pool.Id == Id(value))?.Name ?? Default,
        MachineGrouping.Owner => value ?? "no owner",
        _ => value ?? "no tag",
    };

    // The values are some of those that the filter lets through.
    private static MachineFilter Restrict(MachineFilter filter, MachineGrouping grouping, IReadOnlyList<string?> values) => grouping switch
    {
        MachineGrouping.Status => filter with { Statuses = [.. values.OfType<string>().Select(Enum.Parse<MachineStatus>)] },
        MachineGrouping.Zone => filter with { Zones = [.. values.Select(Id)] },
        MachineGrouping.Pool => filter with { Pools = [.. values.Select(Id)] },
        MachineGrouping.Owner => values[0] is { } owner ? filter with { Owners = [owner] } : filter with { HasOwner = false },
        _ => values[0] is { } tag ? filter with { Tags = [.. filter.Tags, tag] } : filter with { HasTags = false },
    };

    private static long Id(string? value) => long.Parse(value ?? "", CultureInfo.InvariantCulture);
}
