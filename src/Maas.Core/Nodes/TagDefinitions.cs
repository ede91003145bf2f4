using Maas.Core.Inventory;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>Some tags with definitions, to be evaluated on machines.</summary>
internal sealed class TagDefinitions
{
    private readonly List<(Tag Tag, InventoryQuery? Query)> _definitions;

    public TagDefinitions(IEnumerable<Tag> tags) =>
        _definitions = [.. tags.Where(tag => tag.IsDefined).Select(tag => (tag, Parse(tag)))];

    /// <summary>
    /// What must still be so when a result is saved. Tags are looked up, evaluated and required in one order, so that two changes that
    /// require the same ones cannot wait for each other.
    /// </summary>
    public IReadOnlyList<RecordChange> Requirements =>
        [.. _definitions.Select(each => new RecordChange.Require(TagTables.Tags, each.Tag.Id, each.Tag.Version))];

    /// <summary>Whether the other set has the same tags in the same versions.</summary>
    public bool HasSameTags(TagDefinitions other) => _definitions.Select(each => (each.Tag.Id, each.Tag.Version))
        .SequenceEqual(other._definitions.Select(each => (each.Tag.Id, each.Tag.Version)));

    /// <summary>The machine with the tags that match it, and without those that do not.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="tooCostly">Names of tags whose evaluation was ended because it took too much work.</param>
    public Machine Apply(Machine machine, ICollection<string>? tooCostly = null)
    {
        if (_definitions.Count == 0) return machine;
        var document = InventoryDocument.Of(machine.Hardware, machine.Hostname);
        var tags = machine.Tags.ToHashSet(StringComparer.Ordinal);
        var isChanged = false;
        foreach (var (tag, query) in _definitions)
        {
            var isTooCostly = false;
            var matches = query?.Matches(document, out isTooCostly) is true;
            if (isTooCostly) tooCostly?.Add(tag.Name);
            isChanged |= matches && tags.Count < NodeRules.MostTags ? tags.Add(tag.Name) : !matches && tags.Remove(tag.Name);
        }

        return isChanged ? machine with { Tags = [.. tags.Order(StringComparer.Ordinal)] } : machine;
    }

    // It was checked before it was stored, perhaps by a version that took what this one does not.
    private static InventoryQuery? Parse(Tag tag) => InventoryQuery.TryParse(tag.Definition, out var query, out _) ? query : null;
}
