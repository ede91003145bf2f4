using System.Text;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vmdk;

/// <summary>
/// The header of a sparse extent (VMware's Virtual Disk Format 5.0), little-endian, offsets and sizes in sectors of 512 bytes.
/// <code>
///  0 "KDMV"  4 version  8 flags  12 capacity  20 grain size  28 descriptor at  36 its size  44 entries a grain table
/// 48 spare grain directory at    56 grain directory at (all ones: see the footer)  64 overhead  72 unclean  77 compression
/// </code>
/// A stream-optimised one has its grain directory behind the data: a second header, the footer, in the last but one sector says where.
/// </summary>
internal sealed record VmdkHeader(uint Flags, long Capacity, int GrainSize, int TableEntries, long DirectoryOffset, long Overhead)
{
    private const string Structure = "VMDK header";
    private const string DescriptorStructure = "VMDK descriptor";
    private const ulong AtTheEnd = ulong.MaxValue;
    private const uint Compressed = 1 << 16;
    private const uint HasZeroedGrains = 1 << 2;
    private const int MostDescriptor = 1 << 20;
    private const int Sector = 512;

    private static ReadOnlySpan<byte> Magic => "KDMV"u8;

    private static ReadOnlySpan<byte> Descriptor => "# Disk DescriptorFile"u8;

    public bool IsCompressed => (Flags & Compressed) != 0;

    public bool KnowsZeroedGrains => (Flags & HasZeroedGrains) != 0;

    /// <summary>Bytes that one grain table maps.</summary>
    public long TableSpan => (long)GrainSize * TableEntries;

    /// <summary>A sparse extent, or a descriptor that stands alone (which is refused with its reason).</summary>
    public static bool Matches(RandomAccessSource file)
    {
        Span<byte> head = stackalloc byte[21];
        head = head[..file.Read(0, head)];
        return head.StartsWith(Magic) || head.StartsWith("COWD"u8) || head.SequenceEqual(Descriptor);
    }

    public static VmdkHeader Read(RandomAccessSource file)
    {
        ReadOnlySpan<byte> sector = file.Read(0, (int)Math.Min(Sector, file.Length), Structure);
        if (sector.StartsWith(Descriptor))
            throw new InvalidImageException(DescriptorStructure, "its extents are in other files, which is refused", 0);
        if (sector.StartsWith("COWD"u8)) throw new InvalidImageException(Structure, "an ESX copy-on-write extent is not read here", 0);
        CheckDescriptor(file, sector);
        if (sector.U64(56) != AtTheEnd) return Parse(sector, 0, file);

        var at = file.Length - (2 * Sector);
        ReadOnlySpan<byte> footer = file.Read(at, Sector, "VMDK footer");
        if (!footer.StartsWith(Magic) || footer.U64(56) == AtTheEnd)
            throw new InvalidImageException("VMDK footer", "its signature is missing: the stream was cut short", at);
        return Parse(footer, at, file);
    }

    private static VmdkHeader Parse(ReadOnlySpan<byte> sector, long at, RandomAccessSource file)
    {
        if (sector.Length < Sector || sector.U32(4) is < 1 or > 3)
            throw new InvalidImageException(Structure, "its version is not read here", at + 4);
        var flags = sector.U32(8);
        if ((flags & Compressed) != 0 && sector.U16(77) != 1)
            throw new InvalidImageException(Structure, $"compression {sector.U16(77)} is not known", at + 77);
        var (capacity, grain, entries) = (sector.U64(12), sector.U64(20), sector.U32(44));
        if (grain is < 1 or > 2048 || !ulong.IsPow2(grain))
            throw new InvalidImageException(Structure, $"grains of {grain} sectors", at + 20);
        if (entries is < 1 or > 4096) throw new InvalidImageException(Structure, $"{entries} entries in a grain table", at + 44);
        if (capacity > 1UL << 40) throw new InvalidImageException(Structure, $"a capacity of {capacity} sectors", at + 12);
        var header = new VmdkHeader(
            flags,
            (long)capacity * Sector,
            (int)grain * Sector,
            (int)entries,
            Place(sector.U64(56), file, at + 56),
            Place(sector.U64(64), file, at + 64));
        var tables = (header.Capacity + header.TableSpan - 1) / header.TableSpan;
        if (tables * 4 > file.Length - header.DirectoryOffset)
            throw new InvalidImageException(
                "VMDK grain directory", $"it needs {tables} entries where the file ends at {file.Length}", header.DirectoryOffset);
        return header;
    }

    private static long Place(ulong sector, RandomAccessSource file, long at) =>
        sector <= (ulong)(file.Length / Sector)
            ? (long)sector * Sector
            : throw new InvalidImageException(Structure, $"it points to sector {sector}, behind the end", at);

    /// <summary>The descriptor inside says whether this file is the whole disk.</summary>
    private static void CheckDescriptor(RandomAccessSource file, ReadOnlySpan<byte> sector)
    {
        if (sector.Length < Sector) throw new InvalidImageException(Structure, "it is cut short", 0);
        var at = Place(sector.U64(28), file, 28);
        var length = (long)Math.Min(sector.U64(36), MostDescriptor / Sector) * Sector;
        var text = at == 0
            ? ""
            : Encoding.UTF8.GetString(file.Read(at, (int)Math.Min(length, file.Length - at), DescriptorStructure)).TrimEnd('\0');
        if (!text.Contains("createType", StringComparison.OrdinalIgnoreCase))
            throw new InvalidImageException(
                DescriptorStructure, "it is in another file: this is one extent of several, which is refused", 28);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("parentCID", StringComparison.OrdinalIgnoreCase)
                && !ValueOf(line).Equals("ffffffff", StringComparison.OrdinalIgnoreCase))
                throw new InvalidImageException(DescriptorStructure, "it needs a parent disk, which is refused", at);
            if (line.StartsWith("createType", StringComparison.OrdinalIgnoreCase)
                && ValueOf(line) is var kind
                && kind is not ("monolithicSparse" or "streamOptimized"))
                throw new InvalidImageException(
                    DescriptorStructure, $"a disk of type {kind} has its extents in other files, which is refused", at);
        }
    }

    private static string ValueOf(string line) => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim(' ', '"');
}
