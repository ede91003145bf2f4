using Maas.Images.ByteSources;
using Maas.Images.Outputs;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhd;

/// <summary>A fixed VHD: the disk's bytes in whole sectors, and the footer behind them.</summary>
internal static class VhdWriter
{
    private const int Sector = 512;

    public static void Write(
        RandomAccessSource disk,
        FileStream file,
        Guid id,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        var size = (disk.Length + Sector - 1) / Sector * Sector;
        if (size is 0 or > VhdFooter.LargestSize)
            throw new NotSupportedException($"A VHD holds between one sector and 2040 GiB, not {disk.Length} bytes.");
        RawWriter.Write(disk, file, progress, cancellationToken);
        RandomAccess.Write(file.SafeFileHandle, Footer(size, id), size);
    }

    /// <summary>
    /// The footer names the creator of Windows itself, "win ": Virtual PC's own, and in QEMU before 10.0 any unknown one, mean the size of
    /// the geometry, which few sizes fit. Its time is the first the format knows, so that the same disk gives the same bytes.
    /// </summary>
    internal static byte[] Footer(long size, Guid id)
    {
        var footer = new byte[VhdFooter.Length];
        Span<byte> s = footer;
        VhdFooter.Cookie.CopyTo(s);
        s.U32Big(8, 2); // a bit that is always set
        s.U32Big(12, 0x0001_0000);
        s.U64Big(16, ulong.MaxValue);
        "win "u8.CopyTo(s[28..]);
        s.U32Big(32, 0x0006_0001);
        "Wi2k"u8.CopyTo(s[36..]);
        s.U64Big(40, (ulong)size);
        s.U64Big(48, (ulong)size);
        var (cylinders, heads, sectors) = Geometry(size / Sector);
        s.U16Big(56, cylinders);
        (s[58], s[59]) = (heads, sectors);
        s.U32Big(60, (uint)VhdKind.Fixed);
        id.TryWriteBytes(s[68..], bigEndian: true, out _);
        s.U32Big(64, VhdChecksum.Of(s, 64));
        return footer;
    }

    /// <summary>The specification's appendix "CHS calculation".</summary>
    private static (ushort Cylinders, byte Heads, byte Sectors) Geometry(long total)
    {
        total = Math.Min(total, 65535L * 16 * 255);
        if (total >= 65535L * 16 * 63) return ((ushort)(total / 255 / 16), 16, 255);
        var (sectors, heads) = (17L, Math.Max(4, ((total / 17) + 1023) / 1024));
        if (total / 17 >= heads * 1024 || heads > 16) (sectors, heads) = (31, 16);
        if (total / sectors >= heads * 1024) (sectors, heads) = (63, 16);
        return ((ushort)(total / sectors / heads), (byte)heads, (byte)sectors);
    }
}
