using System.Buffers.Binary;

namespace Maas.Boot.Dns;

/// <summary>A question that a client asks, with what it can take as an answer.</summary>
/// <param name="Id">To be echoed.</param>
/// <param name="OpCode">0 is a plain query.</param>
/// <param name="RecursionDesired">Whether the client wants the answer and not a pointer to it.</param>
/// <param name="Name">The name asked for, as <see cref="DnsName"/> writes it.</param>
/// <param name="Type">The type asked for.</param>
/// <param name="Class">1 is the Internet.</param>
/// <param name="QuestionLength">Octets of the question, which stands at offset 12 and is echoed as it is: clients vary its case as a nonce.</param>
/// <param name="UdpSize">The largest UDP answer it takes (RFC 6891); 512 without EDNS.</param>
/// <param name="HasEdns">Whether it speaks EDNS.</param>
/// <param name="DnssecOk">Whether it wants signatures (RFC 3225); a different answer for the cache.</param>
internal readonly record struct DnsQuery(
    ushort Id, int OpCode, bool RecursionDesired, string Name, DnsRecordType Type, ushort Class, int QuestionLength, int UdpSize, bool HasEdns, bool DnssecOk)
{
    /// <summary>Octets of a header.</summary>
    public const int HeaderLength = 12;

    private const int PlainUdpSize = 512;

    //   0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15      RFC 1035 section 4.1.1
    //  |                      ID                       |  0
    //  |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |  2
    //  |                    QDCOUNT                    |  4
    //  |                    ANCOUNT                    |  6
    //  |                    NSCOUNT                    |  8
    //  |                    ARCOUNT                    | 10

    /// <summary>Reads a query. A message that is none, or none that can be answered, is <see langword="false"/> and met with silence.</summary>
    /// <param name="message">The datagram.</param>
    /// <param name="query">The query; when malformed, enough of it to say so.</param>
    /// <param name="malformed">Whether it deserves a format error.</param>
    public static bool TryParse(ReadOnlySpan<byte> message, out DnsQuery query, out bool malformed)
    {
        (query, malformed) = (default, false);
        if (message.Length < HeaderLength) return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & 0x8000) != 0) return false; // an answer: answering answers would never end
        query = new DnsQuery(BinaryPrimitives.ReadUInt16BigEndian(message), (flags >> 11) & 15, (flags & 0x0100) != 0, "", default, 0, 0, PlainUdpSize, false, false);
        if (query.OpCode != 0) return true;
        malformed = true;
        if (BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return true;
        if (!DnsName.TryRead(message[HeaderLength..], out var name, out var length) || message.Length < HeaderLength + length + 4) return true;
        var at = HeaderLength + length;
        query = query with
        {
            Name = name,
            Type = (DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]),
            Class = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]),
            QuestionLength = length + 4,
        };
        malformed = !TryReadEdns(message, at + 4, ref query);
        return true;
    }

    private static bool TryReadEdns(ReadOnlySpan<byte> message, int at, ref DnsQuery query)
    {
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..]) + BinaryPrimitives.ReadUInt16BigEndian(message[8..]) + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        // A query has an OPT and perhaps a signature; hundreds of records are an attempt to make us count.
        if (records > 16) return false;
        for (; records > 0; records--)
        {
            if (!DnsName.TrySkip(message, ref at) || message.Length - at < 10) return false;
            if ((DnsRecordType)BinaryPrimitives.ReadUInt16BigEndian(message[at..]) == DnsRecordType.Options)
            {
                query = query with
                {
                    HasEdns = true,
                    UdpSize = Math.Max(PlainUdpSize, (int)BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..])),
                    DnssecOk = (BinaryPrimitives.ReadUInt16BigEndian(message[(at + 6)..]) & 0x8000) != 0,
                };
            }

            at += 10 + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
            if (at > message.Length) return false;
        }

        return true;
    }
}
