using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>A change of the description of the selected machines.</summary>
/// <param name="Name">What the outcome calls it.</param>
/// <param name="Change">The change, a pure function.</param>
public sealed record BulkEdit(string Name, Func<Machine, Machine> Change)
{
    /// <summary>Puts machines into a zone.</summary>
    public static BulkEdit Zone(long id, string name) => new($"Zone {name}", machine => machine with { ZoneId = id });

    /// <summary>Puts machines into a resource pool.</summary>
    public static BulkEdit Pool(long id, string name) => new($"Pool {name}", machine => machine with { PoolId = id });

    /// <summary>Puts a tag on machines.</summary>
    public static BulkEdit AddTag(string name) => new(
        $"Tag {name}", machine => machine.Tags.Contains(name) ? machine : machine with { Tags = [.. machine.Tags, name] });

    /// <summary>Takes a tag off machines.</summary>
    public static BulkEdit RemoveTag(string name) => new(
        $"Without tag {name}", machine => machine with { Tags = [.. machine.Tags.Where(tag => tag != name)] });
}
