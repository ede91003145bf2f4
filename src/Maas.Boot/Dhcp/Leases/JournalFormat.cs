using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Maas.Boot.Dhcp.Wire;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The octets of a <see cref="LeaseJournal"/>, all numbers big-endian: a header of 8 octets, then frames. One frame is one
/// write that was synced as a whole, so a frame behind a broken one proves that the broken one was once whole.
/// <code>
/// header  "MAASLJ" 0 1
/// frame   "LEAS"  length (4)  sequence (8)  crc32c of length, sequence and payload (4)  payload
/// payload records: state (1) address (4) since (8) expires (8), both in ms since 1970
///         hardware type (1) hardware length (1) hardware, client length (2) client, host name length (1) host name (Latin-1)
/// </code>
/// </summary>
internal static class JournalFormat
{
    public const int FrameHeaderLength = 20;
    public const int LongestPayload = 1 << 26;

    public static ReadOnlySpan<byte> Header => "MAASLJ\0\u0001"u8;

    private static ReadOnlySpan<byte> FrameMark => "LEAS"u8;

    /// <summary>Writes one frame.</summary>
    public static void WriteFrame(ArrayBufferWriter<byte> output, ulong sequence, ReadOnlySpan<Lease> leases)
    {
        var start = output.WrittenCount;
        output.GetSpan(FrameHeaderLength)[..FrameHeaderLength].Clear();
        output.Advance(FrameHeaderLength);
        foreach (ref readonly var lease in leases) WriteRecord(output, lease);

        Seal(System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span[start..], sequence);
    }

    /// <summary>Fills in the header of a frame whose payload stands behind it already.</summary>
    public static void Seal(Span<byte> frame, ulong sequence)
    {
        FrameMark.CopyTo(frame);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], frame.Length - FrameHeaderLength);
        BinaryPrimitives.WriteUInt64BigEndian(frame[8..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(frame[16..], Checksum(frame));
    }

    /// <summary>Reads the frame that begins here.</summary>
    /// <returns><see langword="false"/> when there is no whole and undamaged frame.</returns>
    public static bool TryReadFrame(ReadOnlySpan<byte> rest, out ulong sequence, out ReadOnlySpan<byte> payload)
    {
        sequence = 0;
        payload = default;
        if (rest.Length < FrameHeaderLength || !rest.StartsWith(FrameMark)) return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(rest[4..]);
        if (length is <= 0 or > LongestPayload || length > rest.Length - FrameHeaderLength) return false;
        var frame = rest[..(FrameHeaderLength + length)];
        if (BinaryPrimitives.ReadUInt32BigEndian(frame[16..]) != Checksum(frame)) return false;
        sequence = BinaryPrimitives.ReadUInt64BigEndian(frame[8..]);
        payload = frame[FrameHeaderLength..];
        return true;
    }

    /// <summary>The place of the next mark of a frame at or after <paramref name="from"/>; -1 when there is none.</summary>
    public static int FindFrame(ReadOnlySpan<byte> content, int from) =>
        from >= content.Length ? -1 : content[from..].IndexOf(FrameMark) is var at and >= 0 ? from + at : -1;

    /// <summary>Reads the next record of a payload.</summary>
    /// <returns><see langword="false"/> when what is left is no record.</returns>
    public static bool TryReadRecord(ref ReadOnlySpan<byte> payload, out Lease lease)
    {
        var reader = new WireReader(payload);
        var state = (LeaseState)reader.ReadByte();
        var number = reader.ReadUInt32();
        var since = reader.ReadInt64();
        var expires = reader.ReadInt64();
        var hardwareType = reader.ReadByte();
        var hardware = reader.ReadSpan(reader.ReadByte());
        var client = reader.ReadSpan(reader.ReadUInt16());
        var hostName = reader.ReadSpan(reader.ReadByte());
        lease = default;
        if (reader.Failed || hardware.Length > 16 || state is < LeaseState.Bound or > LeaseState.Quarantined || !IsTime(since) || !IsTime(expires)) return false;

        payload = payload[^reader.Remaining..];
        lease = new Lease(number, new ClientIdentifier(client), state, DateTimeOffset.FromUnixTimeMilliseconds(since), DateTimeOffset.FromUnixTimeMilliseconds(expires))
        {
            Hardware = new HardwareAddress(hardwareType, hardware),
            HostName = hostName.IsEmpty ? null : Encoding.Latin1.GetString(hostName),
        };
        return true;
    }

    private static void WriteRecord(ArrayBufferWriter<byte> output, in Lease lease)
    {
        var client = lease.Client.Octets;
        var hostName = lease.HostName.AsSpan();
        if (hostName.Length > 255) hostName = hostName[..255];
        var record = output.GetSpan(26 + 16 + client.Length + hostName.Length);
        record[0] = (byte)lease.State;
        BinaryPrimitives.WriteUInt32BigEndian(record[1..], lease.Number);
        BinaryPrimitives.WriteInt64BigEndian(record[5..], lease.Since.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(record[13..], lease.ExpiresAt.ToUnixTimeMilliseconds());
        record[21] = lease.Hardware.Type;
        record[22] = lease.Hardware.Length;
        var at = 23 + lease.Hardware.CopyTo(record[23..]);
        BinaryPrimitives.WriteUInt16BigEndian(record[at..], (ushort)client.Length);
        client.CopyTo(record[(at + 2)..]);
        at += 2 + client.Length;
        record[at] = (byte)hostName.Length;
        at += 1 + Encoding.Latin1.GetBytes(hostName, record[(at + 1)..]);
        output.Advance(at);
    }

    private static bool IsTime(long milliseconds) => milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999;

    private static uint Checksum(ReadOnlySpan<byte> frame)
    {
        var crc = Crc(uint.MaxValue, frame[4..16]);
        return ~Crc(crc, frame[FrameHeaderLength..]);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> octets)
    {
        while (octets.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(octets));
            octets = octets[8..];
        }

        foreach (var octet in octets) crc = BitOperations.Crc32C(crc, octet);
        return crc;
    }
}
