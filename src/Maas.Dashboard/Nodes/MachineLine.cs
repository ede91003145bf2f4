using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>A line of the grouped list: the heading of a group, or a machine.</summary>
/// <param name="Heading">The group and how many machines it has; <see langword="null"/> for a machine.</param>
/// <param name="Row">The machine; <see langword="null"/> for a heading.</param>
internal sealed record MachineLine(string? Heading, MachineRow? Row)
{
    /// <summary>What machines are grouped by.</summary>
    public static IReadOnlyList<string> Groupings { get; } = ["status", "zone", "pool", "owner", "tag"];

    /// <summary>
    /// The lines of machines, in the order of the groups' names. Another grouping, or none, leaves the machines as they are.
    /// </summary>
    public static IReadOnlyList<MachineLine> Of(IReadOnlyList<MachineRow> rows, string? grouping)
    {
        Func<MachineRow, string>? keyOf = grouping switch
        {
            "status" => row => row.Status.Simplified,
            "zone" => row => row.Zone,
            "pool" => row => row.Pool,
            "owner" => row => row.Owner.Length > 0 ? row.Owner : "no owner",
            "tag" => row => row.Tags.Length > 0 ? row.Tags : "no tag",
            _ => null,
        };
        if (keyOf is null) return [.. rows.Select(row => new MachineLine(null, row))];
        return
        [
            .. from row in rows
            group row by keyOf(row) into machines
            orderby machines.Key
            from line in machines.Select(row => new MachineLine(null, row))
                .Prepend(new MachineLine($"{machines.Key}: {machines.Count()}", null))
            select line,
        ];
    }
}
