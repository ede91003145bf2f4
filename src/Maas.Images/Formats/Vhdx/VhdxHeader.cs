using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhdx;

/// <summary>
/// The first structures of a VHDX ([MS-VHDX] 2.2): "vhdxfile" at 0, two headers at 64 and 128 KiB (the valid one with the higher
/// number counts), two region tables at 192 and 256 KiB. All little-endian.
/// <code>
/// header 0 "head"  4 CRC-32C  8 sequence  16 file write  32 data write  48 log  64 log version  66 version  68 log length  72 log at
/// region table  0 "regi"  4 CRC-32C  8 entries  16 entry: 0 GUID  16 offset  24 length  28 required
/// </code>
/// A log GUID that is not 0 means that the log holds changes that the file does not: it was not closed, and is read as it would be with
/// them.
/// </summary>
internal static class VhdxHeader
{
    private const int KiB64 = 64 << 10;
    private const int MiB = 1 << 20;
    private const string Structure = "VHDX header";
    private const string TableStructure = "VHDX region table";

    private static readonly Guid BlockTable = new("2dc27766-f623-4200-9d64-115e9bfd4a08");
    private static readonly Guid Metadata = new("8b7ca206-4790-4b9a-b8fe-575f050f886e");

    public static bool Matches(RandomAccessSource file)
    {
        Span<byte> signature = stackalloc byte[8];
        return file.Read(0, signature) == 8 && signature.SequenceEqual("vhdxfile"u8);
    }

    /// <summary>The file with what its log holds, and the regions of that.</summary>
    public static (RandomAccessSource Whole, VhdxRegions Regions) Read(RandomAccessSource file)
    {
        var header = CurrentHeader(file);
        ReadOnlySpan<byte> s = header.Bytes;
        if (s.U16(66) != 1) throw new InvalidImageException(Structure, $"version {s.U16(66)} is not read here", header.Offset + 66);
        var log = new Guid(s.Slice(48, 16));
        var whole = log == Guid.Empty ? file : VhdxLog.Replay(file, LogOf(file, header), log);
        return (whole, Regions(whole));
    }

    private static Extent LogOf(RandomAccessSource file, (byte[] Bytes, long Offset) header)
    {
        ReadOnlySpan<byte> s = header.Bytes;
        if (s.U16(64) != 0)
            throw new InvalidImageException(Structure, $"a log of version {s.U16(64)} is not read here", header.Offset + 64);
        var (length, start) = (s.U32(68), s.U64(72));
        if (length == 0
            || length % MiB != 0
            || start < MiB
            || start % MiB != 0
            || start > (ulong)file.Length
            || length > file.Length - (long)start)
            throw new InvalidImageException(
                Structure, $"a log of {length} bytes at {start} in a file of {file.Length}", header.Offset + 68);
        return new Extent((long)start, length, header.Offset + 68);
    }

    private static (byte[] Bytes, long Offset) CurrentHeader(RandomAccessSource file)
    {
        (byte[] Bytes, long Offset)? current = null;
        foreach (var at in (ReadOnlySpan<int>)[KiB64, 2 * KiB64])
        {
            var bytes = file.Read(at, 4096, Structure);
            if (!IsSound(bytes, "head"u8)) continue;
            if (current is null || ((ReadOnlySpan<byte>)bytes).U64(8) > ((ReadOnlySpan<byte>)current.Value.Bytes).U64(8))
                current = (bytes, at);
        }

        return current ?? throw new InvalidImageException(Structure, "neither copy has a valid checksum", KiB64);
    }

    private static VhdxRegions Regions(RandomAccessSource file)
    {
        var at = 3 * KiB64;
        var table = file.Read(at, KiB64, TableStructure);
        if (!IsSound(table, "regi"u8))
        {
            at += KiB64;
            table = file.Read(at, KiB64, TableStructure);
            if (!IsSound(table, "regi"u8)) throw new InvalidImageException(TableStructure, "neither copy has a valid checksum", at);
        }

        ReadOnlySpan<byte> s = table;
        var count = s.U32(8);
        if (count > 2047) throw new InvalidImageException(TableStructure, $"{count} entries", at + 8);
        var regions = new List<(Guid Id, Extent Place)>();
        for (var i = 0; i < count; i++)
        {
            var entry = s.Slice(16 + (i * 32), 32);
            var (id, start, length) = (new Guid(entry[..16]), entry.U64(16), entry.U32(24));
            if (start < MiB || start % MiB != 0 || start > (ulong)file.Length || length > file.Length - (long)start)
                throw new InvalidImageException(
                    TableStructure, $"a region of {length} bytes at {start} in a file of {file.Length}", at + 16 + (i * 32));
            if (id != BlockTable && id != Metadata && (entry.U32(28) & 1) != 0)
                throw new InvalidImageException(TableStructure, $"region {id} is not known here", at + 16 + (i * 32));
            regions.Add((id, new Extent((long)start, length, at + 16 + (i * 32))));
        }

        Extent before = default;
        foreach (var place in regions.Select(region => region.Place).OrderBy(place => place.Start))
        {
            if (place.Start < before.End) throw new InvalidImageException(TableStructure, "two regions overlap", place.Source);
            before = place;
        }

        Extent Find(Guid id) => regions.FirstOrDefault(region => region.Id == id) is { Place.Length: > 0 } found
            ? found.Place : throw new InvalidImageException(TableStructure, $"region {id} is missing", at);
        return new VhdxRegions(Find(BlockTable), Find(Metadata), [.. regions.Select(region => region.Place)]);
    }

    private static bool IsSound(ReadOnlySpan<byte> structure, ReadOnlySpan<byte> signature) =>
        structure.StartsWith(signature) && ~Checksums.Crc32C(uint.MaxValue, structure, 4, 4) == structure.U32(4);
}

/// <summary>The positions of the block table and the metadata, and all regions, which no block may overlap.</summary>
internal sealed record VhdxRegions(Extent BlockTable, Extent Metadata, IReadOnlyList<Extent> All);
