using System.Net;
using CsCheck;
using Maas.Boot.Dns;

namespace Maas.Boot.Tests.Dns;

public class DnsResponderTests
{
    private const ushort A = 1, Ns = 2, Soa = 6, Ptr = 12, Mx = 15, Aaaa = 28, Axfr = 252, Any = 255;

    private static readonly IPAddress Machine = IPAddress.Parse("10.0.0.77"), Stranger = IPAddress.Parse("198.51.100.1");

    [Theory]
    [InlineData("node-1.maas", A, "NoError", 2)]
    [InlineData("NODE-1.Maas", A, "NoError", 2)]
    [InlineData("node-1.maas", Aaaa, "NoError", 0)]
    [InlineData("node-1.maas", Mx, "NoError", 0)]
    [InlineData("node-1.maas", Any, "NoError", 2)]
    [InlineData("node-2.maas", A, "NoError", 0)]
    [InlineData("node-3.maas", A, "NoSuchName", 0)]
    [InlineData("a.b.node-1.maas", A, "NoSuchName", 0)]
    [InlineData("maas", Soa, "NoError", 1)]
    [InlineData("maas", Ns, "NoError", 1)]
    [InlineData("maas", A, "NoError", 0)]
    [InlineData("notmaas", A, "Refused", 0)]
    public void The_machines_domain_is_answered_with_authority(string name, ushort type, string code, int records)
    {
        var answer = Respond(name, type, Machine)!;
        (answer.Code.ToString(), answer.Records.Count).Should().Be((code, records));
        if (code == "Refused") return;
        answer.IsAuthoritative.Should().BeTrue();
        (answer.Authority is not null).Should().Be(records == 0, "a negative answer names its zone (RFC 2308)");
    }

    [Theory]
    [InlineData("5.0.0.10.in-addr.arpa", "NoError", 1)]
    [InlineData("6.0.0.10.in-addr.arpa", "NoSuchName", 0)]
    [InlineData("5.2.0.192.in-addr.arpa", "NoError", 1)]
    [InlineData("5.0/25.2.0.192.in-addr.arpa", "NoError", 1)]
    [InlineData("200.2.0.192.in-addr.arpa", "Refused", 0)]
    [InlineData("5.128/25.2.0.192.in-addr.arpa", "Refused", 0)]
    [InlineData("05.0.0.10.in-addr.arpa", "Refused", 0)]
    [InlineData("5.1.0.10.in-addr.arpa", "Refused", 0)]
    public void Addresses_of_the_machines_networks_are_named_classless_zones_too(string name, string code, int records)
    {
        var answer = Respond(name, Ptr, Machine)!;
        (answer.Code.ToString(), answer.Records.Count).Should().Be((code, records));
        if (records == 1) answer.Records[0].Should().BeOfType<DnsRecord.Target>().Which.Value.Should().Be("node-1.maas");
    }

    [Theory]
    [InlineData("0.0.10.in-addr.arpa")]
    [InlineData("0/25.2.0.192.in-addr.arpa")]
    public void A_reverse_zone_has_a_start(string zone) => Respond(zone, Soa, Machine)!.Records.Should().ContainSingle().Which.Name.Should().Be(zone);

    [Fact]
    public void An_address_has_one_reverse_name_and_the_name_that_address() =>
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]).Sample(octets =>
        {
            var address = new IPAddress(octets);
            return ReverseName.TryParse(ReverseName.Of(address), out var parsed) && parsed.Equals(address);
        });

    [Fact]
    public void Other_names_are_forwarded_for_clients_and_refused_to_strangers()
    {
        var options = Queries.Options();
        options.Forwarders.Add(new IPEndPoint(IPAddress.Loopback, 5353));
        Respond("example.org", A, Machine, options).Should().BeNull();
        Respond("example.org", A, IPAddress.Loopback, options).Should().BeNull();
        Respond("example.org", A, Stranger, options)!.Code.Should().Be(DnsResponseCode.Refused);
        Respond("example.org", A, Machine)!.Code.Should().Be(DnsResponseCode.Refused, "nobody is configured to be asked");
    }

    [Fact]
    public void A_zone_is_transferred_only_to_whom_it_may_and_only_over_TCP()
    {
        var options = Queries.Options();
        Respond("maas", Axfr, Machine, options, overTcp: true)!.Code.Should().Be(DnsResponseCode.Refused, "nobody may by default (LP#2110046)");
        options.TransferTo.Add(IPNetwork.Parse("10.0.0.77/32"));
        Respond("maas", Axfr, Stranger, options, overTcp: true)!.Code.Should().Be(DnsResponseCode.Refused);
        Respond("maas", Axfr, Machine, options, overTcp: false)!.Code.Should().Be(DnsResponseCode.Refused);
        Respond("maas", Axfr, Machine, options, overTcp: true)!.Records.Select(record => record.Type.ToString())
            .Should().Equal("StartOfAuthority", "NameServer", "A", "A", "StartOfAuthority");
    }

    [Fact]
    public void An_answer_that_does_not_fit_is_marked_and_never_longer_than_its_room() =>
        Gen.Int[1, 200].Select(Gen.Int[512, 1232]).Sample((count, room) =>
        {
            var message = Queries.Bytes("node-1.maas", A);
            var records = Enumerable.Range(0, count).Select(i => new DnsRecord.Address("node-1.maas", 1, new IPAddress([10, 0, 0, (byte)i]))).ToArray();
            var written = new byte[room];
            var length = new DnsAnswer(DnsResponseCode.NoError, true, records).Write(Queries.Parse(message), message, false, written);
            var truncated = (written[2] & 2) != 0;
            return length <= room && truncated == (29 + (count * 27) > room);
        });

    [Fact]
    public void No_datagram_throws()
    {
        var valid = Queries.Bytes("node-1.maas", A, ednsSize: 4096);
        Gen.OneOf(Gen.Byte.Array[0, 100], Gen.Int[0, valid.Length - 1].Select(Gen.Byte, (at, value) => valid.Select((octet, i) => i == at ? value : octet).ToArray()), Gen.Int[0, valid.Length].Select(length => valid[..length]))
            .Sample(message =>
            {
                DnsResponseLifetime.Of(message);
                if (!DnsQuery.TryParse(message, out var query, out var malformed) || malformed) return;
                new DnsResponder(Queries.Options(), new Queries.Park()).Respond(query, Machine, overTcp: true)?.Write(query, message, true, new byte[512]);
            });
    }

    private static DnsAnswer? Respond(string name, ushort type, IPAddress client, DnsServerOptions? options = null, bool overTcp = false) =>
        new DnsResponder(options ?? Queries.Options(), new Queries.Park()).Respond(Queries.Parse(Queries.Bytes(name, type)), client, overTcp);
}
