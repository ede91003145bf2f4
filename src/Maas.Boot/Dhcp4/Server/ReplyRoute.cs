using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Where a reply goes.</summary>
/// <param name="Target">By which way.</param>
/// <param name="Address">To which address.</param>
/// <param name="Port">To which port.</param>
internal readonly record struct ReplyRoute(ReplyTarget Target, IPv4Address Address, ushort Port)
{
    /// <summary>
    /// The rules of RFC 2131 section 4.1: a relay's giaddr first, then the address the client answers for, then broadcast when
    /// it asked for that, else its hardware address. A NAK to a client on the link is always broadcast: its address may be wrong.
    /// The caller asks <see cref="UnicastFilter"/> whether the address, which comes from an unauthenticated packet, is one to send to.
    /// </summary>
    /// <param name="request">What is answered.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="source">Where the request came from.</param>
    /// <param name="ports">The server's and the clients' ports.</param>
    public static ReplyRoute For(
        DhcpMessage request,
        DhcpMessage reply,
        (IPv4Address Address, ushort Port) source,
        (ushort Server, ushort Client) ports)
    {
        if (request.IsRelayed)
            // RFC 8357
            return new(
                ReplyTarget.Relay, request.Giaddr, RelayAgentInformation.UsesSourcePortIn(request) ? source.Port : ports.Server);
        if (reply.Type == DhcpMessageType.Nak) return new(ReplyTarget.Broadcast, IPv4Address.Broadcast, ports.Client);
        if (ClientState.AddressInUse(request) is { IsNone: false } address) return new(ReplyTarget.Client, address, ports.Client);
        if (request.Broadcast || reply.Yiaddr.IsNone) return new(ReplyTarget.Broadcast, IPv4Address.Broadcast, ports.Client);
        return new(ReplyTarget.Hardware, reply.Yiaddr, ports.Client);
    }

    /// <summary>
    /// The boot service on port 4011 answers to where the request came from: the client has an address by then (PXE 2.1 section 2.2.3).
    /// </summary>
    public static ReplyRoute ToSource((IPv4Address Address, ushort Port) source) => new(ReplyTarget.Client, source.Address, source.Port);
}

/// <summary>By which way a reply goes.</summary>
internal enum ReplyTarget
{
    /// <summary>To the relay, which delivers it.</summary>
    Relay,

    /// <summary>To an address that the client answers for.</summary>
    Client,

    /// <summary>
    /// To the client's hardware address: it has no address yet. Broadcast does as well where that cannot be done (RFC 2131 section 4.1).
    /// </summary>
    Hardware,

    /// <summary>To all on the link.</summary>
    Broadcast,
}
