using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// Directory entries of 32 bytes.
/// <code>
/// 0 name 8+3  11 attributes  12 case flags  20 cluster, high  22 time  24 date  26 cluster, low  28 length
/// long name part (attributes 0F), last part first: 0 ordinal (+40 last)  1,14,28 UTF-16LE units 5+6+2  13 checksum
/// </code>
/// </summary>
internal static class FatDirectory
{
    public const int EntrySize = 32;

    private const byte Free = 0xE5;
    private const byte LongName = 0x0F;
    private const byte VolumeLabel = 0x08;
    private const byte IsDirectory = 0x10;
    private const byte ReadOnly = 0x01;
    private const int UnitsAPart = 13;

    /// <summary>The entries of a directory's bytes; <paramref name="origin"/> says where in the image a position of them is.</summary>
    public static IEnumerable<FileEntry> Read(byte[] directory, FileEntry parent, Func<int, long> origin)
    {
        var longName = new LongNameParts();
        for (var at = 0; at + EntrySize <= directory.Length && directory[at] != 0; at += EntrySize)
        {
            var attributes = directory[at + 11];
            if (directory[at] == Free)
            {
                longName.Clear();
            }
            else if ((attributes & 0x3F) == LongName)
            {
                longName.Add(directory.AsSpan(at, EntrySize));
            }
            else
            {
                var start = at - (longName.Count * EntrySize);
                var name = longName.TakeFor(directory.AsSpan(at, EntrySize));
                if ((attributes & VolumeLabel) == 0 && !IsDotName(directory.AsSpan(at, EntrySize)))
                    yield return ReadEntry(directory.AsSpan(at, EntrySize), name, parent, new FatSpan(start, at + EntrySize), origin(at));
            }
        }
    }

    public static string LabelIn(ReadOnlySpan<byte> directory)
    {
        for (var at = 0; at + EntrySize <= directory.Length && directory[at] != 0; at += EntrySize)
        {
            var entry = directory.Slice(at, EntrySize);
            if (entry[0] != Free && entry[11] != LongName && (entry[11] & VolumeLabel) != 0) return FatName.Decode(entry[..11]).TrimEnd();
        }

        return "";
    }

    private static bool IsDotName(ReadOnlySpan<byte> entry) =>
        entry[..11].SequenceEqual(".          "u8) || entry[..11].SequenceEqual("..         "u8);

    private static FileEntry ReadEntry(ReadOnlySpan<byte> entry, string? longName, FileEntry parent, FatSpan span, long offset)
    {
        var shortName = FatName.OfEntry(entry);
        var directory = (entry[11] & IsDirectory) != 0;
        var cluster = ((uint)entry.U16(20) << 16) | entry.U16(26);
        var mode = directory ? 0b111_101_101 : 0b110_100_100;
        return new FileEntry
        {
            Path = parent.PathOf(FileName.Checked(longName ?? shortName, "FAT directory entry", offset)),
            Kind = directory ? FileKind.Directory : FileKind.File,
            Length = directory ? 0 : entry.U32(28),
            Mode = (UnixFileMode)((entry[11] & ReadOnly) != 0 && !directory ? mode & 0b101_101_101 : mode),
            ModifiedAt = FatTime.Read(entry.U16(24), entry.U16(22)),
            FileNumber = cluster,
            Place = new FatEntryLocation(cluster, shortName, span),
        };
    }

    /// <summary>Gathers the parts of a long name; parts that do not belong together are dropped, as every reader does.</summary>
    private sealed class LongNameParts
    {
        private readonly char[] _units = new char[20 * UnitsAPart];
        private int _next;
        private byte _checksum;

        public int Count { get; private set; }

        public void Clear() => (Count, _next) = (0, 0);

        public void Add(ReadOnlySpan<byte> part)
        {
            var ordinal = part[0] & 0x3F;
            if ((part[0] & 0x40) != 0 && ordinal is >= 1 and <= 20)
            {
                (Count, _next, _checksum) = (ordinal, ordinal, part[13]);
            }
            else if (ordinal != _next || ordinal == 0 || part[13] != _checksum)
            {
                Clear();
                return;
            }

            _next = ordinal - 1;
            for (var i = 0; i < UnitsAPart; i++)
                _units[(_next * UnitsAPart) + i] = (char)part.U16(i < 5 ? 1 + (i * 2) : i < 11 ? 14 + ((i - 5) * 2) : 28 + ((i - 11) * 2));
        }

        public string? TakeFor(ReadOnlySpan<byte> entry)
        {
            var complete = Count != 0 && _next == 0 && _checksum == FatName.Checksum(entry);
            var units = _units.AsSpan(0, Count * UnitsAPart);
            Clear();
            if (!complete) return null;
            var end = units.IndexOf('\0');
            return new string(end < 0 ? units : units[..end]);
        }
    }
}

/// <summary>Where a file begins, its other name, and which bytes of its directory describe it.</summary>
internal sealed record FatEntryLocation(uint Cluster, string ShortName, FatSpan Entries);

/// <summary>Positions within a directory's bytes: the first long-name part, and behind the short entry.</summary>
internal readonly record struct FatSpan(int Start, int End);
