using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Dns;

/// <summary>Writes a response into a buffer: the question first, then answers, then the authority. Nothing is allocated.</summary>
/// <remarks>
/// A record that does not fit is left out and the response is marked as truncated, so that the client repeats the query over TCP.
/// </remarks>
internal ref struct DnsResponseWriter
{
    /// <summary>The largest UDP response, whatever the client accepts: it is fragmented nowhere (DNS flag day 2020).</summary>
    public const int MaxUdpSize = 1232;

    private const int OptionsLength = 11;
    private const ushort Internet = 1;

    private readonly DnsQuery _query;
    private readonly Span<byte> _destination;
    private readonly int _end;
    private int _at;
    private int _answers, _authorities;

    /// <summary>Begins a response with the question.</summary>
    /// <param name="query">The query, parsed.</param>
    /// <param name="message">The query, as it was received.</param>
    /// <param name="destination">As long as the response may be, at least 512 octets.</param>
    public DnsResponseWriter(in DnsQuery query, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        _query = query;
        _destination = destination;
        _end = destination.Length - (query.HasEdns ? OptionsLength : 0);
        message.Slice(DnsQuery.HeaderLength, query.QuestionLength).CopyTo(destination[DnsQuery.HeaderLength..]);
        _at = DnsQuery.HeaderLength + query.QuestionLength;
    }

    /// <summary>Whether this server is the authority for the name asked for.</summary>
    public bool IsAuthoritative { get; set; }

    /// <summary>Whether the client may ask for names of other servers.</summary>
    public bool RecursionAvailable { get; set; }

    /// <summary>Whether a record did not fit.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>How many answers were written.</summary>
    public readonly int Answers => _answers;

    /// <summary>Adds an address: A or AAAA.</summary>
    public void AddAddress(scoped ReadOnlySpan<byte> owner, uint timeToLive, IPAddress address)
    {
        Span<byte> data = stackalloc byte[16];
        address.TryWriteBytes(data, out var length);
        AddAnswer(owner, TypeOf(address), timeToLive, data[..length]);
    }

    /// <summary>Adds an answer.</summary>
    /// <param name="owner">The owner's name on the wire, or a pointer to it.</param>
    /// <param name="type">The record's type.</param>
    /// <param name="timeToLive">How many seconds a resolver may keep it.</param>
    /// <param name="data">The record's data.</param>
    public void AddAnswer(scoped ReadOnlySpan<byte> owner, DnsRecordType type, uint timeToLive, scoped ReadOnlySpan<byte> data)
    {
        if (!IsTruncated && TryAdd(owner, type, timeToLive, data)) _answers++;
        else IsTruncated = true;
    }

    /// <summary>Adds a record to the authority section, if there is room for it.</summary>
    public void AddAuthority(scoped ReadOnlySpan<byte> owner, DnsRecordType type, uint timeToLive, scoped ReadOnlySpan<byte> data)
    {
        if (!IsTruncated && TryAdd(owner, type, timeToLive, data)) _authorities++;
    }

    /// <summary>Writes the header, and the OPT record for a client that speaks EDNS.</summary>
    /// <returns>The response's length.</returns>
    public int Finish(DnsResponseCode code)
    {
        var flags = 0x8000 | (_query.OpCode << 11) | (IsAuthoritative ? 0x0400 : 0) | (IsTruncated ? 0x0200 : 0)
            | (_query.RecursionDesired ? 0x0100 : 0) | (RecursionAvailable ? 0x0080 : 0) | ((int)code & 15);
        BinaryPrimitives.WriteUInt16BigEndian(_destination, _query.Id);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[4..], (ushort)(_query.QuestionLength > 0 ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(_destination[6..], (ushort)_answers);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[8..], (ushort)_authorities);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[10..], (ushort)(_query.HasEdns ? 1 : 0));
        if (!_query.HasEdns) return _at;

        // RFC 6891 section 6.1.2: the root's name, type 41, our UDP size in place of the class, the upper bits of the code, version 0, no
        // data.
        var options = _destination.Slice(_at, OptionsLength);
        options.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(options[1..], (ushort)DnsRecordType.Options);
        BinaryPrimitives.WriteUInt16BigEndian(options[3..], MaxUdpSize);
        options[5] = (byte)((int)code >> 4);
        return _at + OptionsLength;
    }

    /// <summary>A response without records.</summary>
    public static int WriteCode(
        in DnsQuery query,
        ReadOnlySpan<byte> message,
        DnsResponseCode code,
        bool recursionAvailable,
        Span<byte> destination) =>
        new DnsResponseWriter(query, message, destination) { RecursionAvailable = recursionAvailable }.Finish(code);

    /// <summary>A truncated response without records: the client repeats the query over TCP.</summary>
    public static int WriteTruncated(in DnsQuery query, ReadOnlySpan<byte> message, Span<byte> destination) =>
        new DnsResponseWriter(query, message, destination)
        {
            RecursionAvailable = true,
            IsTruncated = true
        }.Finish(DnsResponseCode.NoError);

    /// <summary>The type of an address record.</summary>
    public static DnsRecordType TypeOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.Aaaa;

    private bool TryAdd(scoped ReadOnlySpan<byte> owner, DnsRecordType type, uint timeToLive, scoped ReadOnlySpan<byte> data)
    {
        if (owner.Length + 10 + data.Length > _end - _at) return false;
        var record = _destination[_at..];
        owner.CopyTo(record);
        var fields = record[owner.Length..];
        BinaryPrimitives.WriteUInt16BigEndian(fields, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(fields[2..], Internet);
        BinaryPrimitives.WriteUInt32BigEndian(fields[4..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(fields[8..], (ushort)data.Length);
        data.CopyTo(fields[10..]);
        _at += owner.Length + 10 + data.Length;
        return true;
    }
}
