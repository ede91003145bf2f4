using Maas.Images.Bytes;

namespace Maas.Images.Iso.Patching;

/// <summary>
/// A hybrid image's GPT as it stands, to be changed in a few fields and written back with everything else as it was (the boxes stand at
/// <see cref="Partitions.GptReader"/>). Sectors of 512 bytes, as sticks have.
/// </summary>
internal sealed class Gpt
{
    /// <summary>Blocks of an ISO that hold the second copy: up to 248 entries, which is what fits in a system area, and a header.</summary>
    public const uint BackupBlocks = 16;

    private const int Sector = 512;
    private const int HeaderSize = 92;
    private const int LargestEntries = 248 * 128;
    private const string Structure = "GPT of a hybrid ISO";

    private readonly byte[] _header;
    private readonly byte[] _entries;

    private Gpt(byte[] header, byte[] entries) => (_header, _entries) = (header, entries);

    private ReadOnlySpan<byte> Header => _header;

    /// <summary>The first copy; null where there is none, or none that is whole.</summary>
    public static Gpt? Read(ImageBytes image)
    {
        if (image.Length < 34 * Sector) return null;
        var header = image.Read(Sector, Sector, Structure);
        ReadOnlySpan<byte> h = header;
        if (!h.StartsWith("EFI PART"u8) || h.U32(12) != HeaderSize || Checksum(header) != h.U32(16)) return null;
        var length = (long)h.U32(80) * h.U32(84);
        if (length is <= 0 or > LargestEntries || h.U32(84) < 128) throw new InvalidImageException(Structure, $"entries of {length} bytes", Sector);
        return new Gpt(header, image.Read((long)h.U64(72) * Sector, (int)length, Structure));
    }

    public void MovePartition(long from, long to, long sectors)
    {
        Span<byte> entries = _entries;
        for (var at = 0; at + (int)Header.U32(84) <= entries.Length; at += (int)Header.U32(84))
        {
            var entry = entries[at..];
            if (!entry[..16].ContainsAnyExcept((byte)0) || ((ReadOnlySpan<byte>)entry).U64(32) != (ulong)from) continue;
            entry.U64(32, (ulong)to);
            entry.U64(40, (ulong)(to + sectors - 1));
        }
    }

    /// <summary>Puts the second copy at the end of a disk of so many sectors.</summary>
    /// <returns>Its blocks, which end there.</returns>
    public byte[] MoveBackup(long sectors)
    {
        Span<byte> header = _header;
        var last = sectors - 1;
        var entriesAt = last - ((_entries.Length + Sector - 1) / Sector);
        header.U64(32, (ulong)last);
        header.U64(48, (ulong)(entriesAt - 1));
        header.U32(88, Checksums.Crc32(_entries));
        var backup = _header.ToArray();
        Span<byte> b = backup;
        b.U64(24, (ulong)last);
        b.U64(32, 1);
        b.U64(72, (ulong)entriesAt);
        b.U32(16, Checksum(backup));

        var blocks = new byte[BackupBlocks * IsoVolume.SectorSize];
        _entries.CopyTo(blocks.AsSpan(blocks.Length - (int)((sectors - entriesAt) * Sector)));
        backup.CopyTo(blocks.AsSpan(blocks.Length - Sector));
        return blocks;
    }

    /// <summary>Writes the first copy back.</summary>
    public void Write(IsoOverlay image)
    {
        Span<byte> header = _header;
        header.U32(88, Checksums.Crc32(_entries));
        header.U32(16, Checksum(_header));
        image.Write(Sector, _header);
        image.Write((long)Header.U64(72) * Sector, _entries);
    }

    private static uint Checksum(byte[] header)
    {
        var copy = header[..HeaderSize];
        copy.AsSpan(16, 4).Clear();
        return Checksums.Crc32(copy);
    }
}
