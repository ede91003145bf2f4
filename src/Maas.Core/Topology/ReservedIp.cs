using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>An address that the DHCP server gives to one interface only.</summary>
public sealed record ReservedIp : StoredRecord
{
    /// <summary>The subnet.</summary>
    public long SubnetId { get; init; }

    /// <summary>The address; unique.</summary>
    public required IPAddress Ip { get; init; }

    /// <summary>The interface; it has at most one reserved address in a subnet.</summary>
    public required MacAddress MacAddress { get; init; }

    /// <summary>Comment.</summary>
    public string Comment { get; init; } = "";
}
