using System.Buffers.Binary;

namespace Maas.Boot.Dns;

/// <summary>A query: what a client asks, and what it can receive. The name stays in the message, behind the header.</summary>
/// <param name="Id">Echoed in the response.</param>
/// <param name="OpCode">0 is a plain query.</param>
/// <param name="RecursionDesired">Whether the client wants other servers to be asked.</param>
/// <param name="NameLength">Octets of the name, the root included. Clients vary its case as a nonce, so it is echoed as it is.</param>
/// <param name="Type">The type of the records asked for.</param>
/// <param name="Class">1 is the Internet.</param>
/// <param name="UdpSize">The largest UDP response that the client accepts (RFC 6891); 512 without EDNS.</param>
/// <param name="HasEdns">Whether the query has an OPT record.</param>
/// <param name="EdnsVersion">The client's version of EDNS; this server speaks version 0.</param>
/// <param name="DnssecOk">Whether the client wants signatures (RFC 3225); part of the cache's key.</param>
internal readonly record struct DnsQuery(
    ushort Id,
    int OpCode,
    bool RecursionDesired,
    int NameLength,
    DnsRecordType Type,
    ushort Class,
    int UdpSize,
    bool HasEdns,
    byte EdnsVersion,
    bool DnssecOk)
{
    /// <summary>Octets of a header.</summary>
    public const int HeaderLength = 12;

    /// <summary>The largest UDP message without EDNS (RFC 1035 section 4.2.1).</summary>
    public const int PlainUdpSize = 512;

    /// <summary>Octets of the question, with type and class; 0 when it could not be read.</summary>
    public int QuestionLength => NameLength == 0 ? 0 : NameLength + 4;

    //   0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15      RFC 1035 section 4.1.1
    //  |                      ID                       |  0
    //  |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |  2
    //  |                    QDCOUNT                    |  4
    //  |                    ANCOUNT                    |  6
    //  |                    NSCOUNT                    |  8
    //  |                    ARCOUNT                    | 10

    /// <summary>Reads a query. <see langword="false"/> for a message that is not a query; it gets no response.</summary>
    /// <param name="message">The datagram, or the message of a stream.</param>
    /// <param name="query">The query; when it is malformed, enough of it to respond.</param>
    /// <param name="malformed">Whether the response is a format error.</param>
    public static bool TryParse(ReadOnlySpan<byte> message, out DnsQuery query, out bool malformed)
    {
        (query, malformed) = (default, false);
        if (message.Length < HeaderLength) return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & 0x8000) != 0) return false; // a response: two servers that respond to responses never stop
        query = new DnsQuery
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(message),
            OpCode = (flags >> 11) & 15,
            RecursionDesired = (flags & 0x0100) != 0,
            UdpSize = PlainUdpSize,
        };
        if (query.OpCode != 0) return true;
        malformed = true;
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return true;
        if (!DnsName.TryMeasure(message[HeaderLength..], out var length) || message.Length < HeaderLength + length + 4) return true;
        var at = HeaderLength + length;
        query = query with
        {
            NameLength = length,
            Type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            Class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]),
        };
        malformed = !TryReadEdns(message, at + 4, ref query);
        return true;
    }

    /// <summary>The name asked for, as text.</summary>
    /// <param name="message">The message that the query was read from.</param>
    public string NameOf(ReadOnlySpan<byte> message)
    {
        Span<char> text = stackalloc char[DnsName.MaxTextLength];
        return new string(text[..DnsName.Read(message[HeaderLength..], text)]);
    }

    private static bool TryReadEdns(ReadOnlySpan<byte> message, int at, ref DnsQuery query)
    {
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[8..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        // A query has an OPT record and perhaps a signature. Hundreds of records are an attempt to make the server work.
        if (records > 16) return false;
        for (; records > 0; records--)
        {
            var owner = at;
            if (!DnsName.TrySkip(message, ref at) || message.Length - at < 10) return false;
            if ((DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]) == DnsRecordType.Options)
            {
                // RFC 6891 section 6.1.1: at most one, and it belongs to the root.
                if (query.HasEdns || message[owner] != 0) return false;
                query = query with
                {
                    HasEdns = true,
                    UdpSize = Math.Max(PlainUdpSize, (int)BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..])),
                    EdnsVersion = message[at + 5],
                    DnssecOk = (BinaryPrimitives.ReadUInt16BigEndian(message[(at + 6)..]) & 0x8000) != 0,
                };
            }

            at += 10 + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (at > message.Length) return false;
        }

        return true;
    }
}
