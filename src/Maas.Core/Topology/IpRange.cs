using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>A range of addresses of a subnet with a purpose.</summary>
public sealed record IpRange : StoredRecord
{
    /// <summary>The subnet.</summary>
    public long SubnetId { get; init; }

    /// <summary>The purpose.</summary>
    public IpRangeType Type { get; init; }

    /// <summary>The first address.</summary>
    public required IPAddress Start { get; init; }

    /// <summary>The last address.</summary>
    public required IPAddress End { get; init; }

    /// <summary>Comment.</summary>
    public string Comment { get; init; } = "";

    /// <summary>The user who reserved it; <see langword="null"/> for none.</summary>
    public string? User { get; init; }
}

/// <summary>The purpose of a range.</summary>
public enum IpRangeType
{
    /// <summary>The DHCP server gives out its addresses.</summary>
    Dynamic,

    /// <summary>Its addresses are not given out; in a subnet that is not managed, only its addresses are.</summary>
    Reserved,
}
