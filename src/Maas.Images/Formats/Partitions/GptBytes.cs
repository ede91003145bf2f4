using System.Text;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Partitions;

/// <summary>
/// The bytes of a GUID partition table (layout: see <see cref="GptReader"/>): the entries, which follow the first header and
/// in front of the second, and the header, which is the same twice but for its place, the other's and that of its entries. What is not set
/// here stays as it was.
/// </summary>
internal sealed class GptBytes(byte[] header, byte[] entries)
{
    public const int EntrySize = 128;
    public const int LeastEntries = 128;
    public const int HeaderSize = 92;
    public const int LongestName = 36;

    private ReadOnlySpan<byte> Header => header;

    private Span<byte> Written => header;

    /// <summary>Bytes of a sector.</summary>
    public int Sector => header.Length;

    /// <summary>The entries, the same in both copies.</summary>
    public byte[] Entries => entries;

    /// <summary>Sectors that the entries take.</summary>
    public long EntrySectors => (entries.Length + Sector - 1) / Sector;

    /// <summary>The position of the first copy of the entries, in bytes.</summary>
    public long EntriesOffset => (long)Header.U64(72) * Sector;

    /// <summary>A table without partitions.</summary>
    /// <param name="sector">Bytes of a sector.</param>
    /// <param name="disk">The disk's identity.</param>
    /// <param name="entries">How many entries it has.</param>
    /// <param name="firstUsable">The first sector that a partition may have; <see langword="null"/> for the one behind the entries.</param>
    public static GptBytes Create(int sector, Guid disk, int entries = LeastEntries, long? firstUsable = null)
    {
        var table = new GptBytes(new byte[sector], new byte[entries * EntrySize]);
        var s = table.Written;
        GptReader.Signature.CopyTo(s);
        s.U32(8, 0x0001_0000);
        s.U32(12, HeaderSize);
        s.U64(24, 1);
        s.U64(40, (ulong)(firstUsable ?? 2 + table.EntrySectors));
        disk.TryWriteBytes(s[56..]);
        s.U64(72, 2);
        s.U32(80, (uint)entries);
        s.U32(84, EntrySize);
        return table;
    }

    /// <summary>Puts a partition into the entry of its number, from 1; its places are sectors.</summary>
    public void Set(int number, Guid type, Guid id, long first, long last, ulong attributes, string name)
    {
        var entry = entries.AsSpan((number - 1) * EntrySize, EntrySize);
        type.TryWriteBytes(entry);
        id.TryWriteBytes(entry[16..]);
        entry.U64(32, (ulong)first);
        entry.U64(40, (ulong)last);
        entry.U64(48, attributes);
        Encoding.Unicode.GetBytes(name, entry[56..]);
    }

    /// <summary>Gives the partition that begins at a sector another place.</summary>
    public void Move(long from, long to, long sectors)
    {
        var size = (int)Header.U32(84);
        for (var at = 0; at + size <= entries.Length; at += size)
        {
            var entry = entries.AsSpan(at);
            if (!entry[..16].ContainsAnyExcept((byte)0) || ((ReadOnlySpan<byte>)entry).U64(32) != (ulong)from) continue;
            entry.U64(32, (ulong)to);
            entry.U64(40, (ulong)(to + sectors - 1));
        }
    }

    /// <summary>The first and last sectors of the partitions.</summary>
    public IEnumerable<(long First, long Last)> Partitions()
    {
        var size = (int)Header.U32(84);
        for (var at = 0; at + size <= entries.Length; at += size)
        {
            if (!entries.AsSpan(at, 16).ContainsAnyExcept((byte)0)) continue;
            var (first, last) = (((ReadOnlySpan<byte>)entries).U64(at + 32), ((ReadOnlySpan<byte>)entries).U64(at + 40));
            if (last < (ulong)(long.MaxValue / Sector) && first <= last) yield return ((long)first, (long)last);
        }
    }

    /// <summary>Puts the second copy at the end of a disk of so many sectors.</summary>
    public void Fit(long sectors)
    {
        var s = Written;
        s.U64(32, (ulong)(sectors - 1));
        s.U64(48, (ulong)(sectors - 1 - EntrySectors - 1));
    }

    /// <summary>The header of the first copy, a sector.</summary>
    public byte[] FirstHeader() => Sealed(header.ToArray());

    /// <summary>The header of the second copy, a sector: the disk's last.</summary>
    public byte[] SecondHeader()
    {
        var second = header.ToArray();
        Span<byte> s = second;
        var last = Header.U64(32);
        s.U64(24, last);
        s.U64(32, 1);
        s.U64(72, last - (ulong)EntrySectors);
        return Sealed(second);
    }

    private byte[] Sealed(byte[] copy)
    {
        Span<byte> s = copy;
        s.U32(88, Checksums.Crc32(entries));
        s.U32(16, 0);
        s.U32(16, Checksums.Crc32(s[..HeaderSize]));
        return copy;
    }
}
