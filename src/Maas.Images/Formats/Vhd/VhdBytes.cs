using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhd;

/// <summary>
/// The virtual disk of a dynamic VHD. Its header, where the footer says, and the table of blocks it leads to:
/// <code>
/// 0 "cxsparse"  8 unused  16 table at  24 version  28 entries  32 block size  36 checksum  40 parent …, 1024 bytes
/// entry: the sector where a block begins, FFFFFFFF for none; a block is a bitmap in whole sectors, then its bytes
/// </code>
/// Sectors whose bit is 0 hold zeros in a disk without a parent, so the bitmap is not looked at.
/// </summary>
internal sealed class VhdBytes : MappedBytes
{
    private const uint Unused = uint.MaxValue;
    private const int HeaderLength = 1024;
    private const int MostEntries = 4 << 20; // 2040 GiB in blocks of 512 KiB
    private const string Structure = "VHD header";

    private readonly uint[] _table;
    private readonly int _bitmapLength;

    private VhdBytes(RandomAccessSource file, VhdFooter footer, int blockSize, uint[] table)
        : base(file, footer.Size, blockSize, "VHD block")
    {
        (_table, _bitmapLength) = (table, BitmapLength(blockSize));
        CheckBlocks();
    }

    public static RandomAccessSource Open(RandomAccessSource file)
    {
        var footer = VhdFooter.Read(file);
        return footer.Kind == VhdKind.Fixed ? file.Slice(0, footer.Size) : OpenDynamic(file, footer);
    }

    protected override long? PlaceOf(long block) => _table[block] is var sector and not Unused ? (sector * 512L) + _bitmapLength : null;

    private static VhdBytes OpenDynamic(RandomAccessSource file, VhdFooter footer)
    {
        var at = footer.HeaderOffset;
        ReadOnlySpan<byte> header = file.Read(at, HeaderLength, Structure);
        if (!header.StartsWith("cxsparse"u8)) throw new InvalidImageException(Structure, "its signature is missing", at);
        if (VhdChecksum.Of(header, 36) != header.U32Big(36)) throw new InvalidImageException(Structure, "its checksum does not match", at);
        var blockSize = header.U32Big(32);
        if (blockSize is < 4096 or > 256 << 20 || !uint.IsPow2(blockSize))
            throw new InvalidImageException(Structure, $"blocks of {blockSize} bytes", at + 32);
        var needed = (footer.Size + blockSize - 1) / blockSize;
        if (needed > MostEntries || header.U32Big(28) < needed)
            throw new InvalidImageException(Structure, $"{header.U32Big(28)} blocks for a disk of {footer.Size} bytes", at + 28);

        var tableAt = (long)Math.Min(header.U64Big(16), long.MaxValue);
        ReadOnlySpan<byte> entries = file.Read(tableAt, (int)needed * 4, "VHD block table");
        if (tableAt < at + HeaderLength && at < tableAt + entries.Length)
            throw new InvalidImageException("VHD block table", "it overlaps the header", tableAt);
        var table = new uint[needed];
        for (var i = 0; i < table.Length; i++) table[i] = entries.U32Big(i * 4);
        return new VhdBytes(file, footer, (int)blockSize, table);
    }

    /// <summary>No two blocks overlap, and all are within the file.</summary>
    private void CheckBlocks()
    {
        var places = Array.FindAll(_table, sector => sector != Unused);
        Array.Sort(places);
        var end = 0L;
        foreach (var sector in places)
        {
            var start = sector * 512L;
            if (start < end) throw new InvalidImageException("VHD block", "it overlaps another", start);
            end = start + _bitmapLength + BlockSize;
        }

        if (end > File.Length)
            throw new InvalidImageException(
                "VHD block", $"it ends behind the file's end at {File.Length}", end - _bitmapLength - BlockSize);
    }

    private static int BitmapLength(int blockSize) => ((blockSize / 512 / 8) + 511) / 512 * 512;
}
