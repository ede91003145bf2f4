using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>An availability zone: a group of nodes that fail together, such as a room.</summary>
public sealed record Zone : StoredRecord
{
    /// <summary>The id of the zone that nodes are in unless another is given.</summary>
    public const long DefaultId = 1;

    /// <summary>Its name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Description.</summary>
    public string Description { get; init; } = "";
}
