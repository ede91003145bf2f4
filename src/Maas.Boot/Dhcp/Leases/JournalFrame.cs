using System.Buffers;
using System.Buffers.Binary;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The octets of a <see cref="JournalFile{TKey, TRecord, TFormat}"/>, all numbers big-endian: a header of 8 octets that tells whose records
/// follow, then frames. One frame is one write that was synced as a whole, so a frame behind a broken one proves that the broken one was
/// once whole.
/// <code>
/// frame   "LEAS"  length (4)  sequence (8)  crc32c of length, sequence and payload (4)  payload (records)
/// </code>
/// </summary>
internal static class JournalFrame
{
    public const int HeaderLength = 20;
    public const int LongestPayload = 1 << 26;

    private static ReadOnlySpan<byte> FrameMark => "LEAS"u8;

    /// <summary>Writes one frame.</summary>
    public static void Write<TKey, TRecord, TFormat>(ArrayBufferWriter<byte> output, ulong sequence, ReadOnlySpan<TRecord> records)
        where TFormat : IJournalRecords<TKey, TRecord>
    {
        var start = output.WrittenCount;
        output.GetSpan(HeaderLength)[..HeaderLength].Clear();
        output.Advance(HeaderLength);
        foreach (ref readonly var record in records) TFormat.Write(output, record);

        Seal(System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[start..], sequence);
    }

    /// <summary>Fills in the header of a frame whose payload follows it already.</summary>
    public static void Seal(Span<byte> frame, ulong sequence)
    {
        FrameMark.CopyTo(frame);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], frame.Length - HeaderLength);
        BinaryPrimitives.WriteUInt64BigEndian(frame[8..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(frame[16..], Checksum(frame));
    }

    /// <summary>Reads the frame that begins here.</summary>
    /// <returns><see langword="false"/> when there is no whole and undamaged frame.</returns>
    public static bool TryRead(ReadOnlySpan<byte> rest, out ulong sequence, out ReadOnlySpan<byte> payload)
    {
        sequence = 0;
        payload = default;
        if (rest.Length < HeaderLength || !rest.StartsWith(FrameMark)) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(rest[4..]);
        if (length is <= 0 or > LongestPayload || length > rest.Length - HeaderLength) return false;
        var frame = rest[..(HeaderLength + length)];
        if (BinaryPrimitives.ReadUInt32BigEndian(frame[16..]) != Checksum(frame)) return false;
        sequence = BinaryPrimitives.ReadUInt64BigEndian(frame[8..]);
        payload = frame[HeaderLength..];
        return true;
    }

    /// <summary>The place of the next mark of a frame at or after <paramref name="from"/>; -1 without one.</summary>
    public static int Find(ReadOnlySpan<byte> content, int from) =>
        from >= content.Length ? -1 : content[from..].IndexOf(FrameMark) is var at and >= 0 ? from + at : -1;

    private static uint Checksum(ReadOnlySpan<byte> frame)
    {
        var crc = Crc32C.Append(uint.MaxValue, frame[4..16]);
        return ~Crc32C.Append(crc, frame[HeaderLength..]);
    }
}
