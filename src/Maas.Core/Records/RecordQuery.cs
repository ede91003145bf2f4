namespace Maas.Core.Records;

/// <summary>Which records to read. All conditions must hold.</summary>
/// <typeparam name="T">The type of the records.</typeparam>
/// <param name="Table">The table.</param>
public sealed record RecordQuery<T>(RecordTable<T> Table)
    where T : StoredRecord
{
    /// <summary>The conditions; none for all records.</summary>
    public IReadOnlyList<RecordCondition> Where { get; init; } = [];

    /// <summary>
    /// The column to order by, then by id; <see langword="null"/> for the id alone. A record without a value comes first.
    /// </summary>
    public string? OrderBy { get; init; }

    /// <summary>Whether the order is reversed.</summary>
    public bool Descending { get; init; }

    /// <summary>At most so many, 1 upward; <see langword="null"/> for all.</summary>
    public int? Limit { get; init; }
}

/// <summary>A condition on a column of a record.</summary>
/// <param name="Column">The name of the column, or <c>id</c>.</param>
public abstract record RecordCondition(string Column)
{
    /// <summary>The column has one of these values.</summary>
    /// <param name="Column">The name of the column, or <c>id</c>.</param>
    /// <param name="Values">The values: <c>long</c>, <c>string</c> or <c>byte[]</c>, as the column; with none, no record matches.</param>
    public sealed record In(string Column, IReadOnlyList<object> Values) : RecordCondition(Column);

    /// <summary>The column has a value within limits.</summary>
    /// <param name="Column">The name of the column, or <c>id</c>.</param>
    /// <param name="Low">The lowest value; <see langword="null"/> for no limit.</param>
    /// <param name="High">The highest value; <see langword="null"/> for no limit.</param>
    public sealed record Between(string Column, object? Low, object? High) : RecordCondition(Column);

    /// <summary>The column, of texts, contains a text; compared by ordinal.</summary>
    /// <param name="Column">The name of the column.</param>
    /// <param name="Text">The text.</param>
    public sealed record Contains(string Column, string Text) : RecordCondition(Column);

    /// <summary>The column has no value.</summary>
    /// <param name="Column">The name of the column.</param>
    public sealed record Missing(string Column) : RecordCondition(Column);

    /// <summary>The column has this value.</summary>
    /// <param name="column">The name of the column, or <c>id</c>.</param>
    /// <param name="value">The value.</param>
    public static RecordCondition Is(string column, object value) => new In(column, [value]);
}
