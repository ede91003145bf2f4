using System.Diagnostics.CodeAnalysis;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>
/// A message between client and server.
/// <code>
///  0                   1                   2                   3
/// +---------------+-----------------------------------------------+
/// |    msg-type   |               transaction-id                  |
/// +---------------+-----------------------------------------------+
/// |                        options (variable)                     |      RFC 8415 section 8
/// +---------------------------------------------------------------+
/// </code>
/// </summary>
/// <param name="Type">What it is.</param>
/// <param name="TransactionId">24 bits, chosen by the client.</param>
/// <param name="Options">The options.</param>
internal sealed record Dhcp6Message(Dhcp6MessageType Type, uint TransactionId, Dhcp6Options Options)
{
    /// <summary>The octets before the options.</summary>
    public const int HeaderLength = 4;

    /// <summary>How many octets it takes on the wire.</summary>
    public int Length => HeaderLength + Options.Length;

    /// <summary>Whether it is a server's.</summary>
    public bool IsReply => Type is Dhcp6MessageType.Advertise or Dhcp6MessageType.Reply or Dhcp6MessageType.Reconfigure;

    /// <summary>Reads a message that is no relay's; option values are views of the datagram.</summary>
    /// <returns><see langword="false"/> when the octets are malformed.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> datagram, [NotNullWhen(true)] out Dhcp6Message? message)
    {
        message = null;
        var reader = new WireReader(datagram.Span);
        var header = reader.ReadUInt32();
        if (reader.Failed || !Dhcp6Options.TryParseLenient(datagram[HeaderLength..], out var options)) return false;
        var type = (Dhcp6MessageType)(header >> 24);
        if (type is < Dhcp6MessageType.Solicit or > Dhcp6MessageType.InformationRequest) return false;
        message = new Dhcp6Message(type, header & 0xffffff, options);
        return true;
    }

    public byte[] ToArray()
    {
        var octets = new byte[Length];
        octets[0] = (byte)Type;
        octets[1] = (byte)(TransactionId >> 16);
        octets[2] = (byte)(TransactionId >> 8);
        octets[3] = (byte)TransactionId;
        Options.Write(octets.AsSpan(HeaderLength));
        return octets;
    }
}
