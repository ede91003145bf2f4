using System.Buffers.Binary;
using System.Text;

namespace Maas.Boot.Tftp;

/// <summary>The packets that are written and read in one line each (RFC 1350 section 5, RFC 2347).</summary>
/// <remarks>
/// <code>
///  2 bytes     2 bytes      n bytes             2 bytes     2 bytes        string    1 byte
///  ----------------------------------          -----------------------------------------
/// | 03      |  Block #   |   Data     |       |  05     |  ErrorCode |   ErrMsg   |   0  |
///  ----------------------------------          -----------------------------------------
///  ---------------------                       -------+---~~---+---+---~~---+---+---
/// | 04      |  Block #   |                    |  06   |  opt1  | 0 | value1 | 0 | …
///  ---------------------                       -------+---~~---+---+---~~---+---+---
/// </code>
/// </remarks>
internal static class TftpPacket
{
    public const ushort ReadRequest = 1, WriteRequest = 2, Data = 3, Acknowledgement = 4, Error = 5, OptionAcknowledgement = 6;

    /// <summary>Opcode and block number before the data.</summary>
    public const int DataHeader = 4;

    /// <summary>The longest error text sent: an answer stays small.</summary>
    private const int MaxErrorText = 200;

    public static ushort Opcode(ReadOnlySpan<byte> datagram) =>
        datagram.Length < 2 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(datagram);

    public static bool TryReadAcknowledgement(ReadOnlySpan<byte> datagram, out ushort block)
    {
        var valid = datagram.Length >= 4 && Opcode(datagram) == Acknowledgement;
        block = valid ? BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) : (ushort)0;
        return valid;
    }

    public static bool TryReadError(ReadOnlySpan<byte> datagram, out TftpErrorCode code, out string text)
    {
        code = default;
        text = "";
        if (datagram.Length < 4 || Opcode(datagram) != Error) return false;
        code = (TftpErrorCode)BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        var message = datagram[4..];
        var end = message.IndexOf((byte)0);
        if (end >= 0) message = message[..end];
        text = Printable(message[..Math.Min(message.Length, MaxErrorText)]);
        return true;
    }

    public static void WriteDataHeader(Span<byte> destination, ushort block)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Data);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], block);
    }

    public static byte[] WriteError(TftpErrorCode code, string text)
    {
        if (text.Length > MaxErrorText) text = text[..MaxErrorText];
        var packet = new byte[4 + Encoding.UTF8.GetByteCount(text) + 1];
        BinaryPrimitives.WriteUInt16BigEndian(packet, Error);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)code);
        Encoding.UTF8.GetBytes(text, packet.AsSpan(4));
        return packet;
    }

    /// <summary>A packet in words.</summary>
    /// <param name="packet">As much of it as there is.</param>
    /// <param name="length">How long it was on the wire.</param>
    public static string Describe(ReadOnlySpan<byte> packet, int length) => Opcode(packet) switch
    {
        ReadRequest => $"RRQ {Printable(packet[2..]).Replace('?', ' ').TrimEnd()}",
        WriteRequest => $"WRQ {Printable(packet[2..]).Replace('?', ' ').TrimEnd()}",
        Data when packet.Length >= DataHeader => $"DATA {BinaryPrimitives.ReadUInt16BigEndian(packet[2..])}, {length - DataHeader} octets",
        Acknowledgement when packet.Length >= 4 => $"ACK {BinaryPrimitives.ReadUInt16BigEndian(packet[2..])}",
        Error when TryReadError(packet, out var code, out var text) => $"ERROR {(int)code} {text}",
        OptionAcknowledgement => $"OACK {Printable(packet[2..]).Replace('?', ' ').TrimEnd()}",
        _ => $"{length} octets that are no TFTP packet",
    };

    /// <summary>Text from the network for a log or a screen: ASCII that prints, the rest as question marks.</summary>
    public static string Printable(ReadOnlySpan<byte> bytes) =>
        string.Create(bytes.Length, bytes, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = source[i] is >= 0x20 and < 0x7F ? (char)source[i] : '?';
        });
}

/// <summary>The error codes of RFC 1350 section 5 and RFC 2347.</summary>
internal enum TftpErrorCode : ushort
{
    NotDefined = 0,
    FileNotFound = 1,
    AccessViolation = 2,
    IllegalOperation = 4,
    UnknownTransferId = 5,
    OptionNegotiation = 8,
}
