using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>A line of the grouped list: the heading of a group, or a machine.</summary>
/// <param name="Group">The group; empty without groups.</param>
/// <param name="Heading">The group and how many machines it has; <see langword="null"/> for a machine.</param>
/// <param name="Row">The machine; <see langword="null"/> for a heading.</param>
internal sealed record MachineLine(string Group, string? Heading, MachineRow? Row)
{
    /// <summary>What machines are grouped by.</summary>
    public static IReadOnlyList<string> Groupings { get; } = ["status", "zone", "pool", "owner", "tag"];

    /// <summary>What identifies the line: a machine with two tags is in two groups.</summary>
    public (string Group, SystemId? Machine) Key => (Group, Row?.Id);

    /// <summary>
    /// The lines of machines, in the order of the groups' names. Another grouping, or none, leaves the machines as they are.
    /// </summary>
    /// <param name="rows">The machines that were read.</param>
    /// <param name="grouping">One of <see cref="Groupings"/>.</param>
    /// <param name="hasMore">Whether there are machines that were not read: then the headings say that they count what is shown.</param>
    public static IReadOnlyList<MachineLine> Of(IReadOnlyList<MachineRow> rows, string? grouping, bool hasMore = false)
    {
        Func<MachineRow, IEnumerable<string>>? groupsOf = grouping switch
        {
            "status" => row => [row.Status.Simplified],
            "zone" => row => [row.Zone],
            "pool" => row => [row.Pool],
            "owner" => row => [row.Owner.Length > 0 ? row.Owner : "no owner"],
            "tag" => row => row.Tags.Length > 0 ? row.Tags.Split(", ") : ["no tag"],
            _ => null,
        };
        if (groupsOf is null) return [.. rows.Select(row => new MachineLine("", null, row))];
        return
        [
            .. from row in rows
            from name in groupsOf(row)
            group row by name into machines
            orderby machines.Key
            from line in machines.Select(row => new MachineLine(machines.Key, null, row))
                .Prepend(new MachineLine(machines.Key, $"{machines.Key}: {machines.Count()}{(hasMore ? " of those shown" : "")}", null))
            select line,
        ];
    }
}
