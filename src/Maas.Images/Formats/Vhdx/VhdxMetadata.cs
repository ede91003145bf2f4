using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhdx;

/// <summary>
/// A VHDX's metadata region ([MS-VHDX] 2.6): a table of 64 KiB, then the items.
/// <code>
/// 0 "metadata"  10 entries  32 entry: 0 GUID  16 offset in the region  20 length  24 flags (4: must be understood)
/// file parameters: 0 block size  4 flags (2: has a parent)   size: 64 bits   logical sector: 32 bits
/// </code>
/// </summary>
internal sealed record VhdxMetadata(int BlockSize, long Size, int SectorSize)
{
    private const string Structure = "VHDX metadata";
    private const int TableLength = 64 << 10;

    private static readonly Guid FileParameters = new("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
    private static readonly Guid DiskSize = new("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
    private static readonly Guid LogicalSector = new("8141bf1d-a96f-4709-ba47-f233a8faab5f");
    private static readonly Guid[] Understood =
    [
        FileParameters, DiskSize, LogicalSector,
        new("cda348c7-445d-4471-9cc9-e9885251c556"), // physical sector size
        new("beca12ab-b2e6-4523-93ef-c309e000c746"), // the disk's identity
        new("a8d35f2d-b30b-454d-abf7-d3d84834ab0c"), // the parent's names: the flag of the parameters counts
    ];

    public static VhdxMetadata Read(RandomAccessSource file, Extent region)
    {
        if (region.Length < TableLength) throw new InvalidImageException(Structure, "its region is shorter than its table", region.Start);
        ReadOnlySpan<byte> table = file.Read(region.Start, TableLength, Structure);
        if (!table.StartsWith("metadata"u8)) throw new InvalidImageException(Structure, "its signature is missing", region.Start);
        var count = table.U16(10);
        if (count > 2047) throw new InvalidImageException(Structure, $"{count} entries", region.Start + 10);
        var items = new Dictionary<Guid, long>();
        for (var i = 0; i < count; i++)
        {
            var entry = table.Slice(32 + (i * 32), 32);
            var id = new Guid(entry[..16]);
            var (at, length) = (entry.U32(16), entry.U32(20));
            if (!Understood.Contains(id) && (entry.U32(24) & 4) != 0)
                throw new InvalidImageException(Structure, $"item {id} is not known here", region.Start + 32 + (i * 32));
            if (length != 0 && (at < TableLength || at + (long)length > region.Length))
                throw new InvalidImageException(Structure, $"item {id} is outside its region", region.Start + 32 + (i * 32));
            items[id] = region.Start + at;
        }

        ReadOnlySpan<byte> parameters = Item(FileParameters, 8);
        if ((parameters.U32(4) & 2) != 0)
            throw new InvalidImageException(Structure, "it needs a parent disk, which is refused", items[FileParameters] + 4);
        var blockSize = parameters.U32(0);
        if (blockSize is < 1 << 20 or > 256 << 20 || !uint.IsPow2(blockSize))
            throw new InvalidImageException(Structure, $"blocks of {blockSize} bytes", items[FileParameters]);
        var size = ((ReadOnlySpan<byte>)Item(DiskSize, 8)).U64(0);
        if (size > 64UL << 40) throw new InvalidImageException(Structure, $"a size of {size} bytes", items[DiskSize]);
        var sector = ((ReadOnlySpan<byte>)Item(LogicalSector, 4)).U32(0);
        if (sector is not (512 or 4096) || size % sector != 0)
            throw new InvalidImageException(Structure, $"{size} bytes in sectors of {sector}", items[LogicalSector]);
        return new VhdxMetadata((int)blockSize, (long)size, (int)sector);

        byte[] Item(Guid id, int length) => items.TryGetValue(id, out var at)
            ? file.Read(at, length, Structure)
            : throw new InvalidImageException(Structure, $"item {id} is missing", region.Start);
    }
}
