using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhdx;

/// <summary>
/// The virtual disk of a VHDX without a parent. The block table ([MS-VHDX] 2.5) has an entry of 64 bits for each block, and one for a
/// bitmap (which only a child uses) behind as many as 2^23 sectors take:
/// <code>
/// bits 0–2 state: 0 not present, 1 undefined, 2 zero, 3 unmapped, 6 present, 7 partly (a child's)   bits 20–63 offset in MiB
/// </code>
/// </summary>
internal sealed class VhdxBytes : MappedBytes
{
    private const string Structure = "VHDX block";
    private const int Piece = 4096;

    private readonly VhdxRegions _regions;
    private readonly long _blocksAChunk;
    private readonly BlockCache _table;

    private VhdxBytes(RandomAccessSource file, VhdxRegions regions, VhdxMetadata metadata)
        : base(file, metadata.Size, metadata.BlockSize, Structure)
    {
        _regions = regions;
        _blocksAChunk = ((long)metadata.SectorSize << 23) / metadata.BlockSize;
        var blocks = (metadata.Size + metadata.BlockSize - 1) / metadata.BlockSize;
        if (blocks > 0 && (EntryOf(blocks - 1) + 1) * 8 > regions.BlockTable.Length)
            throw new InvalidImageException("VHDX block table", $"it is too short for {blocks} blocks", regions.BlockTable.Start);
        _table = new BlockCache(64, piece => File.Read(
            regions.BlockTable.Start + (piece * Piece),
            (int)Math.Min(Piece, regions.BlockTable.Length - (piece * Piece)),
            "VHDX block table"));
    }

    public static VhdxBytes Open(RandomAccessSource file)
    {
        var (whole, regions) = VhdxHeader.Read(file);
        return new VhdxBytes(whole, regions, VhdxMetadata.Read(whole, regions.Metadata));
    }

    protected override long? PlaceOf(long block)
    {
        var at = EntryOf(block) * 8;
        var entry = ((ReadOnlySpan<byte>)_table.Get(at / Piece)).U64((int)(at % Piece));
        switch (entry & 7)
        {
            case 0 or 1 or 2 or 3:
                return null;
            case 6:
                var place = (long)(entry >> 20 << 20);
                Check(place, _regions.BlockTable.Start + at);
                return place;
            default:
                throw new InvalidImageException(
                    "VHDX block table",
                    $"state {entry & 7} of block {block} does not go with a disk without a parent",
                    _regions.BlockTable.Start + at);
        }
    }

    private long EntryOf(long block) => block + (block / _blocksAChunk);

    private void Check(long place, long entryAt)
    {
        if (place < 1 << 20 || place > File.Length - BlockSize)
            throw new InvalidImageException("VHDX block table", $"a block is at {place} in a file of {File.Length} bytes", entryAt);
        foreach (var region in _regions.All)
            if (place < region.End && region.Start < place + BlockSize)
                throw new InvalidImageException("VHDX block table", "a block overlaps a region", entryAt);
    }
}
