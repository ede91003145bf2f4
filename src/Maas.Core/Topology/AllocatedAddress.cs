using System.Net;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>An address that is in use. The unique key on <see cref="Ip"/> decides whether an address is free.</summary>
public sealed record AllocatedAddress : StoredRecord
{
    /// <summary>The address; unique.</summary>
    public required IPAddress Ip { get; init; }

    /// <summary>The subnet; <see langword="null"/> for none that is known.</summary>
    public long? SubnetId { get; init; }

    /// <summary>Why it is in use.</summary>
    public AddressKind Kind { get; init; }

    /// <summary>The user who reserved it; <see langword="null"/> for none.</summary>
    public string? User { get; init; }

    /// <summary>The node that has it; <see langword="null"/> for none.</summary>
    public SystemId? Node { get; init; }

    /// <summary>The interface of the node that has it; <see langword="null"/> for none.</summary>
    public long? InterfaceId { get; init; }

    /// <summary>The link of the interface; <see langword="null"/> for none.</summary>
    public long? LinkId { get; init; }

    /// <summary>The hardware address that it is reserved for; <see langword="null"/> for none.</summary>
    public MacAddress? MacAddress { get; init; }

    /// <summary>The DNS name that was reserved with it, without domain; empty for none.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Whether it is in use only because DNS names have it: it is free when the last of them is gone.</summary>
    public bool IsOnlyNamed { get; init; }

    /// <summary>When it was taken.</summary>
    public DateTimeOffset Created { get; init; }
}

/// <summary>Why an address is in use. The numbers are MAAS's.</summary>
public enum AddressKind
{
    /// <summary>A link of a deployed node has it automatically.</summary>
    Auto = 0,

    /// <summary>A link of a node has it by the operator's choice.</summary>
    Sticky = 1,

    /// <summary>A user reserved it.</summary>
    UserReserved = 4,

    /// <summary>The DHCP server gave it.</summary>
    Dhcp = 5,

    /// <summary>It was observed.</summary>
    Discovered = 6,
}
