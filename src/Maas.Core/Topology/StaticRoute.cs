using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A route that the nodes of one subnet have to another.</summary>
public sealed record StaticRoute : StoredRecord
{
    /// <summary>The subnet whose nodes have it.</summary>
    public long SourceId { get; init; }

    /// <summary>The subnet to which it leads.</summary>
    public long DestinationId { get; init; }

    /// <summary>The next hop, in the source.</summary>
    public required IPAddress Gateway { get; init; }

    /// <summary>Metric, 0 upward.</summary>
    public int Metric { get; init; }
}
