using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Maas.Core.Records;

/// <summary>
/// A table of records, as a store sees it: a document for each record, and the columns that are derived from it to search by, to be unique
/// and
/// to refer to other tables. When the declaration of the columns changes, a store derives them again from the documents.
/// </summary>
public abstract partial class RecordTable
{
    private protected RecordTable(string name, IReadOnlyList<RecordColumn> columns, IReadOnlyList<RecordKey> keys)
    {
        CheckName(name);
        foreach (var column in columns) CheckName(column.Name);
        foreach (var column in keys.SelectMany(key => key.Columns))
            if (columns.All(each => each.Name != column))
                throw new ArgumentException($"Table {name} has no column {column}.", nameof(keys));
        Name = name;
        Columns = columns;
        Keys = keys;
    }

    /// <summary>Its name: lower-case letters and <c>_</c>.</summary>
    public string Name { get; }

    /// <summary>The derived columns.</summary>
    public IReadOnlyList<RecordColumn> Columns { get; }

    /// <summary>What is unique. A key with a column that is <see langword="null"/> is not compared.</summary>
    public IReadOnlyList<RecordKey> Keys { get; }

    /// <summary>
    /// Columns that searches compare together, beside those that a store has an index for in any case: each column, and each key. A store
    /// may keep an index that has all columns of a list in this order, so that it compares them without reading the documents.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Indexes
    {
        get;
        init
        {
            foreach (var column in value.SelectMany(index => index))
                if (Columns.All(each => each.Name != column))
                    throw new ArgumentException($"Table {Name} has no column {column}.", nameof(value));
            field = value;
        }
    } = [];

    /// <summary>
    /// Whether a change of a record raises <see cref="IRecordStore.GetEpochAsync"/>: what is shown of machines depends on it.
    /// </summary>
    public bool RaisesEpoch { get; init; }

    /// <summary>The record as JSON text, without id and version.</summary>
    public abstract string Write(StoredRecord record);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="document">The text.</param>
    /// <param name="id">The record's id.</param>
    /// <param name="version">The record's version.</param>
    /// <exception cref="JsonException">The document is damaged.</exception>
    public abstract StoredRecord Read(string document, long id, long version);

    /// <summary>The record with another id and version.</summary>
    public abstract StoredRecord With(StoredRecord record, long id, long version);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static void CheckName(string name)
    {
        if (!NamePattern().IsMatch(name))
            throw new ArgumentException($"'{name}' is no name of a table or column: a-z and _ only.", nameof(name));
    }

    [GeneratedRegex("^[a-z][a-z_]{0,40}$", RegexOptions.None, 1000)]
    private static partial Regex NamePattern();
}

/// <summary>A table of records of one type.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <example>
/// <code>
/// static readonly RecordTable&lt;Vlan&gt; Vlans = new("vlans", MyJson.Default.Vlan,
///     [RecordColumn.Reference&lt;Vlan&gt;("fabric", vlan => vlan.FabricId, Fabrics), RecordColumn.Number&lt;Vlan&gt;("vid", vlan =>
/// vlan.Vid)],
///     [new RecordKey("vid", "fabric", "vid")]);
/// </code>
/// </example>
public sealed class RecordTable<T> : RecordTable
    where T : StoredRecord
{
    private readonly JsonTypeInfo<T> _json;

    /// <summary>Declares a table.</summary>
    /// <param name="name">Its name: lower-case letters and <c>_</c>.</param>
    /// <param name="json">
    /// How a record is written. A generated context needs the mode <c>Metadata</c>: its fast path writes an array of bytes that is null as
    /// an
    /// empty one.
    /// </param>
    /// <param name="columns">The derived columns.</param>
    /// <param name="keys">What is unique.</param>
    public RecordTable(string name, JsonTypeInfo<T> json, IReadOnlyList<RecordColumn> columns, IReadOnlyList<RecordKey> keys)
        : base(name, columns, keys) => _json = json;

    /// <inheritdoc/>
    public override string Write(StoredRecord record) => JsonSerializer.Serialize((T)record, _json);

    /// <inheritdoc/>
    public override StoredRecord Read(string document, long id, long version) =>
        With(JsonSerializer.Deserialize(document, _json) ?? throw new JsonException($"A document of {Name} is null."), id, version);

    /// <inheritdoc/>
    public override StoredRecord With(StoredRecord record, long id, long version) => (T)record with { Id = id, Version = version };
}

/// <summary>Columns that are unique together.</summary>
public sealed class RecordKey
{
    /// <summary>Declares a key.</summary>
    /// <param name="field">The field to name when the key is taken already, by the API's name.</param>
    /// <param name="columns">The columns, at least one.</param>
    public RecordKey(string field, params string[] columns) => (Field, Columns) = (field, columns);

    /// <summary>The field to name when the key is taken already.</summary>
    public string Field { get; }

    /// <summary>The columns.</summary>
    public IReadOnlyList<string> Columns { get; }
}
