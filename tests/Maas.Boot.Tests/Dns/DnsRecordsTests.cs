using System.Net;
using Maas.Boot.Dns;

namespace Maas.Boot.Tests.Dns;

/// <summary>Records that are not addresses, and further domains.</summary>
public class DnsRecordsTests
{
    private const ushort A = 1, Ns = 2, Cname = 5, Soa = 6, Ptr = 12, Mx = 15, Txt = 16, Srv = 33, Sshfp = 44, Axfr = 252, Any = 255;
    private const int NoError = 0, NoSuchName = 3, Refused = 5;

    [Theory]
    [InlineData("maas", Mx, "maas", "000a046d61696c046d61617300")]
    [InlineData("text.maas", Txt, "text.maas", "036f6e650374776f")]
    [InlineData("_sip._tcp.maas", Srv, "_sip._tcp.maas", "0000000513c4056e6f6465310361626300")]
    [InlineData("key.maas", Sshfp, "key.maas", "0402aabb")]
    public void A_record_is_sent_as_its_RFC_says(string name, ushort type, string owner, string data)
    {
        var response = Respond(name, type);
        var record = response.Answers.Should().ContainSingle().Which;
        (response.Code, record.Owner, record.Type, record.TimeToLive).Should().Be((NoError, owner, type, 77u));
        Convert.ToHexStringLower(Bytes(name, type)).Should().Contain(data);
    }

    [Theory]
    [InlineData("www.maas", A, "www.maas CNAME node-1.maas, node-1.maas A 10.0.0.5")]
    [InlineData("www.maas", Cname, "www.maas CNAME node-1.maas")]
    [InlineData("www.maas", Any, "www.maas CNAME node-1.maas")]
    [InlineData("far.maas", A, "far.maas CNAME www.example.org")]
    [InlineData("own.maas", A, "own.maas CNAME ns.maas, ns.maas A 10.0.0.1")]
    [InlineData("other.maas", A, "other.maas CNAME web.lab, web.lab A 10.0.0.9")]
    public void An_alias_is_answered_with_what_it_stands_for(string name, ushort type, string answers) =>
        string.Join(
            ", ", Respond(name, type).Answers.Select(record => $"{record.Owner} {(record.Type == A ? "A" : "CNAME")} {record.Value}"))
            .Should().Be(answers);

    [Fact]
    public void Aliases_in_a_circle_end() => Respond("loop.maas", A).Answers.Count.Should().BeInRange(1, 16);

    [Theory]
    [InlineData("web.lab", A, NoError, 1, "")]
    [InlineData("web.lab", Mx, NoError, 0, "lab")]
    [InlineData("none.lab", A, NoSuchName, 0, "lab")]
    [InlineData("lab", Soa, NoError, 1, "")]
    [InlineData("lab", Ns, NoError, 1, "")]
    [InlineData("elsewhere", A, Refused, 0, "")]
    public void A_further_domain_is_answered_with_authority(string name, ushort type, int code, int answers, string zone)
    {
        var response = Respond(name, type);
        (response.Code, response.Answers.Count, response.IsAuthoritative).Should().Be((code, answers, code != Refused));
        response.Authority.Select(record => record.Owner).Should().Equal(zone.Length == 0 ? [] : [zone]);
    }

    [Fact]
    public void The_servers_own_name_is_nobody_elses() =>
        Respond("ns.maas", A).Answers.Select(record => record.Value).Should().Equal("10.0.0.1");

    [Fact]
    public void An_address_reverses_to_a_complete_name() =>
        Respond("9.0.0.10.in-addr.arpa", Ptr).Answers.Select(record => record.Value).Should().Equal("web.lab");

    [Fact]
    public void A_zone_transfer_has_all_records()
    {
        var options = Queries.Options();
        options.TransferTo.Add(IPNetwork.Parse("10.0.0.0/24"));
        var message = Queries.Bytes("maas", Axfr);
        var responder = new DnsResponder(options, new Records(), [Queries.Server]);
        var records = responder.Transfer(Queries.Parse(message), message, IPAddress.Parse("10.0.0.77"), 200)!
            .SelectMany(part => Response.Read(part).Answers).ToList();
        records.Select(record => record.Type).Should().Contain([Mx, Txt, Srv, Sshfp, Cname]);
        (records[0].Type, records[^1].Type).Should().Be((Soa, Soa));
        records.Where(record => record.Owner == "ns.maas").Select(record => record.Value).Should().Equal("10.0.0.1");
    }

    [Fact]
    public void A_record_that_the_wire_cannot_carry_is_left_out() => Respond("odd.maas", Any).Answers.Should().BeEmpty();

    private static Response Respond(string name, ushort type) => Response.Read(Bytes(name, type));

    private static byte[] Bytes(string name, ushort type)
    {
        var message = Queries.Bytes(name, type);
        var written = new byte[ushort.MaxValue];
        var length = new DnsResponder(Queries.Options(), new Records(), [Queries.Server])
            .Respond(Queries.Parse(message), message, [10, 0, 0, 77], written);
        return written[..length];
    }

    private sealed class Records : IRecordDirectory
    {
        private static readonly TimeSpan Life = TimeSpan.FromSeconds(77);

        private static readonly Dictionary<string, HostRecords> Names = new()
        {
            ["maas"] = Of(new HostRecord.MailExchange(10, "mail.maas") { TimeToLive = Life }),
            ["node-1.maas"] = new HostRecords { Addresses = [IPAddress.Parse("10.0.0.5")] },
            ["ns.maas"] = new HostRecords { Addresses = [IPAddress.Parse("10.0.0.66")] },
            ["www.maas"] = Of(new HostRecord.CanonicalName("node-1.maas")),
            ["far.maas"] = Of(new HostRecord.CanonicalName("www.example.org.")),
            ["own.maas"] = Of(new HostRecord.CanonicalName("ns.maas")),
            ["other.maas"] = Of(new HostRecord.CanonicalName("web.lab")),
            ["loop.maas"] = Of(new HostRecord.CanonicalName("loop.maas")),
            ["text.maas"] = Of(new HostRecord.Text(["one", "two"]) { TimeToLive = Life }),
            ["_sip._tcp.maas"] = Of(new HostRecord.Service(0, 5, 5060, "node1.abc") { TimeToLive = Life }),
            ["key.maas"] = Of(new HostRecord.SshFingerprint(4, 2, new byte[] { 0xaa, 0xbb }) { TimeToLive = Life }),
            ["odd.maas"] = Of(new HostRecord.NameServer("a..b"), new HostRecord.Text([new string('x', 256)]), new HostRecord.Text([])),
            ["web.lab"] = new HostRecords { Addresses = [IPAddress.Parse("10.0.0.9")] },
        };

        public uint Serial => 7;

        public IReadOnlyList<IPAddress>? AddressesOf(ReadOnlySpan<char> hostName) => Find($"{hostName}.maas")?.Addresses;

        public string? HostAt(IPAddress address) => null;

        public IEnumerable<string> Hosts() => Names.Keys.Where(name => name.EndsWith(".maas")).Select(name => name[..^5]);

        public string? DomainOf(ReadOnlySpan<char> name) => name.EndsWith(".lab") || name is "lab" ? "lab" : null;

        public HostRecords? Find(ReadOnlySpan<char> name) => Names.GetValueOrDefault(name.ToString());

        public string? NameAt(IPAddress address) => address.ToString() == "10.0.0.9" ? "web.lab" : null;

        private static HostRecords Of(params HostRecord[] records) => new() { Records = records };
    }
}
