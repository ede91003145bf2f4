using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// What a message asks, read off which fields are filled (RFC 2131 section 4.3.2 and table 4):
/// <code>
///                     server identifier   requested address   ciaddr
/// SELECTING           this server's       must                0
/// INIT-REBOOT         must not            must                0
/// RENEWING/REBINDING  must not            must not            the client's
/// </code>
/// </summary>
/// <param name="Kind">What is asked of an address; <see langword="null"/> when the message asks nothing that can be answered.</param>
/// <param name="Address">The address in question; 0.0.0.0 for none.</param>
/// <param name="OtherServer">The other server that the message is for; 0.0.0.0 when it is for this one or for all.</param>
internal readonly record struct ClientState(AddressRequestKind? Kind, IPv4Address Address = default, IPv4Address OtherServer = default)
{
    /// <summary>What a message asks of the server with this identifier.</summary>
    public static ClientState Of(DhcpMessage request, IPv4Address server)
    {
        var options = request.Options;
        var chosen = options.GetIPv4(DhcpOptionCode.ServerIdentifier) ?? default;
        var requested = options.GetIPv4(DhcpOptionCode.RequestedAddress) ?? default;
        var other = chosen == server ? default : chosen;
        return request.Type switch
        {
            DhcpMessageType.Discover => new(AddressRequestKind.Discover, requested),
            DhcpMessageType.Request when !other.IsNone => new(AddressRequestKind.TookAnother, requested, other),
            DhcpMessageType.Request when !chosen.IsNone => new(AddressRequestKind.Select, !requested.IsNone ? requested : request.Ciaddr),
            DhcpMessageType.Request when !request.Ciaddr.IsNone => new(AddressRequestKind.Extend, request.Ciaddr),
            DhcpMessageType.Request when !requested.IsNone => new(AddressRequestKind.Verify, requested),
            DhcpMessageType.Decline when other.IsNone && !requested.IsNone => new(AddressRequestKind.InUse, requested),
            DhcpMessageType.Release when other.IsNone && !request.Ciaddr.IsNone => new(AddressRequestKind.Release, request.Ciaddr),
            DhcpMessageType.Inform => new(AddressRequestKind.Inform, request.Ciaddr),
            _ => new(null, OtherServer: other),
        };
    }

    /// <summary>
    /// The address that the client uses already and answers ARP for; 0.0.0.0 when it has none. That is <c>ciaddr</c> of a client that
    /// renews, rebinds, informs or releases. Others have none yet (RFC 2131 table 5), and some leave an address there that they do not
    /// answer for.
    /// </summary>
    public static IPv4Address AddressInUse(DhcpMessage request) => request.Type switch
    {
        DhcpMessageType.Request when !request.Options.Contains(DhcpOptionCode.ServerIdentifier) => request.Ciaddr,
        DhcpMessageType.Inform or DhcpMessageType.Release => request.Ciaddr,
        _ => default,
    };

    /// <summary>
    /// An address on the client's link: what the relay selects (RFC 3527), what the client selects (RFC 3011), the relay itself,
    /// the address the client uses already, or this server's own.
    /// </summary>
    public static IPv4Address LinkOf(DhcpMessage request, IPv4Address server)
    {
        // a client may not speak for a relay
        if (request.IsRelayed && RelayAgentInformation.LinkSelectionOf(request) is { IsNone: false } selected) return selected;
        if (request.Options.Get(DhcpOptionCode.SubnetSelection) is { Length: 4 } subnet)
            return IPv4Address.Read(subnet);
        if (request.IsRelayed) return request.Giaddr;
        return AddressInUse(request) is { IsNone: false } own ? own : server;
    }
}
