namespace Maas.Boot.Dhcp.Leases;

/// <summary>What became of an address.</summary>
public enum LeaseState : byte
{
    /// <summary>Acknowledged: the client uses it until it expires.</summary>
    Bound = 1,

    /// <summary>Given back by the client.</summary>
    Released = 2,

    /// <summary>
    /// The client declined it because another host uses it: it is not offered until this ends (RFC 2131 section 3.1, step 5).
    /// </summary>
    Quarantined = 3,

    /// <summary>Offered, and not yet taken. A store never sees it.</summary>
    Offered = 4,
}
