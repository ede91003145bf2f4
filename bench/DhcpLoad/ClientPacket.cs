using System.Buffers.Binary;
using System.Net;

namespace DhcpLoad;

/// <summary>The two requests of an exchange, relayed, as octets that are patched for each client.</summary>
/// <remarks>RFC 2131 section 2: xid at 4, yiaddr at 16, giaddr at 24, chaddr at 28, options after the cookie at 236.</remarks>
internal sealed class ClientPacket
{
    public const int Length = 300;
    private const int Xid = 4, YourAddress = 16, Relay = 24, Hardware = 28, Cookie = 236, Options = 240;
    private const byte MessageType = 53, RequestedAddress = 50, ServerIdentifier = 54, ParameterList = 55, End = 255;

    private readonly byte[] _discover = new byte[Length];
    private readonly byte[] _request = new byte[Length];

    public ClientPacket(IPAddress relay)
    {
        byte[] header = [1, 1, 6, 1];
        foreach (var packet in (byte[][])[_discover, _request])
        {
            header.CopyTo(packet, 0);
            relay.TryWriteBytes(packet.AsSpan(Relay), out _);
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(Cookie), 0x63825363);
        }

        // What perfdhcp asks for: mask, broadcast, router, domain name, servers, host name.
        byte[] asked = [ParameterList, 6, 1, 28, 3, 15, 6, 12, End];
        ((byte[])[MessageType, 1, 1, .. asked]).CopyTo(_discover, Options);
        ((byte[])[MessageType, 1, 3, RequestedAddress, 4, 0, 0, 0, 0, ServerIdentifier, 4, 0, 0, 0, 0, .. asked]).CopyTo(_request, Options);
    }

    /// <summary>A client's DISCOVER.</summary>
    public ReadOnlySpan<byte> Discover(uint xid, int client) => Patch(_discover, xid, client);

    /// <summary>A client's REQUEST for what an OFFER gave it; empty when the offer names no server.</summary>
    public ReadOnlySpan<byte> Request(uint xid, int client, ReadOnlySpan<byte> offer)
    {
        if (OptionOf(offer, ServerIdentifier) is not { Length: 4 } server) return default;
        offer.Slice(YourAddress, 4).CopyTo(_request.AsSpan(Options + 5));
        server.CopyTo(_request.AsSpan(Options + 11));
        return Patch(_request, xid, client);
    }

    /// <summary>The xid and the type (RFC 2132 section 9.6) of an answer; type 0 for a packet that is not an answer.</summary>
    public static (uint Xid, byte Type) Read(ReadOnlySpan<byte> answer) =>
        answer.Length < Options || OptionOf(answer, MessageType) is not { Length: 1 } type
            ? default
            : (BinaryPrimitives.ReadUInt32BigEndian(answer[Xid..]), type[0]);

    private static ReadOnlySpan<byte> Patch(byte[] packet, uint xid, int client)
    {
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(Xid), xid);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(Hardware), 0x0200);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(Hardware + 2), client);
        return packet;
    }

    private static ReadOnlySpan<byte> OptionOf(ReadOnlySpan<byte> message, byte code)
    {
        for (var at = Options; at + 1 < message.Length && message[at] != End;)
        {
            if (message[at] == 0)
            {
                at++;
                continue;
            }

            var length = message[at + 1];
            if (at + 2 + length > message.Length) break;
            if (message[at] == code) return message.Slice(at + 2, length);
            at += 2 + length;
        }

        return default;
    }
}
