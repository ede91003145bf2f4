using System.Net;
using CsCheck;
using Maas.Boot.Dns;

namespace Maas.Boot.Tests.Dns;

public class DnsResponderTests
{
    private const ushort A = 1, Ns = 2, Soa = 6, Ptr = 12, Mx = 15, Aaaa = 28, Axfr = 252, Any = 255;
    private const int NoError = 0, FormatError = 1, NoSuchName = 3, Refused = 5;
    private const string V6 = "0.0.0.0.0.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa";

    private static readonly IPAddress Machine = IPAddress.Parse("10.0.0.77"), Stranger = IPAddress.Parse("198.51.100.1");

    [Theory]
    [InlineData("node-1.maas", A, NoError, 2)]
    [InlineData("NODE-1.Maas", A, NoError, 2)]
    [InlineData("node-1.maas", Aaaa, NoError, 0)]
    [InlineData("node-1.maas", Mx, NoError, 0)]
    [InlineData("node-1.maas", Any, NoError, 2)]
    [InlineData("node-2.maas", A, NoError, 0)]
    [InlineData("node-3.maas", A, NoSuchName, 0)]
    [InlineData("a.b.node-1.maas", A, NoSuchName, 0)]
    [InlineData("maas", Soa, NoError, 1)]
    [InlineData("maas", Ns, NoError, 1)]
    [InlineData("maas", A, NoError, 0)]
    [InlineData("notmaas", A, Refused, 0)]
    public void The_machines_domain_is_answered_with_authority(string name, ushort type, int code, int records)
    {
        var response = Respond(name, type, Machine)!;
        (response.Code, response.Answers.Count).Should().Be((code, records));
        response.Answers.Where(record => record.Owner != name).Should().BeEmpty("the client's spelling is its nonce");
        if (code == Refused) return;
        response.IsAuthoritative.Should().BeTrue();
        response.Authority.Select(record => (record.Owner.ToLowerInvariant(), record.Type))
            .Should()
            .Equal(records == 0 ? [("maas", Soa)] : [], "a negative answer names its zone (RFC 2308)");
    }

    [Theory]
    [InlineData("5.0.0.10.in-addr.arpa", NoError, 1, "0.0.10.in-addr.arpa")]
    [InlineData("6.0.0.10.in-addr.arpa", NoSuchName, 0, "0.0.10.in-addr.arpa")]
    [InlineData("05.0.0.10.in-addr.arpa", NoSuchName, 0, "0.0.10.in-addr.arpa")]
    [InlineData("lb._dns-sd._udp.5.0.0.10.in-addr.arpa", NoSuchName, 0, "0.0.10.in-addr.arpa")]
    [InlineData("lb._dns-sd._udp.0.0.10.in-addr.arpa", NoSuchName, 0, "0.0.10.in-addr.arpa")]
    [InlineData("5.2.0.192.in-addr.arpa", NoError, 1, "2.0.192.in-addr.arpa")]
    [InlineData("6.2.0.192.in-addr.arpa", NoSuchName, 0, "2.0.192.in-addr.arpa")]
    [InlineData("5.0/25.2.0.192.in-addr.arpa", NoError, 1, "0/25.2.0.192.in-addr.arpa")]
    [InlineData("6.0/25.2.0.192.in-addr.arpa", NoSuchName, 0, "0/25.2.0.192.in-addr.arpa")]
    [InlineData("x.0/25.2.0.192.in-addr.arpa", NoSuchName, 0, "0/25.2.0.192.in-addr.arpa")]
    [InlineData("200.2.0.192.in-addr.arpa", Refused, 0, "")]
    [InlineData("5.128/25.2.0.192.in-addr.arpa", Refused, 0, "")]
    [InlineData("5.1.0.10.in-addr.arpa", Refused, 0, "")]
    [InlineData("0.10.in-addr.arpa", Refused, 0, "")]
    [InlineData("5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." + V6, NoError, 1, V6)]
    [InlineData("6.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." + V6, NoSuchName, 0, V6)]
    [InlineData("0.0.0." + V6, NoError, 0, V6)]
    [InlineData("x.0.0." + V6, NoSuchName, 0, V6)]
    [InlineData("1" + V6, Refused, 0, "")]
    [InlineData("0.0.0.0.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa", Refused, 0, "")]
    public void Every_name_of_a_reverse_zone_is_answered_here(string name, int code, int records, string zone)
    {
        var response = Respond(name, Ptr, Machine)!;
        (response.Code, response.Answers.Count).Should().Be((code, records));
        if (records == 1) response.Answers[0].Value.Should().Be("node-1.maas");
        else if (code != Refused) response.Authority.Should().ContainSingle().Which.Owner.Should().Be(zone);
    }

    [Theory]
    [InlineData("0.0.10.in-addr.arpa")]
    [InlineData("2.0.192.in-addr.arpa")]
    [InlineData("0/25.2.0.192.in-addr.arpa")]
    [InlineData(V6)]
    public void A_reverse_zone_has_a_start(string zone) =>
        Respond(zone, Soa, Machine)!.Answers.Should().ContainSingle().Which.Owner.Should().Be(zone);

