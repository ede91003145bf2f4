using System.Buffers.Binary;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>
/// Which program of which boot server a PXE client asks for on port 4011 (PXE 2.1 table 2-1, option 43):
/// <code>
/// 71 (PXE_BOOT_ITEM)   4   type of boot server (2)   layer (2): the program's number, with the top bit set when credentials are asked for
/// </code>
/// </summary>
/// <param name="ServerType">The type of boot server; 0 is the one that bootstraps.</param>
/// <param name="Layer">The program's number, 0 for the first one.</param>
internal readonly record struct PxeBootItem(ushort ServerType, ushort Layer)
{
    private const byte Code = 71;

    /// <summary>
    /// Whether this server has it: it is a bootstrap server with one program and no credentials. Another item is another boot server's.
    /// </summary>
    public bool IsServedHere => ServerType == 0 && Layer == 0;

    /// <summary>The item that a message asks for; <see langword="null"/> when it asks for none, or the option is malformed.</summary>
    public static PxeBootItem? In(DhcpMessage message)
    {
        var cursor = new OptionCursor(message.Options.Get(DhcpOptionCode.VendorSpecific));
        while (cursor.MoveNext())
            if (cursor is { Code: Code, Value.Length: 4 })
                return new PxeBootItem(
                    BinaryPrimitives.ReadUInt16BigEndian(cursor.Value), BinaryPrimitives.ReadUInt16BigEndian(cursor.Value[2..]));
        return null;
    }

    /// <summary>The item as a sub-option.</summary>
    public byte[] ToOption() => [Code, 4, (byte)(ServerType >> 8), (byte)ServerType, (byte)(Layer >> 8), (byte)Layer];
}
