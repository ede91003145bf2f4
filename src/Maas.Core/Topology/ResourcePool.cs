using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A group of machines that are reserved for a purpose. Clients know it by <see cref="StoredRecord.Id"/> - 1.</summary>
public sealed record ResourcePool : StoredRecord
{
    /// <summary>The id of the pool that machines are in unless another is given.</summary>
    public const long DefaultId = 1;

    /// <summary>Its name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";
}