    [Theory]
    [InlineData("10.0.0.0/8", "10.in-addr.arpa")]
    [InlineData("10.32.0.0/11", "32.10.in-addr.arpa")]
    [InlineData("10.1.0.0/16", "1.10.in-addr.arpa")]
    [InlineData("10.1.16.0/20", "16.1.10.in-addr.arpa")]
    [InlineData("fd00:1:2::/48", "2.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa")]
    [InlineData("fd00:1:2:8::/62", "8.0.0.0.2.0.0.0.1.0.0.0.0.0.d.f.ip6.arpa")]
    public void A_zone_begins_at_the_first_label_inside_its_network(string network, string apex)
    {
        var options = new DnsServerOptions { Domain = "maas", Networks = { IPNetwork.Parse(network) } };
        Respond(apex, Soa, Machine, options)!.Answers.Should().ContainSingle().Which.Owner.Should().Be(apex);
        Respond(
            ReverseName.Of(IPNetwork.Parse(network).BaseAddress),
            Ptr,
            Machine,
            options)!.Authority.Should().ContainSingle().Which.Owner.Should()
            .Be(apex);
    }

    [Fact]
    public void An_address_has_one_reverse_name_and_the_name_that_address() =>
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Sample(octets =>
            ReverseName.TryParse(ReverseName.Of(new IPAddress(octets)), stackalloc byte[16], out var parsed)
                && parsed.IsAddress
                && parsed.Address.SequenceEqual(octets));

    [Fact]
    public void Other_names_are_forwarded_for_clients_and_refused_to_strangers()
    {
        var options = Forwarding();
        Respond("example.org", A, Machine, options).Should().BeNull();
        Respond("example.org", A, IPAddress.Loopback, options).Should().BeNull();
        Respond("example.org", A, IPAddress.Loopback.MapToIPv6(), options).Should().BeNull("a dual-stack socket maps IPv4 addresses");
        Respond("example.org", A, Stranger, options)!.Code.Should().Be(Refused);
        Respond("example.org", A, Machine)!.Code.Should().Be(Refused, "no forwarder is configured");
    }

    [Theory]
    [InlineData("1.99.168.192.in-addr.arpa")]
    [InlineData("1.0.64.100.in-addr.arpa")]
    [InlineData("1.0.16.172.in-addr.arpa")]
    [InlineData("lb._dns-sd._udp.0.77.0.10.in-addr.arpa")]
    [InlineData("1.0.0.127.in-addr.arpa")]
    [InlineData("5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa")]
    [InlineData("5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.1.d.f.ip6.arpa")]
    public void A_question_for_a_private_address_does_not_leave_the_site(string name)
    {
        var options = Forwarding();
        var response = Respond(name, Ptr, Machine, options)!;
        (response.Code, response.Authority.Count).Should().Be((NoSuchName, 1), "RFC 6303 and RFC 6598 section 4");
        Respond(name, Ptr, Stranger, options)!.Code.Should().Be(Refused);
        options.ForwardPrivateReverse = true;
        Respond(name, Ptr, Machine, options).Should().BeNull("the operator's resolver knows them");
    }

    [Fact]
    public void A_question_for_a_public_address_is_forwarded() =>
        Respond("1.2.3.8.in-addr.arpa", Ptr, Machine, Forwarding()).Should().BeNull();

    [Fact]
    public void The_servers_own_name_has_its_own_addresses_even_if_a_machine_is_called_like_it()
    {
        var start = Respond("maas", Soa, Machine)!.Answers[0];
        Respond(start.Value, A, Machine)!.Answers.Select(record => record.Value).Should().Equal("10.0.0.1");
        Respond(start.Value, Aaaa, Machine)!.Should().Match<Response>(response => response.Code == NoError && response.Answers.Count == 0);
        Respond("1.0.0.10.in-addr.arpa", Ptr, Machine)!.Answers.Should().ContainSingle().Which.Value.Should().Be("ns.maas");
    }

    [Fact]
    public void An_unknown_version_of_EDNS_is_refused_as_such_with_the_question_alone()
    {
        var response = Respond(Queries.Bytes("maas", Soa, ednsSize: 4096, ednsVersion: 100), Machine)!;
        (response.Code, response.ExtendedCode, response.Answers.Count, response.Authority.Count).Should().Be(
            (0, 1, 0, 0), "BADVERS is 16 (RFC 6891 section 6.1.3)");
    }

    [Fact]
    public void Two_OPT_records_are_a_format_error()
    {
        DnsQuery.TryParse(Queries.Bytes("maas", Soa, ednsSize: 4096, ednsRecords: 2), out _, out var malformed).Should().BeTrue();
        malformed.Should().BeTrue("RFC 6891 section 6.1.1");
    }

