using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// Decides a new volume's measures and makes its boot sector (layout: see <see cref="FatGeometry"/>), in sectors of 512 bytes,
/// with two FATs. The type goes by the number of clusters, and some readers miscount it by a few: those near the limits are avoided.
/// </summary>
internal static class FatFormat
{
    public const int Sector = 512;
    public const int InfoSector = 1;
    public const int BackupSector = 6;
    public const uint InfoSignature = 0x41615252;
    public const uint FreeSignature = 0x61417272;

    private const int Margin = 16;
    private const int MostClusters12 = 4084;
    private const int MostClusters16 = 65524;
    private const int MostClusters32 = 0x0FFF_FFF4;

    /// <summary>Bytes that the smallest volume of a type needs.</summary>
    public static long LeastLength(int bits) => bits switch { 12 => 64 << 10, 16 => 3 << 20, _ => 35 << 20 };

    /// <summary>The default type of such a volume: FAT12 below 4 MiB, FAT32 from 512 MiB.</summary>
    public static int BitsFor(long length) => length < 4 << 20 ? 12 : length < 512 << 20 ? 16 : 32;

    /// <summary>The boot sector of a volume; <see cref="FatGeometry.Read"/> has all the rest from it.</summary>
    /// <param name="length">Bytes, in whole sectors.</param>
    /// <param name="bits">12, 16 or 32.</param>
    /// <param name="rootEntries">How many entries the root of a FAT12 or FAT16 has room for.</param>
    /// <param name="label">Eleven bytes.</param>
    /// <param name="id">The volume's number.</param>
    /// <param name="hiddenSectors">Sectors of the disk in front of the volume.</param>
    /// <exception cref="NotSupportedException">A volume of this length cannot be of this type.</exception>
    public static byte[] BootSector(long length, int bits, int rootEntries, ReadOnlySpan<byte> label, uint id, uint hiddenSectors)
    {
        var total = length / Sector;
        if (total > uint.MaxValue) throw new NotSupportedException("A FAT has up to 2 TiB.");
        var root = bits == 32 ? 0 : (rootEntries + 15) / 16 * 16;
        var reserved = bits == 32 ? 32 : 1;
        foreach (var sectors in ClusterSizes(length, bits))
        {
            var room = total - reserved - (root * 32 / Sector);
            var fat = FatSectors(room, sectors, bits);
            var clusters = (room - (2 * fat)) / sectors;
            if (clusters >= Least(bits) && clusters <= Most(bits))
                return Make(total, bits, sectors, reserved, root, fat, label, id, hiddenSectors);
        }

        throw new NotSupportedException($"A volume of {length} bytes cannot be a FAT{bits}.");
    }

    /// <summary>FAT32's second sector: the clusters that are free, and where to look for one.</summary>
    public static byte[] Info(uint free, uint next)
    {
        var bytes = new byte[Sector];
        Span<byte> s = bytes;
        s.U32(0, InfoSignature);
        s.U32(484, FreeSignature);
        s.U32(488, free);
        s.U32(492, next);
        s.U32(508, 0xAA55_0000);
        return bytes;
    }

    private static long Least(int bits) => bits switch { 12 => 1, 16 => MostClusters12 + 1 + Margin, _ => MostClusters16 + 1 + Margin };

    private static long Most(int bits) => bits switch { 12 => MostClusters12 - Margin, 16 => MostClusters16 - Margin, _ => MostClusters32 };

    /// <summary>Sectors a cluster, the best first: about what other tools choose, then smaller, then larger ones.</summary>
    private static IEnumerable<int> ClusterSizes(long length, int bits)
    {
        var preferred = bits switch
        {
            12 => 4,
            16 => 4,
            _ => length <= 8L << 30 ? 8 : length <= 16L << 30 ? 16 : length <= 32L << 30 ? 32 : 64,
        };
        for (var sectors = preferred; sectors >= 1; sectors /= 2) yield return sectors;
        for (var sectors = preferred * 2; sectors <= 64; sectors *= 2) yield return sectors;
    }

    /// <summary>Counted as if the FATs took no room themselves: a few entries too many.</summary>
    private static long FatSectors(long room, int clusterSectors, int bits) =>
        (((((room / clusterSectors) + 2) * bits) + (Sector * 8)) - 1) / (Sector * 8);

    private static byte[] Make(
        long total,
        int bits,
        int clusterSectors,
        int reserved,
        int root,
        long fat,
        ReadOnlySpan<byte> label,
        uint id,
        uint hiddenSectors)
    {
        var bytes = new byte[Sector];
        Span<byte> s = bytes;
        ReadOnlySpan<byte> jump = [0xEB, (byte)(bits == 32 ? 0x58 : 0x3C), 0x90];
        jump.CopyTo(s);
        "MSWIN4.1"u8.CopyTo(s[3..]); // recommended by fatgen103; some readers check it
        s.U16(11, Sector);
        s[13] = (byte)clusterSectors;
        s.U16(14, (ushort)reserved);
        s[16] = 2;
        s.U16(17, (ushort)root);
        if (total < 65536 && bits != 32) s.U16(19, (ushort)total);
        else s.U32(32, (uint)total);
        s[21] = 0xF8;
        s.U16(24, 63);
        s.U16(26, 255);
        s.U32(28, hiddenSectors);
        var extended = 36;
        if (bits == 32)
        {
            s.U32(36, (uint)fat);
            s.U32(44, 2); // the root's cluster
            s.U16(48, InfoSector);
            s.U16(50, BackupSector);
            extended = 64;
        }
        else
        {
            s.U16(22, (ushort)fat);
        }

        s[extended] = 0x80;
        s[extended + 2] = 0x29;
        s.U32(extended + 3, id);
        label.CopyTo(s[(extended + 7)..]);
        (bits switch { 12 => "FAT12   "u8, 16 => "FAT16   "u8, _ => "FAT32   "u8 }).CopyTo(s[(extended + 18)..]);
        ReadOnlySpan<byte> halt = [0xF4, 0xEB, 0xFD]; // no boot code: stop, should a BIOS jump here
        halt.CopyTo(s[(extended + 26)..]);
        (s[510], s[511]) = (0x55, 0xAA);
        return bytes;
    }
}
