using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Dns;

namespace Maas.Boot.Tests.Dns;

/// <summary>Queries and responses as bytes, and a fixed directory of two machines.</summary>
internal static class Queries
{
    public static readonly IPAddress Server = IPAddress.Parse("10.0.0.1");

    public static DnsServerOptions Options() => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Domain = "maas",
        Networks = { IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("192.0.2.0/25"), IPNetwork.Parse("fd00:1::/64") },
        ServerAddresses = { Server },
    };

    public static byte[] Bytes(
        string name,
        ushort type,
        ushort id = 0x1234,
        bool recursion = true,
        ushort ednsSize = 0,
        byte ednsVersion = 0,
        int ednsRecords = 1)
    {
        var message = new byte[600];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = (byte)(recursion ? 1 : 0);
        message[5] = 1;
        var at = 12 + DnsName.Write(name, message.AsSpan(12));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), type);
        message[at + 3] = 1;
        at += 4;
        for (; ednsSize > 0 && message[11] < ednsRecords; at += 11)
        {
            message[11]++;
            message[at + 2] = 41;
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 3), ednsSize);
            message[at + 6] = ednsVersion;
        }

        return message[..at];
    }

    public static DnsQuery Parse(byte[] message)
    {
        DnsQuery.TryParse(message, out var query, out var malformed).Should().BeTrue();
        malformed.Should().BeFalse();
        return query;
    }

    /// <summary>A response with one A record of the given lifetime.</summary>
    public static byte[] Answer(byte[] query, uint seconds, int records = 1)
    {
        var written = new byte[ushort.MaxValue];
        var response = new DnsResponseWriter(Parse(query), query, written);
        for (var i = 0; i < records; i++) response.AddAddress(DnsName.OfQuestion, seconds, IPAddress.Parse("203.0.113.7"));
        return written[..response.Finish(DnsResponseCode.NoError)];
    }

    public sealed class Directory : IHostDirectory
    {
        public uint Serial => 7;

        public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) => hostName switch
        {
            "node-1" => [IPAddress.Parse("10.0.0.5"), IPAddress.Parse("192.0.2.5")],
            "node-2" => [],
            "ns" => [IPAddress.Parse("10.0.0.66")],
            _ => null,
        };

        public string? HostAt(IPAddress address) => address.ToString() is "10.0.0.5" or "192.0.2.5" or "fd00:1::5" ? "node-1" : null;

        public IEnumerable<string> Hosts() => ["node-1", "node-2", "ns"];
    }
}

/// <summary>A response as a client reads it.</summary>
internal sealed record Response(
    int Code,
    bool IsAuthoritative,
    bool IsTruncated,
    IReadOnlyList<ResourceRecord> Answers,
    IReadOnlyList<ResourceRecord> Authority,
    int ExtendedCode)
{
    public static Response Read(byte[] message)
    {
        var (at, extended) = (12, 0);
        if (message[5] == 1)
        {
            ReadName(message, ref at);
            at += 4;
        }

        List<ResourceRecord>[] sections = [[], [], []];
        for (var section = 0; section < 3; section++)
        {
            for (var left = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(6 + (2 * section))); left > 0; left--)
            {
                var record = ReadRecord(message, ref at);
                if (record.Type == 41) extended = (int)(record.TimeToLive >> 24);
                else sections[section].Add(record);
            }
        }

        at.Should().Be(message.Length, "the counts of the header are those of the records");
        return new Response(message[3] & 15, (message[2] & 4) != 0, (message[2] & 2) != 0, sections[0], sections[1], extended);
    }

    private static ResourceRecord ReadRecord(byte[] message, ref int at)
    {
        var owner = ReadName(message, ref at);
        var type = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at));
        var lifetime = BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(at + 4));
        var length = BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(at + 8));
        at += 10;
        var data = at;
        at += length;
        return new ResourceRecord(owner, type, lifetime, type switch
        {
            1 or 28 => new IPAddress(message.AsSpan(data, length)).ToString(),
            2 or 5 or 6 or 12 => ReadName(message, ref data),
            _ => "",
        });
    }

    private static string ReadName(byte[] message, ref int at)
    {
        List<string> labels = [];
        var (position, end) = (at, -1);
        while (message[position] is not 0 and var size)
        {
            if (size >= 0xc0)
            {
                if (end < 0) end = position + 2;
                position = ((size & 0x3f) << 8) | message[position + 1];
                continue;
            }

            labels.Add(System.Text.Encoding.ASCII.GetString(message, position + 1, size));
            position += 1 + size;
        }

        at = end < 0 ? position + 1 : end;
        return string.Join('.', labels);
    }
}

/// <summary>A record of a response; <paramref name="Value"/> is an address, or the first name of the data.</summary>
internal sealed record ResourceRecord(string Owner, ushort Type, uint TimeToLive, string Value);
