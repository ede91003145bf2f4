namespace Maas.Core.Records;

/// <summary>A column that a store derives from a record.</summary>
public sealed class RecordColumn
{
    private readonly Func<StoredRecord, object?> _value;

    private RecordColumn(string name, RecordColumnKind kind, Func<StoredRecord, object?> value, RecordTable? target, bool cascades)
    {
        Name = name;
        Kind = kind;
        _value = value;
        Target = target;
        Cascades = cascades;
    }

    /// <summary>Its name: lower-case letters and <c>_</c>.</summary>
    public string Name { get; }

    /// <summary>The type of its values.</summary>
    public RecordColumnKind Kind { get; }

    /// <summary>The table whose ids it has; <see langword="null"/> when it is no reference.</summary>
    public RecordTable? Target { get; }

    /// <summary>
    /// Whether a record is deleted together with the one that it refers to; otherwise a record that others refer to cannot be deleted.
    /// </summary>
    public bool Cascades { get; }

    /// <summary>A whole number.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="value">Its value.</param>
    public static RecordColumn Number<T>(string name, Func<T, long?> value)
        where T : StoredRecord => new(name, RecordColumnKind.Number, record => value((T)record), null, false);

    /// <summary>A text; compared by ordinal.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="value">Its value.</param>
    public static RecordColumn Text<T>(string name, Func<T, string?> value)
        where T : StoredRecord => new(name, RecordColumnKind.Text, record => value((T)record), null, false);

    /// <summary>Bytes; compared as unsigned numbers from the first on, a shorter one before a longer one that begins with it.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="value">Its value.</param>
    public static RecordColumn Bytes<T>(string name, Func<T, byte[]?> value)
        where T : StoredRecord => new(name, RecordColumnKind.Bytes, record => value((T)record), null, false);

    /// <summary>The id of a record of another table, which must exist.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="value">Its value; <see langword="null"/> for no reference.</param>
    /// <param name="target">The table.</param>
    /// <param name="cascades">Whether the record is deleted together with the one that it refers to.</param>
    public static RecordColumn Reference<T>(string name, Func<T, long?> value, RecordTable target, bool cascades = false)
        where T : StoredRecord => new(name, RecordColumnKind.Number, record => value((T)record), target, cascades);

    /// <summary>The value of a record: <c>long</c>, <c>string</c>, <c>byte[]</c> or <see langword="null"/>.</summary>
    public object? ValueOf(StoredRecord record) => _value(record);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The type of a column's values.</summary>
public enum RecordColumnKind
{
    /// <summary>A whole number of 64 bits.</summary>
    Number,

    /// <summary>A text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,
}
