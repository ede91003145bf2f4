using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>Sets entries in bytes of a FAT; those of 12 bits lie two in three bytes, of 32 bits the upper four are not ours.</summary>
internal static class FatTableWriter
{
    /// <summary>Sets a cluster's entry in a whole FAT.</summary>
    public static void Set(Span<byte> fat, int bits, uint cluster, uint value) =>
        Set(fat, bits, cluster & 1, value, (int)((long)cluster * bits / 8));

    /// <summary>Sets an entry that begins at a byte.</summary>
    /// <param name="fat">Bytes of a FAT.</param>
    /// <param name="bits">12, 16 or 32.</param>
    /// <param name="odd">The lowest bit of the cluster's number: which half of three bytes.</param>
    /// <param name="value">The next cluster, an end or 0.</param>
    /// <param name="at">The byte.</param>
    public static void Set(Span<byte> fat, int bits, uint odd, uint value, int at)
    {
        switch (bits)
        {
            case 12:
                uint pair = ((ReadOnlySpan<byte>)fat).U16(at);
                fat.U16(at, (ushort)(odd == 0 ? (pair & 0xF000) | (value & 0xFFF) : (pair & 0x000F) | (value << 4)));
                break;
            case 16:
                fat.U16(at, (ushort)value);
                break;
            default:
                fat.U32(at, (((ReadOnlySpan<byte>)fat).U32(at) & 0xF000_0000) | (value & 0x0FFF_FFFF));
                break;
        }
    }
}
