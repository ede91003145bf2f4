using System.Buffers.Binary;

namespace Maas.Boot.Dns;

/// <summary>For how long a forwarder's answer may be kept, and where in it the lifetimes stand.</summary>
/// <param name="Seconds">The shortest lifetime of its records.</param>
/// <param name="Offsets">Where each record's lifetime stands, to be counted down.</param>
internal sealed record DnsResponseLifetime(uint Seconds, IReadOnlyList<int> Offsets)
{
    private const uint LongestSeconds = 86_400;

    /// <summary>Reads an answer; <see langword="null"/> for one that must not be kept: a failure, truncated, without lifetimes, or malformed.</summary>
    public static DnsResponseLifetime? Of(ReadOnlySpan<byte> message)
    {
        if (message.Length < DnsQuery.HeaderLength) return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var code = (DnsResponseCode)(flags & 15);
        if ((flags & 0x8200) != 0x8000 || code is not (DnsResponseCode.NoError or DnsResponseCode.NoSuchName)) return null;
        var at = DnsQuery.HeaderLength;
        if (!DnsName.TrySkip(message, ref at)) return null;
        at += 4;

        var offsets = new List<int>();
        var shortest = LongestSeconds;
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..]) + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        for (; records > 0; records--)
        {
            if (!DnsName.TrySkip(message, ref at) || message.Length - at < 10) return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (message.Length - at - 10 < length) return null;
            var type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
            // An OPT record's lifetime field holds flags (RFC 6891 section 6.1.3).
            if (type != DnsRecordType.Options)
            {
                offsets.Add(at + 4);
                shortest = Math.Min(shortest, BinaryPrimitives.ReadUInt32BigEndian(message[(at + 4)..]));
                // A negative answer lasts no longer than its zone's last field says (RFC 2308 section 5).
                if (type == DnsRecordType.StartOfAuthority && length >= 22) shortest = Math.Min(shortest, BinaryPrimitives.ReadUInt32BigEndian(message[(at + 10 + length - 4)..]));
            }

            at += 10 + length;
        }

        return offsets.Count > 0 && shortest > 0 ? new DnsResponseLifetime(shortest, offsets) : null;
    }
}
