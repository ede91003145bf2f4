using System.Diagnostics.CodeAnalysis;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Wire;

public sealed partial class DhcpMessage
{
    /// <summary>Reads a message into a new object.</summary>
    /// <returns><see langword="false"/> when the octets are no DHCP message; nothing is thrown for what the network sends.</returns>
    public static bool TryParse(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out DhcpMessage? message)
    {
        message = new DhcpMessage();
        if (message.TryRead(datagram)) return true;
        message = null;
        return false;
    }

    /// <summary>Reads a message into this object, in place of what it held.</summary>
    /// <returns><see langword="false"/> when the octets are no DHCP message; the object is then <see cref="Clear">cleared</see>.</returns>
    /// <remarks>
    /// Refused: fewer than 240 octets, another cookie than DHCP's, a hardware address of more than 16 octets, an option that
    /// leads out of its field. Forgiven: a missing END, one stray octet in its place, options repeated or split (joined, RFC 3396), options
    /// behind END.
    /// <code>
    ///  0                   1                   2                   3
    ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    /// +---------------+---------------+---------------+---------------+
    /// |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |
    /// +---------------+---------------+---------------+---------------+
    /// |                            xid (4)                            |
    /// +-------------------------------+-------------------------------+
    /// |           secs (2)            |           flags (2)           |
    /// +-------------------------------+-------------------------------+
    /// |         ciaddr (4), yiaddr (4), siaddr (4), giaddr (4)        |
    /// |      chaddr (16), sname (64), file (128), options (var)       |
    /// +---------------------------------------------------------------+   RFC 2131 section 2, figure 1
    /// </code>
    /// </remarks>
    public bool TryRead(ReadOnlySpan<byte> datagram)
    {
        var reader = new WireReader(datagram);
        var operation = reader.ReadByte();
        var hardwareType = reader.ReadByte();
        var hardwareLength = reader.ReadByte();
        Hops = reader.ReadByte();
        TransactionId = reader.ReadUInt32();
        SecondsElapsed = reader.ReadUInt16();
        Flags = reader.ReadUInt16();
        Ciaddr = reader.ReadIPv4();
        Yiaddr = reader.ReadIPv4();
        Siaddr = reader.ReadIPv4();
        Giaddr = reader.ReadIPv4();
        var hardware = reader.ReadSpan(16);
        var names = reader.ReadSpan(ServerNameLength + FileLength);
        var cookie = reader.ReadUInt32();
        var options = reader.ReadSpan(reader.Remaining);

        if (reader.Failed || cookie != MagicCookie || hardwareLength > 16 || operation is not (1 or 2))
        {
            Clear();
            return false;
        }

        Operation = (DhcpOperation)operation;
        Hardware = new HardwareAddress(hardwareType, hardware[..hardwareLength]);
        names.CopyTo(_names);
        if (TryReadOptions(options)) return true;
        Clear();
        return false;
    }

    // Option overload (RFC 2132 section 9.3): 1 = file holds options, 2 = sname does, 3 = both do.
    private bool TryReadOptions(ReadOnlySpan<byte> options)
    {
        var overload = 0;
        var cursor = new OptionCursor(options);
        while (cursor.MoveNext())
            if (cursor is { Code: (byte)DhcpOptionCode.Overload, Value: [var value] }) overload = value & 3;
        if (overload == 0) return Options.TryRead(options, default, default);

        var file = (overload & 1) != 0 ? FileField : default;
        var serverName = (overload & 2) != 0 ? ServerNameField : default;
        var read = Options.TryRead(options, file, serverName);
        file.Clear();
        serverName.Clear();
        return read;
    }
}
