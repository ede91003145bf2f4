using System.Buffers.Binary;
using System.Diagnostics;

namespace Maas.Boot.Dns;

/// <summary>An answer of this server's own.</summary>
/// <param name="Code">Whether there is one.</param>
/// <param name="IsAuthoritative">Whether this server is the authority for the name.</param>
/// <param name="Records">The answer.</param>
/// <param name="Authority">The zone, with a negative answer.</param>
internal sealed record DnsAnswer(DnsResponseCode Code, bool IsAuthoritative, IReadOnlyList<DnsRecord> Records, DnsRecord? Authority = null)
{
    /// <summary>The largest UDP answer sent whatever the client takes: it travels unfragmented everywhere (DNS flag day 2020).</summary>
    public const int MaxUdpSize = 1232;

    private const int OptionsLength = 11;

    /// <summary>Nothing but a code.</summary>
    public static DnsAnswer Only(DnsResponseCode code) => new(code, IsAuthoritative: false, []);

    /// <summary>Writes the answer; what does not fit is left out and the answer marked as truncated, so that the client asks by TCP.</summary>
    /// <param name="query">The query, parsed.</param>
    /// <param name="message">The query, as it came.</param>
    /// <param name="recursionAvailable">Whether this client may ask for other names.</param>
    /// <param name="destination">As long as the answer may be, at least 512.</param>
    /// <returns>How many octets were written.</returns>
    public int Write(DnsQuery query, ReadOnlySpan<byte> message, bool recursionAvailable, Span<byte> destination)
    {
        var room = destination[..(destination.Length - (query.HasEdns ? OptionsLength : 0))];
        message.Slice(DnsQuery.HeaderLength, query.QuestionLength).CopyTo(room[DnsQuery.HeaderLength..]);
        var at = DnsQuery.HeaderLength + query.QuestionLength;
        var answers = 0;
        var truncated = false;
        foreach (var record in Records)
        {
            if (!TryWrite(record, room, ref at))
            {
                truncated = true;
                break;
            }

            answers++;
        }

        var authorities = !truncated && Authority is { } authority && TryWrite(authority, room, ref at) ? 1 : 0;
        var flags = 0x8000 | (query.OpCode << 11) | (IsAuthoritative ? 0x0400 : 0) | (truncated ? 0x0200 : 0)
            | (query.RecursionDesired ? 0x0100 : 0) | (recursionAvailable ? 0x0080 : 0) | (int)Code;
        BinaryPrimitives.WriteUInt16BigEndian(destination, query.Id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)(query.QuestionLength > 0 ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], (ushort)authorities);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], (ushort)(query.HasEdns ? 1 : 0));
        return query.HasEdns ? WriteOptions(destination, at) : at;
    }

    private static bool TryWrite(DnsRecord record, Span<byte> destination, ref int at)
    {
        Span<byte> buffer = stackalloc byte[3 * DnsName.MaxLength + 32];
        var length = DnsName.Write(record.Name, buffer);
        if (length < 0) return true; // a name that the wire cannot carry is nobody's question
        BinaryPrimitives.WriteUInt16BigEndian(buffer[length..], (ushort)record.Type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(length + 2)..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[(length + 4)..], record.TimeToLive);
        var data = WriteData(record, buffer[(length + 10)..]);
        if (data < 0) return true;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[(length + 8)..], (ushort)data);
        length += 10 + data;
        if (length > destination.Length - at) return false;
        buffer[..length].CopyTo(destination[at..]);
        at += length;
        return true;
    }

    private static int WriteData(DnsRecord record, Span<byte> destination)
    {
        switch (record)
        {
            case DnsRecord.Address address:
                address.Value.TryWriteBytes(destination, out var length);
                return length;
            case DnsRecord.Target target:
                return DnsName.Write(target.Value, destination);
            case DnsRecord.Authority soa:
                var server = DnsName.Write(soa.Server, destination);
                if (server < 0 || DnsName.Write(soa.Mailbox, destination[server..]) is not (> 0 and var mailbox)) return -1;
                var at = server + mailbox;
                ReadOnlySpan<uint> numbers = [soa.Serial, 3600, 600, 86400, soa.NegativeTimeToLive]; // refresh, retry, expire: for secondaries, if any
                foreach (var number in numbers)
                {
                    BinaryPrimitives.WriteUInt32BigEndian(destination[at..], number);
                    at += 4;
                }

                return at;
            default:
                throw new UnreachableException();
        }
    }

    // RFC 6891 section 6.1.2: the root's name, type 41, our UDP size in the place of the class, no extended code, no data.
    private static int WriteOptions(Span<byte> destination, int at)
    {
        var options = destination.Slice(at, OptionsLength);
        options.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(options[1..], (ushort)DnsRecordType.Options);
        BinaryPrimitives.WriteUInt16BigEndian(options[3..], MaxUdpSize);
        return at + OptionsLength;
    }
}
