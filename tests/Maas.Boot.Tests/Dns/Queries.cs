using System.Buffers.Binary;
using System.Net;
using Maas.Boot.Dns;

namespace Maas.Boot.Tests.Dns;

/// <summary>Queries and answers as bytes, and a fixed park of two machines.</summary>
internal static class Queries
{
    public static DnsServerOptions Options() => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Domain = "maas",
        Networks = { IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("192.0.2.0/25") },
    };

    public static byte[] Bytes(string name, ushort type, ushort id = 0x1234, bool recursion = true, ushort ednsSize = 0)
    {
        var message = new byte[512];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        message[2] = (byte)(recursion ? 1 : 0);
        message[5] = 1;
        var at = 12 + DnsName.Write(name, message.AsSpan(12));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), type);
        message[at + 3] = 1;
        at += 4;
        if (ednsSize > 0)
        {
            message[11] = 1;
            message[at + 2] = 41;
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 3), ednsSize);
            at += 11;
        }

        return message[..at];
    }

    public static DnsQuery Parse(byte[] message)
    {
        DnsQuery.TryParse(message, out var query, out var malformed).Should().BeTrue();
        malformed.Should().BeFalse();
        return query;
    }

    /// <summary>An answer with one A record of the given lifetime.</summary>
    public static byte[] Answer(byte[] query, uint seconds)
    {
        var answer = new DnsAnswer(DnsResponseCode.NoError, false, [new DnsRecord.Address("example.org", seconds, IPAddress.Parse("203.0.113.7"))]);
        var written = new byte[512];
        return written[..answer.Write(Parse(query), query, true, written)];
    }

    public sealed class Park : IHostDirectory
    {
        public uint Serial => 7;

        public IReadOnlyList<IPAddress>? AddressesOf(string hostName) => hostName switch
        {
            "node-1" => [IPAddress.Parse("10.0.0.5"), IPAddress.Parse("192.0.2.5")],
            "node-2" => [],
            _ => null,
        };

        public string? HostAt(IPAddress address) => address.ToString() is "10.0.0.5" or "192.0.2.5" ? "node-1" : null;

        public IEnumerable<string> Hosts() => ["node-1", "node-2"];
    }
}
