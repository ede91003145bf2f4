using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A host that was seen on a network that this server serves, whether it is known or not.</summary>
public sealed record Discovery : StoredRecord
{
    /// <summary>The address that it used.</summary>
    public required IPAddress Ip { get; init; }

    /// <summary>The hardware address that it used. One pair of addresses is one discovery.</summary>
    public required MacAddress MacAddress { get; init; }

    /// <summary>When it was seen first.</summary>
    public DateTimeOffset FirstSeen { get; init; }

    /// <summary>When it was last seen, to within <see cref="Discoveries.Interval"/>.</summary>
    public DateTimeOffset LastSeen { get; init; }
}
