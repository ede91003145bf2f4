using System.IO.Compression;
using Maas.Images.ByteSources;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vmdk;

/// <summary>
/// The virtual disk of a VMDK in one file. The grain directory holds the sectors of grain tables, those the sectors of grains:
/// 0 is nowhere, and 1 zeros where the header's flag says so. A compressed grain is
/// <code>
/// 0 its first sector on the disk, 64 bits  8 bytes that follow, 32 bits  12 a zlib stream
/// </code>
/// </summary>
internal sealed class VmdkBytes : MappedBytes
{
    private const int Sector = 512;
    private const int MarkerLength = 12;

    private readonly VmdkHeader _header;
    private readonly BlockCache _directory;
    private readonly BlockCache _tables;
    private readonly BlockCache _unpacked;

    public VmdkBytes(RandomAccessSource file)
        : this(file, VmdkHeader.Read(file))
    {
    }

    private VmdkBytes(RandomAccessSource file, VmdkHeader header)
        : base(file, header.Capacity, header.GrainSize, "VMDK grain")
    {
        _header = header;
        _directory = new BlockCache(64, ReadDirectory);
        _tables = new BlockCache(256, at => File.Read(at, _header.TableEntries * 4, "VMDK grain table"));
        _unpacked = new BlockCache(Math.Clamp((1 << 20) / header.GrainSize, 2, 64), Unpack);
    }

    protected override long? PlaceOf(long block)
    {
        const int perBlock = Sector / 4;
        var (table, within) = Math.DivRem(block, _header.TableEntries);
        ReadOnlySpan<byte> directory = _directory.Get(table / perBlock);
        var tableAt = directory.U32((int)(table % perBlock) * 4);
        if (tableAt == 0) return null;
        ReadOnlySpan<byte> entries = _tables.Get(Inside(tableAt, "VMDK grain table"));
        var grain = entries.U32((int)within * 4);
        if (grain == 0 || (grain == 1 && _header.KnowsZeroedGrains)) return null;
        var place = Inside(grain, "VMDK grain");
        return place >= _header.Overhead
            ? place
            : throw new InvalidImageException("VMDK grain", $"it overlaps the tables, which end at {_header.Overhead}", place);
    }

    protected override void ReadBlock(long place, int within, Span<byte> part)
    {
        if (_header.IsCompressed) _unpacked.Get(place).AsSpan(within, part.Length).CopyTo(part);
        else base.ReadBlock(place, within, part);
    }

    private byte[] ReadDirectory(long block)
    {
        var at = _header.DirectoryOffset + (block * Sector);
        var bytes = new byte[Sector];
        File.ReadExactly(at, bytes.AsSpan(0, (int)Math.Min(Sector, Math.Max(0, File.Length - at))), "VMDK grain directory");
        return bytes;
    }

    private long Inside(uint sector, string structure)
    {
        var at = sector * (long)Sector;
        if (at == 0 || at >= File.Length)
            throw new InvalidImageException(structure, $"it is past the end of the file at {File.Length}", at);
        return at;
    }

    private byte[] Unpack(long place)
    {
        const string structure = "VMDK grain";
        ReadOnlySpan<byte> marker = File.Read(place, MarkerLength, structure);
        var packed = marker.U32(8);
        if (packed == 0 || packed > BlockSize * 2 + 1024)
            throw new InvalidImageException(structure, $"it says that it is packed in {packed} bytes", place + 8);
        var grain = new byte[BlockSize]; // the last one of a disk may be shorter
        var content = File.Read(place + MarkerLength, (int)packed, structure);
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(content), CompressionMode.Decompress);
            if (zlib.ReadAtLeast(grain, grain.Length, throwOnEndOfStream: false) == 0)
                throw new InvalidImageException(structure, "it is empty", place);
            return grain;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException) // of memory; ZLibException is an IOException
        {
            throw new InvalidImageException(structure, "it cannot be unpacked", place, fault);
        }
    }
}
