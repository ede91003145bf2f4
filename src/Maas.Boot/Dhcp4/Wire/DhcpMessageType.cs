namespace Maas.Boot.Dhcp4.Wire;

/// <summary>The DHCP message types of option 53 (RFC 2132 section 9.6).</summary>
public enum DhcpMessageType : byte
{
    /// <summary>No option 53: plain BOOTP (RFC 951), which this server does not answer.</summary>
    None = 0,

    /// <summary>Client to all: which servers are there?</summary>
    Discover = 1,

    /// <summary>Server to client: have this address.</summary>
    Offer = 2,

    /// <summary>Client to server: I take, keep or verify this address.</summary>
    Request = 3,

    /// <summary>Client to server: the address is in use by another host.</summary>
    Decline = 4,

    /// <summary>Server to client: it is yours.</summary>
    Ack = 5,

    /// <summary>Server to client: it is not yours; start again.</summary>
    Nak = 6,

    /// <summary>Client to server: I give the address back.</summary>
    Release = 7,

    /// <summary>Client to server: I have an address, tell me the rest.</summary>
    Inform = 8,

    /// <summary>Server to client: renew now (RFC 3203); not sent by this server.</summary>
    ForceRenew = 9,
}
