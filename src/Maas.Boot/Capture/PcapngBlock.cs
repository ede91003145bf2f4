namespace Maas.Boot.Capture;

/// <summary>The numbers of pcapng (draft-ietf-opsawg-pcapng) that are written and read here.</summary>
internal static class PcapngBlock
{
    public const uint SectionHeader = 0x0a0d0d0a, InterfaceDescription = 1, SimplePacket = 3, EnhancedPacket = 6;

    /// <summary>In the section header, in the byte order of the section.</summary>
    public const uint ByteOrderMagic = 0x1a2b3c4d;

    public const ushort EndOfOptions = 0, Comment = 1;

    /// <summary>Options of the section header.</summary>
    public const ushort Application = 4;

    /// <summary>Options of an interface.</summary>
    public const ushort InterfaceName = 2, TimeResolution = 9, TimeOffset = 14;

    /// <summary>An option of an enhanced packet; its lowest two bits tell the direction: 1 received, 2 sent.</summary>
    public const ushort Flags = 2;

    /// <summary>Type and length before, length behind.</summary>
    public const int Frame = 12;

    /// <summary>Everything is padded to 4 octets.</summary>
    public static int Padded(int length) => (length + 3) & ~3;
}
