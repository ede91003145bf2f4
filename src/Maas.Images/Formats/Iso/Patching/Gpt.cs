using Maas.Images.ByteSources;
using Maas.Images.Formats.Partitions;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Iso.Patching;

/// <summary>
/// A hybrid image's existing GPT, to be changed in a few fields and written back with everything else as it was. Sectors of 512 bytes,
/// as sticks have.
/// </summary>
internal sealed class Gpt
{
    /// <summary>Blocks of an ISO that hold the second copy: up to 248 entries, which is what fits in a system area, and a header.</summary>
    public const uint BackupBlocks = 16;

    private const int Sector = 512;
    private const int LargestEntries = 248 * GptBytes.EntrySize;
    private const string Structure = "GPT of a hybrid ISO";

    private readonly GptBytes _table;

    private Gpt(GptBytes table) => _table = table;

    /// <summary>The first copy; null where there is none, or none that is whole.</summary>
    public static Gpt? Read(RandomAccessSource image)
    {
        if (image.Length < 34 * Sector) return null;
        var header = image.Read(Sector, Sector, Structure);
        ReadOnlySpan<byte> h = header;
        if (!h.StartsWith(GptReader.Signature) || h.U32(12) != GptBytes.HeaderSize || Checksum(h) != h.U32(16)) return null;
        var length = (long)h.U32(80) * h.U32(84);
        if (length is <= 0 or > LargestEntries || h.U32(84) < GptBytes.EntrySize)
            throw new InvalidImageException(Structure, $"entries of {length} bytes", Sector);
        return new Gpt(new GptBytes(header, image.Read((long)h.U64(72) * Sector, (int)length, Structure)));
    }

    /// <summary>The partitions, in sectors.</summary>
    public IEnumerable<HybridPlace> Places()
    {
        foreach (var (first, last) in _table.Partitions()) yield return new HybridPlace(first, last - first + 1);
    }

    public void MovePartition(long from, long to, long sectors) => _table.Move(from, to, sectors);

    /// <summary>Puts the second copy at the end of a disk of so many sectors.</summary>
    /// <returns>Its blocks, which end there.</returns>
    public byte[] MoveBackup(long sectors)
    {
        _table.Fit(sectors);
        var blocks = new byte[BackupBlocks * IsoVolume.SectorSize];
        _table.Entries.CopyTo(blocks.AsSpan(blocks.Length - (int)((_table.EntrySectors + 1) * Sector)));
        _table.SecondHeader().CopyTo(blocks.AsSpan(blocks.Length - Sector));
        return blocks;
    }

    /// <summary>Writes the first copy back.</summary>
    public void Write(IsoOverlay image)
    {
        image.Write(Sector, _table.FirstHeader());
        image.Write(_table.EntriesOffset, _table.Entries);
    }

    private static uint Checksum(ReadOnlySpan<byte> header)
    {
        var copy = header[..GptBytes.HeaderSize].ToArray();
        copy.AsSpan(16, 4).Clear();
        return Checksums.Crc32(copy);
    }
}
