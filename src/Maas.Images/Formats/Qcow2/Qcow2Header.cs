using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Qcow2;

/// <summary>
/// The header of a qcow2 image (QEMU's docs/interop/qcow2.txt), all fields big-endian.
/// <code>
///  0 "QFI\xfb"      4 version       8 backing name at  16 its length   20 cluster bits  24 size
/// 32 encryption    36 L1 entries   40 L1 table at      48 refcounts at 56 their clusters 60 snapshots
/// version 3:       72 incompatible features  80 compatible  88 autoclear  96 refcount order 100 header length 104 compression
/// </code>
/// </summary>
internal sealed record Qcow2Header(
    int ClusterBits,
    long Size,
    int L1Entries,
    long L1Offset,
    int Snapshots,
    bool IsZstandard,
    bool HasSubclusters)
{
    private const string Structure = "qcow2 header";
    private const int MostL1Bytes = 32 << 20; // QEMU's own limit

    private const ulong Dirty = 1, Corrupt = 2, ExternalData = 4, ExtendedL2 = 16;

    /// <summary>The incompatible feature "the compression is not deflate".</summary>
    public const ulong Compression = 8;

    public static ReadOnlySpan<byte> Magic => [(byte)'Q', (byte)'F', (byte)'I', 0xfb];

    public int ClusterSize => 1 << ClusterBits;

    /// <summary>Bits of an address that choose within one L2 table.</summary>
    public int L2Bits => HasSubclusters ? ClusterBits - 4 : ClusterBits - 3;

    public static bool Matches(RandomAccessSource file)
    {
        Span<byte> magic = stackalloc byte[4];
        return file.Read(0, magic) == 4 && magic.SequenceEqual(Magic);
    }

    public static Qcow2Header Read(RandomAccessSource file)
    {
        ReadOnlySpan<byte> header = file.Read(0, (int)Math.Min(file.Length, 112), Structure);
        if (header.Length < 72) throw new InvalidImageException(Structure, "it is cut short", 0);
        var version = header.U32Big(4);
        if (version is not (2 or 3) || (version == 3 && header.Length < 104))
            throw new InvalidImageException(Structure, $"version {version} is not read here", 4);
        if (header.U64Big(8) != 0) throw new InvalidImageException(Structure, "it needs a backing file, which is refused", 8);
        if (header.U32Big(32) != 0) throw new InvalidImageException(Structure, "it is encrypted", 32);
        var incompatible = version == 3 ? header.U64Big(72) : 0;
        if ((incompatible & Corrupt) != 0) throw new InvalidImageException(Structure, "it is marked corrupt", 72);
        if ((incompatible & ExternalData) != 0)
            throw new InvalidImageException(Structure, "it needs an external data file, which is refused", 72);
        if ((incompatible & ~(Dirty | Compression | ExtendedL2)) != 0)
            throw new InvalidImageException(Structure, $"features {incompatible:x} are not read here", 72);

        var zstandard = false;
        if ((incompatible & Compression) != 0)
        {
            if (header.Length < 105 || header[104] > 1) throw new InvalidImageException(Structure, "its compression is not known", 104);
            zstandard = header[104] == 1;
        }

        return Checked(new Qcow2Header(
            ClusterBits: (int)Math.Min(header.U32Big(20), 99),
            Size: (long)header.U64Big(24),
            L1Entries: (int)Math.Min(header.U32Big(36), int.MaxValue),
            L1Offset: (long)header.U64Big(40),
            Snapshots: (int)Math.Min(header.U32Big(60), int.MaxValue),
            IsZstandard: zstandard,
            HasSubclusters: (incompatible & ExtendedL2) != 0));
    }

    private static Qcow2Header Checked(Qcow2Header header)
    {
        if (header.ClusterBits is < 9 or > 21) throw new InvalidImageException(Structure, $"clusters of 2^{header.ClusterBits} bytes", 20);
        if (header.HasSubclusters && header.ClusterBits < 14)
            throw new InvalidImageException(Structure, "its clusters are too small for subclusters", 20);
        if (header.Size < 0) throw new InvalidImageException(Structure, "the size is beyond 2^63", 24);
        if (header.L1Entries > MostL1Bytes / 8)
            throw new InvalidImageException(Structure, $"{header.L1Entries} entries in the L1 table", 36);
        var needed = (header.Size + (1L << (header.ClusterBits + header.L2Bits)) - 1) >> (header.ClusterBits + header.L2Bits);
        if (header.Size > long.MaxValue - (1L << 42) || needed > header.L1Entries)
            throw new InvalidImageException(Structure, "the L1 table is too small for the size", 36);
        return header;
    }
}
