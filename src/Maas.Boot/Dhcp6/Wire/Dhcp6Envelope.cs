using System.Diagnostics.CodeAnalysis;
using System.Net;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>A client's message with what each relay on its way wrapped around it, the server's neighbour first.</summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
/// +---------------+---------------+-------------------------------+
/// |    msg-type   |   hop-count   |                               |
/// +---------------+---------------+  link-address (16 octets)     |
/// |                               |  peer-address (16 octets)     |
/// +-------------------------------+-------------------------------+
/// |        options, one of them the relayed message (9)           |      RFC 8415 section 9
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
internal sealed record Dhcp6Envelope(IReadOnlyList<Dhcp6Relay> Relays, Dhcp6Message Message)
{
    /// <summary>How many relays may stand between a client and its server (RFC 8415 section 7.6).</summary>
    public const int MostRelays = 8;

    private const int RelayHeaderLength = 34;

    /// <summary>Reads a datagram.</summary>
    /// <returns>
    /// <see langword="false"/> when it is neither a client's message nor one wrapped by at most <see cref="MostRelays"/> relays.
    /// </returns>
    public static bool TryParse(ReadOnlyMemory<byte> datagram, [NotNullWhen(true)] out Dhcp6Envelope? envelope)
    {
        envelope = null;
        var relays = new List<Dhcp6Relay>();
        while (datagram.Span is [(byte)Dhcp6MessageType.RelayForward, ..])
        {
            if (relays.Count == MostRelays
                || !TryParseRelay(datagram, out var relay)
                || !relay.Options.TryGet(Dhcp6OptionCode.RelayMessage, out datagram)) return false;
            relays.Add(relay);
        }

        if (!Dhcp6Message.TryParse(datagram, out var message)) return false;
        envelope = new Dhcp6Envelope(relays, message);
        return true;
    }

    /// <summary>
    /// The message within whatever relays wrapped around it, on its way to the server or from it; <see langword="null"/> when there is
    /// none.
    /// </summary>
    public static Dhcp6Message? MessageIn(ReadOnlyMemory<byte> datagram)
    {
        for (var relays = 0; datagram.Span is [(byte)Dhcp6MessageType.RelayForward or (byte)Dhcp6MessageType.RelayReply, ..]; relays++)
            if (relays == MostRelays
                || !TryParseRelay(datagram, out var relay)
                || !relay.Options.TryGet(Dhcp6OptionCode.RelayMessage, out datagram))
                return null;
        return Dhcp6Message.TryParse(datagram, out var message) ? message : null;
    }

    /// <summary>The octets of a reply, wrapped for the way back.</summary>
    public byte[] Wrap(Dhcp6Message reply)
    {
        var octets = reply.ToArray();
        for (var i = Relays.Count - 1; i >= 0; i--) octets = Relays[i].Reply(octets);
        return octets;
    }

    private static bool TryParseRelay(ReadOnlyMemory<byte> datagram, [NotNullWhen(true)] out Dhcp6Relay? relay)
    {
        relay = null;
        var reader = new WireReader(datagram.Span);
        reader.ReadByte();
        var hops = reader.ReadByte();
        var link = reader.ReadSpan(16);
        var peer = reader.ReadSpan(16);
        if (reader.Failed || !Dhcp6Options.TryParseLenient(datagram[RelayHeaderLength..], out var options)) return false;
        relay = new Dhcp6Relay(hops, new IPAddress(link), new IPAddress(peer), options);
        return true;
    }
}

/// <summary>What one relay says.</summary>
/// <param name="HopCount">How many relays came before it.</param>
/// <param name="Link">An address on the client's link; <c>::</c> when it does not tell.</param>
/// <param name="Peer">Whom it got the message from: the client, or a relay before it.</param>
/// <param name="Options">Its options.</param>
internal sealed record Dhcp6Relay(byte HopCount, IPAddress Link, IPAddress Peer, Dhcp6Options Options)
{
    /// <summary>The octets of a client's message, forwarded by this relay.</summary>
    public byte[] Forward(ReadOnlyMemory<byte> message) => Wrap(Dhcp6MessageType.RelayForward, Options, message);

    /// <summary>
    /// The octets of a server's reply on its way back through this relay, which gets its hop count, addresses and interface id again (RFC
    /// 8415 section 19.3).
    /// </summary>
    public byte[] Reply(ReadOnlyMemory<byte> message)
    {
        var options = new Dhcp6Options();
        foreach (var code in (ReadOnlySpan<Dhcp6OptionCode>)[Dhcp6OptionCode.InterfaceId, Dhcp6OptionCode.RelayPort])
            if (Options.TryGet(code, out var value)) options.Add(code, value);
        return Wrap(Dhcp6MessageType.RelayReply, options, message);
    }

    private byte[] Wrap(Dhcp6MessageType type, Dhcp6Options own, ReadOnlyMemory<byte> message)
    {
        var options = new Dhcp6Options();
        foreach (var option in own.All) options.Add(option.Code, option.Value);
        options.Add(Dhcp6OptionCode.RelayMessage, message);
        return [(byte)type, HopCount, .. Link.GetAddressBytes(), .. Peer.GetAddressBytes(), .. options.ToArray()];
    }
}
