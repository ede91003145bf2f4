using Maas.Images.Primitives;

namespace Maas.Images.Formats.Vhdx;

/// <summary>
/// An entry of a VHDX's log ([MS-VHDX] 2.3.1), of whole sectors of 4096 bytes: a header with descriptors behind it, then the sectors that
/// these put into the file.
/// <code>
/// header 0 "loge" 4 CRC-32C of all 8 length 12 tail 16 sequence 24 descriptors 32 log 48 flushed length of the file 56 last length of the
/// file descriptor  0 "desc"  4 the sector's last 4 bytes  8 its first 8  16 place  24 sequence
///             0 "zero"  8 length  16 place  24 sequence
/// sector      0 "data"  4 upper half of the sequence  8 the bytes between  4092 lower half of the sequence
/// </code>
/// </summary>
internal sealed record VhdxLogEntry
{
    public const int Sector = 4096;

    private const int HeaderLength = 64, DescriptorLength = 32;
    private const long LargestFile = 1L << 50;

    /// <summary>Its position in the log.</summary>
    public required long Offset { get; init; }

    public required int Length { get; init; }

    /// <summary>The position of the oldest entry that was still needed when this one was written.</summary>
    public required long Tail { get; init; }

    public required ulong Sequence { get; init; }

    /// <summary>The file was at least this long when the entry was written.</summary>
    public required long FlushedLength { get; init; }

    /// <summary>The file has to be at least this long for all that is in it.</summary>
    public required long LastLength { get; init; }

    public required IReadOnlyList<VhdxWrite> Writes { get; init; }

    /// <summary>How long an entry is whose first bytes these are; <see langword="null"/> when they are those of none of this log.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> head, Guid log, long logLength)
    {
        if (!head.StartsWith("loge"u8) || new Guid(head.Slice(32, 16)) != log) return null;
        var length = head.U32(8);
        return length >= Sector && length % Sector == 0 && length <= logLength ? (int)length : null;
    }

    /// <summary>The entry; <see langword="null"/> when it was not written whole. Its writes keep the bytes, which are changed.</summary>
    public static VhdxLogEntry? Read(byte[] bytes, long offset, long logLength)
    {
        ReadOnlySpan<byte> s = bytes;
        if (~Checksums.Crc32C(uint.MaxValue, s, 4, 4) != s.U32(4)) return null;
        var (tail, sequence, flushed, last) = (s.U32(12), s.U64(16), s.U64(48), s.U64(56));
        if (sequence == 0 || tail % Sector != 0 || tail >= logLength || flushed > LargestFile || last > LargestFile) return null;
        return ReadWrites(bytes, sequence) is not { } writes ? null : new VhdxLogEntry
        {
            Offset = offset,
            Length = bytes.Length,
            Tail = tail,
            Sequence = sequence,
            FlushedLength = (long)flushed,
            LastLength = (long)last,
            Writes = writes,
        };
    }

    private static List<VhdxWrite>? ReadWrites(byte[] bytes, ulong sequence)
    {
        ReadOnlySpan<byte> s = bytes;
        var (count, end) = ((long)s.U32(24), (long)bytes.Length);
        var sector = (HeaderLength + (count * DescriptorLength) + Sector - 1) / Sector * Sector;
        if (sector > end) return null;
        var writes = new List<VhdxWrite>((int)count);
        for (var at = HeaderLength; writes.Count < count; at += DescriptorLength)
        {
            var descriptor = s.Slice(at, DescriptorLength);
            var place = descriptor.U64(16);
            if (descriptor.U64(24) != sequence || place % Sector != 0 || place > LargestFile) return null;
            if (descriptor.StartsWith("zero"u8))
            {
                var length = descriptor.U64(8);
                if (length % Sector != 0 || length > LargestFile) return null;
                writes.Add(new VhdxWrite((long)place, (long)length, null));
            }
            else
            {
                if (!descriptor.StartsWith("desc"u8) || sector == end || !Restore(bytes.AsSpan((int)sector, Sector), descriptor, sequence))
                    return null;
                writes.Add(new VhdxWrite((long)place, Sector, bytes.AsMemory((int)sector, Sector)));
                sector += Sector;
            }
        }

        return writes;
    }

    /// <summary>Restores the bytes that the log's own fields replace.</summary>
    private static bool Restore(Span<byte> sector, ReadOnlySpan<byte> descriptor, ulong sequence)
    {
        ReadOnlySpan<byte> s = sector;
        if (!s.StartsWith("data"u8) || s.U32(4) != (uint)(sequence >> 32) || s.U32(Sector - 4) != (uint)sequence) return false;
        descriptor.Slice(8, 8).CopyTo(sector);
        descriptor.Slice(4, 4).CopyTo(sector[(Sector - 4)..]);
        return true;
    }
}

/// <summary>What belongs at a place of the file: a sector, or zeros where <see cref="Content"/> is <see langword="null"/>.</summary>
internal readonly record struct VhdxWrite(long Start, long Length, ReadOnlyMemory<byte>? Content)
{
    public long End => Start + Length;
}
