namespace Maas.Boot.Dhcp4.Wire;

/// <summary>The <c>op</c> field of a message (RFC 2131 section 2).</summary>
public enum DhcpOperation : byte
{
    /// <summary>From a client or relay to a server.</summary>
    Request = 1,

    /// <summary>From a server to a client or relay.</summary>
    Reply = 2,
}
