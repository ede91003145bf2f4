namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// The option codes this package reads or writes (IANA "BOOTP Vendor Extensions and DHCP Options"); any other number survives as it is.
/// </summary>
public enum DhcpOptionCode : byte
{
    /// <summary>Filler of one octet, never an option of a message (RFC 2132 section 3.1).</summary>
    Pad = 0,

    /// <summary>Subnet mask (RFC 2132 section 3.3).</summary>
    SubnetMask = 1,

    /// <summary>Routers on the client's subnet, best first (section 3.5).</summary>
    Router = 3,

    /// <summary>Domain name servers, best first (section 3.8).</summary>
    DomainNameServer = 6,

    /// <summary>Log servers (section 3.9).</summary>
    LogServer = 7,

    /// <summary>The client's host name (section 3.14).</summary>
    HostName = 12,

    /// <summary>The domain the client resolves names in (section 3.17).</summary>
    DomainName = 15,

    /// <summary>Path of the client's root disk (section 3.19).</summary>
    RootPath = 17,

    /// <summary>MTU of the client's interface (section 5.1).</summary>
    InterfaceMtu = 26,

    /// <summary>Broadcast address of the client's subnet (section 5.3).</summary>
    BroadcastAddress = 28,

    /// <summary>NTP servers (section 8.3).</summary>
    NtpServer = 42,

    /// <summary>Vendor-specific information; for PXE clients, encapsulated PXE options (section 8.4).</summary>
    VendorSpecific = 43,

    /// <summary>The address the client asks for (section 9.1).</summary>
    RequestedAddress = 50,

    /// <summary>Lease time in seconds (section 9.2).</summary>
    LeaseTime = 51,

    /// <summary>
    /// The <c>file</c> and <c>sname</c> fields hold options (section 9.3); a matter of the wire, never seen in
    /// <see cref="DhcpMessage.Options"/>.
    /// </summary>
    Overload = 52,

    /// <summary>Message type (section 9.6).</summary>
    MessageType = 53,

    /// <summary>Server identifier: its address (section 9.7).</summary>
    ServerIdentifier = 54,

    /// <summary>The options the client wants (section 9.8).</summary>
    ParameterRequestList = 55,

    /// <summary>A text for a human, in a NAK or DECLINE (section 9.9).</summary>
    Message = 56,

    /// <summary>The longest message the client takes (section 9.10).</summary>
    MaximumMessageSize = 57,

    /// <summary>T1, in seconds (section 9.11).</summary>
    RenewalTime = 58,

    /// <summary>T2, in seconds (section 9.12).</summary>
    RebindingTime = 59,

    /// <summary>Vendor class identifier, such as <c>PXEClient:Arch:00007:UNDI:003000</c> (section 9.13).</summary>
    VendorClass = 60,

    /// <summary>Client identifier (section 9.14, RFC 4361).</summary>
    ClientIdentifier = 61,

    /// <summary>TFTP server name (section 9.4).</summary>
    TftpServerName = 66,

    /// <summary>Boot file name (section 9.5).</summary>
    BootFileName = 67,

    /// <summary>User class (RFC 3004); iPXE says <c>iPXE</c> here, without the length the RFC wants.</summary>
    UserClass = 77,

    /// <summary>The client would take an ACK at once (RFC 4039).</summary>
    RapidCommit = 80,

    /// <summary>Relay agent information, echoed last (RFC 3046).</summary>
    RelayAgentInformation = 82,

    /// <summary>Client system architectures (RFC 4578 section 2.1).</summary>
    ClientArchitecture = 93,

    /// <summary>Client network interface (RFC 4578 section 2.2).</summary>
    ClientNetworkInterface = 94,

    /// <summary>Client machine identifier: a UUID (RFC 4578 section 2.3).</summary>
    ClientMachineIdentifier = 97,

    /// <summary>The client prefers IPv6 alone; seconds to stay without IPv4 (RFC 8925).</summary>
    IPv6OnlyPreferred = 108,

    /// <summary>Whether a client that got no address makes itself one (RFC 2563).</summary>
    AutoConfigure = 116,

    /// <summary>Name service search order (RFC 2937).</summary>
    NameServiceSearch = 117,

    /// <summary>The subnet to allocate from (RFC 3011).</summary>
    SubnetSelection = 118,

    /// <summary>Domain search list (RFC 3397).</summary>
    DomainSearch = 119,

    /// <summary>Classless static routes (RFC 3442).</summary>
    ClasslessStaticRoute = 121,

    /// <summary>iPXE's encapsulated options: features from it, settings to it.</summary>
    IPxe = 175,

    /// <summary>End of options, never an option of a message (RFC 2132 section 3.2).</summary>
    End = 255,
}
