using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>Tags in a column of a record: each between line feeds, which no tag contains. Pure functions.</summary>
internal static class TagColumn
{
    /// <summary>The text of some tags; <see langword="null"/> for none.</summary>
    public static string? Of(IEnumerable<string> tags)
    {
        var sorted = tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return sorted.Count == 0 ? null : $"\n{string.Join('\n', sorted)}\n";
    }

    /// <summary>The condition that a tag is among them.</summary>
    public static RecordCondition Has(string column, string tag) => new RecordCondition.Contains(column, $"\n{tag}\n");
}
