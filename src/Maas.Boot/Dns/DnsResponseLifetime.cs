using System.Buffers.Binary;

namespace Maas.Boot.Dns;

/// <summary>For how long a forwarder's answer may be kept, and where in it the lifetimes stand.</summary>
/// <param name="Seconds">The shortest lifetime of its records.</param>
/// <param name="Offsets">The offset of each record's lifetime, to be counted down.</param>
internal sealed record DnsResponseLifetime(uint Seconds, IReadOnlyList<int> Offsets)
{
    private const uint LongestSeconds = 86_400;

    /// <summary>
    /// Sets each lifetime with the top bit set to zero (RFC 2181 section 8). A malformed message stays as it is behind the fault.
    /// </summary>
    public static void Clamp(Span<byte> message)
    {
        if (!TryFindRecords(message, out var at, out var records)) return;
        for (; records > 0 && TryReadRecord(message, ref at, out var record); records--)
        {
            var lifetime = message[(record.FieldsAt + 4)..];
            if (record.Type != DnsRecordType.Options && (lifetime[0] & 0x80) != 0) BinaryPrimitives.WriteUInt32BigEndian(lifetime, 0);
        }
    }

    /// <summary>
    /// Reads an answer; <see langword="null"/> for one that must not be kept: a failure, truncated, without lifetimes, or malformed.
    /// </summary>
    public static DnsResponseLifetime? Of(ReadOnlySpan<byte> message)
    {
        if (message.Length < DnsQuery.HeaderLength) return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var code = (DnsResponseCode)(flags & 15);
        if ((flags & 0x8200) != 0x8000 || code is not (DnsResponseCode.NoError or DnsResponseCode.NoSuchName)) return null;
        if (!TryFindRecords(message, out var at, out var records)) return null;

        var offsets = new List<int>();
        var shortest = LongestSeconds;
        for (; records > 0; records--)
        {
            if (!TryReadRecord(message, ref at, out var record)) return null;
            // An OPT record's lifetime field holds flags (RFC 6891 section 6.1.3).
            if (record.Type == DnsRecordType.Options) continue;
            offsets.Add(record.FieldsAt + 4);
            shortest = Math.Min(shortest, BinaryPrimitives.ReadUInt32BigEndian(message[(record.FieldsAt + 4)..]));
            // A negative answer lasts no longer than the last field of its zone's start says (RFC 2308 section 5).
            if (record.Type == DnsRecordType.StartOfAuthority && record.DataLength >= 22)
                shortest = Math.Min(shortest, BinaryPrimitives.ReadUInt32BigEndian(message[(at - 4)..]));
        }

        return offsets.Count > 0 && shortest > 0 ? new DnsResponseLifetime(shortest, offsets) : null;
    }

    private static bool TryFindRecords(ReadOnlySpan<byte> message, out int at, out int records)
    {
        (at, records) = (DnsQuery.HeaderLength, 0);
        if (message.Length < DnsQuery.HeaderLength || !DnsName.TrySkip(message, ref at)) return false;
        at += 4;
        records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        return true;
    }

    private static bool TryReadRecord(ReadOnlySpan<byte> message, ref int at, out (DnsRecordType Type, int FieldsAt, int DataLength) record)
    {
        record = default;
        if (!DnsName.TrySkip(message, ref at) || message.Length - at < 10) return false;
        record = (
            (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            at,
            BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]));
        at += 10 + record.DataLength;
        return at <= message.Length;
    }
}
