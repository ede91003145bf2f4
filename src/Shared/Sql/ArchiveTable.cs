namespace Maas.Sql;

/// <summary>The types of a backup's values. A value may be NULL.</summary>
internal enum ArchiveType
{
    /// <summary>A 64-bit number.</summary>
    Number,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,
}

/// <summary>A column of a table in a backup.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Expression">What reads it as that type.</param>
internal sealed record ArchiveColumn(string Name, ArchiveType Type, string Expression);

/// <summary>
/// A table as a backup has it. Of a table of records it has the documents: the derived columns are made again when the store is opened.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="IsRecords">Whether it is a table of records.</param>
/// <param name="Columns">Its columns, by name.</param>
/// <param name="Key">The columns of its primary key.</param>
/// <param name="Last">The last number that the database assigned in it; <see langword="null"/> for none.</param>
internal sealed record ArchiveTable(
    string Name, bool IsRecords, IReadOnlyList<ArchiveColumn> Columns, IReadOnlyList<string> Key, long? Last)
{
    /// <summary>A table of records.</summary>
    public static ArchiveTable OfRecords(string name, long? last) => new(
        name, true,
        [
            new("document", ArchiveType.Text, "\"document\""), new("id", ArchiveType.Number, "\"id\""),
            new("version", ArchiveType.Number, "\"version\""),
        ],
        ["id"], last);

    /// <summary>Whether another table has the same columns.</summary>
    public bool HasColumnsOf(ArchiveTable other) =>
        Columns.Select(column => (column.Name, column.Type)).SequenceEqual(other.Columns.Select(column => (column.Name, column.Type)));

    /// <summary>Tables in an order in which each comes after those that its foreign keys name; tables of records are last.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="references">Pairs of a table and one that its foreign keys name.</param>
    public static IReadOnlyList<ArchiveTable> InOrder(
        IEnumerable<ArchiveTable> tables, IReadOnlyCollection<(string Table, string Target)> references)
    {
        var left = tables.OrderBy(table => table.IsRecords).ThenBy(table => table.Name, StringComparer.Ordinal).ToList();
        List<ArchiveTable> ordered = [];
        while (left.Count > 0)
        {
            // Tables of records may refer to each other in a circle: their rows are not checked one by one.
            var next = left.Find(table => table.IsRecords || !references.Any(each => each.Table == table.Name
                && each.Target != table.Name && left.Exists(other => other.Name == each.Target))) ?? left[0];
            left.Remove(next);
            ordered.Add(next);
        }

        return ordered;
    }
}