    [Fact]
    public void A_zone_is_transferred_only_to_clients_that_may_have_it()
    {
        var options = Queries.Options();
        var message = Queries.Bytes("maas", Axfr);
        Transfer(options).Should().BeNull("there are none by default (LP#2110046)");
        options.TransferTo.Add(IPNetwork.Parse("10.0.0.78/32"));
        Transfer(options).Should().BeNull();
        options.TransferTo.Add(IPNetwork.Parse("10.0.0.77/32"));
        Transfer(options)!.SelectMany(part => Response.Read(part).Answers)
            .Select(record => (record.Owner, record.Type, record.Value))
            .Should()
            .Equal(
            ("maas", Soa, "ns.maas"),
            ("maas", Ns, "ns.maas"),
            ("ns.maas", A, "10.0.0.1"),
            ("node-1.maas", A, "10.0.0.5"),
            ("node-1.maas", A, "192.0.2.5"),
            ("maas", Soa, "ns.maas"));
        Respond(message, Machine, options)!.Code.Should().Be(Refused, "over UDP");

        IEnumerable<byte[]>? Transfer(DnsServerOptions with) =>
            Responder(with).Transfer(Queries.Parse(message), message, Machine, recordsPerMessage: 2);
    }

    [Fact]
    public void A_response_that_does_not_fit_is_marked_and_never_longer_than_its_room() =>
        Gen.Int[1, 200].Select(Gen.Int[512, 1232]).Sample((count, room) =>
        {
            var message = Queries.Bytes("node-1.maas", A);
            var written = new byte[room];
            var response = new DnsResponseWriter(Queries.Parse(message), message, written);
            for (var i = 0; i < count; i++) response.AddAddress(DnsName.OfQuestion, 1, new IPAddress([10, 0, 0, (byte)i]));
            var length = response.Finish(DnsResponseCode.NoError);
            var truncated = (written[2] & 2) != 0;
            return length <= room && truncated == (29 + (count * 16) > room);
        });

    [Fact]
    public void A_query_that_is_answered_here_allocates_nothing()
    {
        var responder = Responder(Forwarding(), new Fixed());
        byte[][] messages =
        [
            Queries.Bytes("node-1.maas", A, ednsSize: 1232),
            Queries.Bytes("node-9.maas", A),
            Queries.Bytes("maas", Soa),
            Queries.Bytes("5.0.0.10.in-addr.arpa", Ptr),
            Queries.Bytes("1.99.168.192.in-addr.arpa", Ptr), Queries.Bytes("5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." + V6, Ptr),
        ];
        var (client, buffer) = (Machine.GetAddressBytes(), new byte[1232]);
        Ask(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Ask(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Ask(int times)
        {
            for (var i = 0; i < times; i++)
            {
                foreach (var message in messages)
                {
                    if (!DnsQuery.TryParse(message, out var query, out _) || responder.Respond(query, message, client, buffer) == 0)
                        throw new InvalidOperationException("It was forwarded.");
                }
            }
        }
    }

    [Fact]
    public void No_datagram_throws()
    {
        var valid = Queries.Bytes("node-1.maas", A, ednsSize: 4096);
        var responder = Responder(Queries.Options());
        Gen.OneOf(
            Gen.Byte.Array[0, 100],
            Gen.Int[0, valid.Length - 1].Select(Gen.Byte, (at, value) => valid.Select((octet, i) => i == at ? value : octet).ToArray()),
            Gen.Int[0, valid.Length].Select(length => valid[..length]))
            .Sample(message =>
            {
                DnsResponseLifetime.Of(message);
                DnsResponseLifetime.Clamp(message.ToArray());
                if (!DnsQuery.TryParse(message, out var query, out var malformed) || malformed) return;
                responder.Respond(query, message, [10, 0, 0, 77], new byte[512]);
            });
    }

    private static DnsServerOptions Forwarding()
    {
        var options = Queries.Options();
        options.Forwarders.Add(new IPEndPoint(IPAddress.Loopback, 5353));
        return options;
    }

    private static DnsResponder Responder(DnsServerOptions options, IHostDirectory? hosts = null) =>
        new(options, hosts ?? new Queries.Directory(), [.. options.ServerAddresses]);

    private static Response? Respond(string name, ushort type, IPAddress client, DnsServerOptions? options = null) =>
        Respond(Queries.Bytes(name, type), client, options);

    private static Response? Respond(byte[] message, IPAddress client, DnsServerOptions? options = null)
    {
        var written = new byte[1232];
        var length = Responder(options ?? Queries.Options()).Respond(Queries.Parse(message), message, client.GetAddressBytes(), written);
        return length == 0 ? null : Response.Read(written[..length]);
    }

    private sealed class Fixed : IHostDirectory
    {
        private readonly IPAddress[] _addresses = [IPAddress.Parse("10.0.0.5")];

        public uint Serial => 1;

        public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) => hostName.SequenceEqual("node-1") ? _addresses : null;

        public string? HostAt(IPAddress address) => "node-1";

        public IEnumerable<string> Hosts() => ["node-1"];
    }
}
