using System.Text.Json.Serialization;

namespace Maas.Core.Records;

/// <summary>
/// A noun that several machines share, or that belongs to none: a subnet, a zone, a user … Immutable; a store keeps it in a table.
/// </summary>
public abstract record StoredRecord
{
    /// <summary>1 upward, unique in its table and never reused. 0 before the first save.</summary>
    [JsonIgnore]
    public long Id { get; init; }

    /// <summary>Counts saves; a save that expects another version is refused, so that no change is lost. 0 before the first save.</summary>
    [JsonIgnore]
    public long Version { get; init; }
}
