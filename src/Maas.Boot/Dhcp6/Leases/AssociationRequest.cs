using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>What a client wants of one identity association.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Client">The client.</param>
/// <param name="Association">The association as the client sent it.</param>
/// <param name="Hardware">The client's hardware address, as far as known.</param>
/// <param name="IsFirmware">Whether it is firmware, whose leases are short.</param>
internal readonly record struct AssociationRequest(
    AssociationRequestKind Kind,
    Duid Client,
    IdentityAssociation Association,
    HardwareAddress? Hardware,
    bool IsFirmware)
{
    /// <summary>Where the client is attached.</summary>
    public AttachmentPlace Place { get; init; }
}

/// <summary>What a client wants of one identity association, and of which subnet.</summary>
/// <param name="Subnet">The subnet of the client's link.</param>
/// <param name="Request">What it wants.</param>
internal readonly record struct SubnetRequest(Dhcp6Subnet Subnet, AssociationRequest Request);

/// <summary>What a client wants of an association.</summary>
internal enum AssociationRequestKind
{
    /// <summary>SOLICIT: which address could it have? Nothing is held for it.</summary>
    Solicit,

    /// <summary>REQUEST, or SOLICIT with rapid commit: it takes an address.</summary>
    Take,

    /// <summary>RENEW: it keeps the address this server gave it.</summary>
    Renew,

    /// <summary>REBIND: it keeps the address, whichever server leased it.</summary>
    Rebind,

    /// <summary>RELEASE: it does not need the address any longer.</summary>
    Release,

    /// <summary>DECLINE: another host uses the address.</summary>
    Decline,
}

/// <summary>What an association gets: addresses, or a reason why not.</summary>
/// <param name="Association">The association for the reply.</param>
/// <param name="Rule">Which rule decided, in words.</param>
internal readonly record struct AssociationResult(IdentityAssociation Association, string Rule)
{
    /// <summary>A bound that was met, in words, and that was not told in this minute; <see langword="null"/> for none.</summary>
    public string? Limit { get; init; }

    /// <summary>Whether the client gets no answer, so that another server may give one.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether every address that this server could offer is held.</summary>
    public bool IsExhausted { get; init; }
}
