using System.Net;
using Maas.Boot;
using Maas.Boot.Dns;
using Maas.Boot.Ntp;

namespace Maas.Fuzz.Tests.Boot;

/// <summary>DNS, time and syslog.</summary>
internal static class ServiceTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new("dns-query", Query())
        {
            Seeds =
            [
                Question("node1.maas", 1),
                Question("1.0.0.10.in-addr.arpa", 12),
                Question("maas", 252),
                [.. Question("other.example", 28), 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]
            ],
            Words = [[0xc0, 12], [0, 0, 41], [63], [64], [0, 252, 0, 1], [.. "\u0004maas\0"u8], [.. "\u0007in-addr\u0004arpa\0"u8]],
            Longest = 600,
        },
        new("dns-response", static input =>
        {
            _ = DnsResponseLifetime.Of(input);
            DnsResponseLifetime.Clamp(input.ToArray());
        })
        {
            Seeds =
            [
                [
                    0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0,
                    0, 1
                ]
            ],
            Words = [[0xc0, 12], [0xc0, 0], [0xff, 0xff]],
        },
        new("sntp", Time) { Seeds = [[0x23, .. new byte[47]], [0x1b, .. new byte[47]]], Longest = 100 },
        new("syslog", Syslog)
        {
            Seeds =
            [
                "<13>1 2026-11-25T10:00:00Z host app 12 ID [a b=\"c\"] text"u8.ToArray(),
                "<30>Nov 25 10:00:00 host app[1]: text"u8.ToArray(),
                "<13>app: text"u8.ToArray(),
                "text"u8.ToArray(),
                "<191>1 - - - - - -"u8.ToArray(),
            ],
            Words = [.. "<0>,<191>,<192>,1 ,[,],\\\",\\],-,\u001b[2J".Split(',').Select(System.Text.Encoding.ASCII.GetBytes)],
        },
    ];

    private static FuzzCase Query()
    {
        var options = new DnsServerOptions
        {
            Domain = "maas",
            Networks = { IPNetwork.Parse("10.0.0.0/24") },
            Forwarders = { IPEndPoint.Parse("10.0.0.1:53") }
        };
        var responder = new DnsResponder(options, new Hosts(), [IPAddress.Parse("10.0.0.1")]);
        var (client, buffer) = (new byte[] { 10, 0, 0, 5 }, new byte[ushort.MaxValue]);
        return input =>
        {
            if (!DnsQuery.TryParse(input, out var query, out var malformed)) return;
            foreach (var overTcp in (ReadOnlySpan<bool>)[false, true])
            {
                var room = overTcp ? buffer : buffer.AsSpan(0, Math.Min(query.UdpSize, DnsResponseWriter.MaxUdpSize));
                var length = malformed
                    ? DnsResponseWriter.WriteCode(query, input, DnsResponseCode.FormatError, false, room)
                    : responder.Respond(query, input, client, room);
                if (length != 0 && (length < DnsQuery.HeaderLength || length > room.Length || (room[2] & 0x80) == 0))
                    throw new InvalidOperationException("no answer");
            }
        };
    }

    private static void Time(ReadOnlySpan<byte> input)
    {
        Span<byte> response = stackalloc byte[SntpResponder.MessageLength];
        var now = DateTimeOffset.UnixEpoch;
        if (SntpResponder.TryRespond(input, now, now, new SntpClock(10, IsSet: true), response)
            && (response.Length > input.Length || (response[0] & 7) != 4))
            throw new InvalidOperationException("an answer larger than its question, or not a server's");
    }

    private static void Syslog(ReadOnlySpan<byte> input)
    {
        var line = SyslogMessage.Parse(input);
        if (line.Facility is < 0 or > 23 || line.Severity is < 0 or > 7) throw new InvalidOperationException("an invalid priority");
        foreach (var text in (ReadOnlySpan<string?>)[line.Text, line.Program, line.HostName, line.ProcessId])
            if (text is not null && text.Any(char.IsControl)) throw new InvalidOperationException("a control character came through");
    }

    private static byte[] Question(string name, byte type) =>
        [
            0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1,
            .. name.Split('.').SelectMany(l => System.Text.Encoding.ASCII.GetBytes(l).Prepend((byte)l.Length)), 0, 0, type, 0, 1
        ];

    private sealed class Hosts : IHostDirectory
    {
        public uint Serial => 1;

        public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> host) =>
            host.SequenceEqual("node1") ? [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")] : null;

        public string? HostAt(IPAddress address) => address.Equals(IPAddress.Parse("10.0.0.1")) ? "node1" : null;

        IEnumerable<string> IHostDirectory.Hosts() => ["node1"];
    }
}
