using System.Net;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>What a client wants of an address. Everything in it came over the wire unauthenticated.</summary>
public readonly struct AddressRequest
{
    internal AddressRequest(AddressRequestKind kind, DhcpMessage request, IPv4Address link, IPv4Address address)
        : this(kind, request, link, address, FirmwareClient4.IsFirmware(request))
    {
    }

    internal AddressRequest(AddressRequestKind kind, DhcpMessage request, IPv4Address link, IPv4Address address, bool isFirmware)
    {
        Kind = kind;
        Request = request;
        LinkIPv4 = ArrivalLink = link;
        IPv4 = address;
        IsFirmware = isFirmware;
    }

    /// <summary>Makes a question, for tests of an address source.</summary>
    /// <param name="kind">What is asked.</param>
    /// <param name="request">The client's message.</param>
    /// <param name="link">An address on the client's link.</param>
    /// <param name="address">The address in question; <see langword="null"/> for none.</param>
    public AddressRequest(AddressRequestKind kind, DhcpMessage request, IPAddress link, IPAddress? address = null)
        : this(kind, request, link.ToIPv4(), address?.ToIPv4() ?? default)
    {
    }

    /// <summary>What is asked.</summary>
    public AddressRequestKind Kind { get; }

    /// <summary>The client's message.</summary>
    public DhcpMessage Request { get; }

    /// <summary>
    /// An address on the client's link: link selection (RFC 3527), subnet selection (RFC 3011), the relay's address, or this server's own,
    /// in this order.
    /// </summary>
    public IPAddress Link => LinkIPv4.ToIPAddress();

    /// <summary>The address in question; <see langword="null"/> when the client named none.</summary>
    public IPAddress? Address => IPv4.ToIPAddressOrNull();

    /// <summary>
    /// Whether the client is firmware or a boot program, which needs the address only until the machine has booted. It may have said so in
    /// an earlier message.
    /// </summary>
    public bool IsFirmware { get; init; }

    internal IPv4Address LinkIPv4 { get; }

    /// <summary>An address on the link that the message came by, whatever the client or a relay says of it.</summary>
    internal IPv4Address ArrivalLink { get; init; }

    internal IPv4Address IPv4 { get; }
}

/// <summary>What a client wants of an address.</summary>
public enum AddressRequestKind
{
    /// <summary>DISCOVER: which address could it have? The address is the one it had before, if it says.</summary>
    Discover,

    /// <summary>REQUEST in SELECTING: it takes what this server offered (RFC 2131 section 4.3.2).</summary>
    Select,

    /// <summary>REQUEST in INIT-REBOOT: may it go on using the address it remembers?</summary>
    Verify,

    /// <summary>REQUEST in RENEWING or REBINDING: may it keep the address it uses?</summary>
    Extend,

    /// <summary>REQUEST for another server's offer: what was offered here is free again. The answer is not used.</summary>
    TookAnother,

    /// <summary>DECLINE: another host answers at the address. The answer is not used.</summary>
    InUse,

    /// <summary>RELEASE: it does not need the address any longer. The answer is not used.</summary>
    Release,

    /// <summary>INFORM: it has an address by other means and wants the parameters of its subnet.</summary>
    Inform,
}
