using System.Net;
using System.Text.Json;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Tests.Dns;

/// <summary>DNS names and records, as Terraform and Ansible use them.</summary>
public class DnsResourceTests
{
    [Fact]
    public async Task Test_8_Of_two_names_with_one_address_the_address_is_free_only_when_both_are_gone()
    {
        await using var host = await ApiHost.StartAsync();
        var a = (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "a.maas"), ("ip_addresses", "10.0.0.9"))).Expect(200).Json;
        var b = (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "b.maas"), ("ip_addresses", "10.0.0.9"))).Expect(200).Json;
        (await host.DeleteAsync(host.Admin, Uri(a))).Expect(204);
        (await host.GetAsync(host.Bob, Uri(b))).Expect(200).Json.GetProperty("ip_addresses").EnumerateArray()
            .Select(ip => ip.GetProperty("ip").GetString()).Should().Equal("10.0.0.9");
        (await TakenAsync(host)).Should().ContainSingle();
        (await host.DeleteAsync(host.Admin, Uri(b))).Expect(204);
        (await TakenAsync(host)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_address_that_is_in_use_without_the_name_stays_in_use()
    {
        await using var host = await ApiHost.StartAsync();
        var name = (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "a.maas"), ("ip_addresses", "10.0.0.9 10.0.0.8")))
            .Expect(200).Json;
        var changed = (await host.PutAsync(host.Admin, Uri(name), ("ip_addresses", "10.0.0.8,10.0.0.7"))).Expect(200).Json;
        changed.GetProperty("ip_addresses").EnumerateArray().Select(ip => ip.GetProperty("ip").GetString())
            .Should().Equal("10.0.0.8", "10.0.0.7");
        (await TakenAsync(host, "10.0.0.7", "10.0.0.8", "10.0.0.9")).Should().BeEquivalentTo("10.0.0.7", "10.0.0.8");
        (await host.PutAsync(host.Admin, Uri(name), ("ip_addresses", ""))).Expect(200);
        (await TakenAsync(host, "10.0.0.7", "10.0.0.8", "10.0.0.9")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_record_is_created_with_its_name_and_the_name_goes_with_its_last_record()
    {
        await using var host = await ApiHost.StartAsync();
        var record = (await host.PostAsync(
            host.Admin, "dnsresourcerecords/", ("fqdn", "www.maas"), ("rrtype", "CNAME"), ("rrdata", "web"))).Expect(200).Json;
        (record.GetProperty("fqdn").GetString(), record.GetProperty("rrtype").GetString(), record.GetProperty("rrdata").GetString())
            .Should().Be(("www.maas", "CNAME", "web"));
        Fqdns(await host.GetAsync(host.Bob, "dnsresources/?rrtype=CNAME")).Should().Equal("www.maas");
        Fqdns(await host.GetAsync(host.Bob, "dnsresources/?rrtype=A")).Should().BeEmpty();
        Fqdns(await host.GetAsync(host.Bob, "dnsresourcerecords/?domain=maas&name=www")).Should().Equal("www.maas");
        (await host.GetAsync(host.Bob, "domains/0/")).Expect(200).Json.GetProperty("resource_record_count").GetInt32().Should().Be(1);
        (await host.PutAsync(host.Admin, Uri(record), ("rrdata", "other"), ("ttl", "60"))).Expect(200)
            .Json.GetProperty("ttl").GetInt32().Should().Be(60);
        (await host.DeleteAsync(host.Admin, Uri(record))).Expect(204);
        (await host.GetAsync(host.Bob, Uri(record))).Expect(404);
        Fqdns(await host.GetAsync(host.Bob, "dnsresources/")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("MX", "10 Mail.Example.org.", "10 mail.example.org.")]
    [InlineData("NS", "ns7.example.org.", "ns7.example.org.")]
    [InlineData("SRV", "0  5 5060 sip", "0 5 5060 sip")]
    [InlineData("SRV", "0 0 0 .", "0 0 0 .")]
    [InlineData("SSHFP", "4 2 AA11223344556677889900AABBCCDDEEFF00112233445566778899AABBCCDDEE", null)]
    [InlineData("TXT", "v=spf1 a:mail.example.org -all", "v=spf1 a:mail.example.org -all")]
    [InlineData("TXT", "\"one \\\" text\" \"two\"", "\"one \\\" text\" \"two\"")]
    public async Task Data_of_a_type_is_stored_in_one_form(string type, string sent, string? stored)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "dnsresourcerecords/", ("name", "x"), ("domain", "0"), ("rrtype", type), ("rrdata", sent)))
            .Expect(200).Json.GetProperty("rrdata").GetString().Should().Be(stored ?? sent.ToLowerInvariant());
    }

    [Theory]
    [InlineData("MX", "mail.example.org.", "rrdata")]
    [InlineData("MX", "65536 mail", "rrdata")]
    [InlineData("MX", "10 mail\nx IN A 10.0.0.1", "rrdata")]
    [InlineData("CNAME", "a b", "rrdata")]
    [InlineData("CNAME", "a..b", "rrdata")]
    [InlineData("CNAME", "$ORIGIN", "rrdata")]
    [InlineData("SRV", "0 5 99999 sip", "rrdata")]
    [InlineData("SSHFP", "4 2 AA", "rrdata")]
    [InlineData("SSHFP", "5 1 AABBCCDDEEFF00112233445566778899AABBCCDD", "rrdata")]
    [InlineData("TXT", "one\u0007two", "rrdata")]
    [InlineData("TXT", "\"one\" two", "rrdata")]
    [InlineData("TXT", "\"", "rrdata")]
    [InlineData("A", "10.0.0.1", "rrtype")]
    [InlineData("LOC", "x", "rrtype")]
    [InlineData("TXT", "", "rrdata")]
    public async Task Data_that_is_not_of_the_type_is_400_and_nothing_is_created(string type, string data, string field)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "dnsresourcerecords/", ("fqdn", "x.maas"), ("rrtype", type), ("rrdata", data))).Expect(400)
            .Json.TryGetProperty(field, out _).Should().BeTrue();
        (await host.GetAsync(host.Admin, "dnsresources/")).Text.Should().Be("[]");
    }

    [Theory]
    [InlineData("fqdn", "fqdn=www.elsewhere.org&ip_addresses=10.0.0.1")]
    [InlineData("name", "ip_addresses=10.0.0.1")]
    [InlineData("name", "name=a_very bad&ip_addresses=10.0.0.1")]
    [InlineData("name", "name=wpad&ip_addresses=10.0.0.1")]
    [InlineData("name", "name=a..b&ip_addresses=10.0.0.1")]
    [InlineData("domain", "name=x&domain=77")]
    [InlineData("ip_addresses", "name=x&ip_addresses=10.0.0.1,nine")]
    [InlineData("ip_addresses", "name=x&ip_addresses=224.0.0.1")]
    [InlineData("ip_addresses", "name=x&ip_addresses=::")]
    [InlineData("address_ttl", "name=x&address_ttl=0")]
    [InlineData("fqdn", "name=x&fqdn=x.maas")]
    public async Task A_name_that_is_wrong_is_400_and_nothing_is_created(string field, string form)
    {
        await using var host = await ApiHost.StartAsync();
        var fields = form.Split('&').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1])).ToArray();
        (await host.PostAsync(host.Admin, "dnsresources/", fields)).Expect(400).Json.TryGetProperty(field, out _).Should().BeTrue();
        (await host.GetAsync(host.Admin, "dnsresources/")).Text.Should().Be("[]");
        (await TakenAsync(host, "10.0.0.1")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_CNAME_is_alone()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "a.maas"), ("ip_addresses", "10.0.0.9"))).Expect(200);
        await RefusedAsync("a.maas", "CNAME", "b", "CNAME records for a name cannot coexist with non-CNAME records.");
        (await host.PostAsync(host.Admin, "dnsresourcerecords/", ("fqdn", "c.maas"), ("rrtype", "CNAME"), ("rrdata", "a"))).Expect(200);
        await RefusedAsync("c.maas", "CNAME", "b", "Only one CNAME can be associated with a name.");
        await RefusedAsync("c.maas", "TXT", "b", "CNAME records for a name cannot coexist with non-CNAME records.");
        var c = (await host.GetAsync(host.Admin, "dnsresources/?fqdn=c.maas")).Expect(200).Json[0];
        (await host.PutAsync(host.Admin, Uri(c), ("ip_addresses", "10.0.0.8"))).Expect(400).Json.GetProperty("__all__")[0].GetString()
            .Should().Be("Cannot add address: CNAME present.");
        (await TakenAsync(host, "10.0.0.8")).Should().BeEmpty();

        async Task RefusedAsync(string fqdn, string type, string data, string reason) =>
            (await host.PostAsync(host.Admin, "dnsresourcerecords/", ("fqdn", fqdn), ("rrtype", type), ("rrdata", data))).Expect(400)
                .Json.GetProperty("__all__")[0].GetString().Should().Be(reason);
    }

    [Fact]
    public async Task Names_belong_to_administrators()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Bob, "dnsresources/", ("fqdn", "a.maas"))).Expect(403);
        (await host.PostAsync(host.Bob, "dnsresourcerecords/", ("fqdn", "a.maas"), ("rrtype", "TXT"), ("rrdata", "x"))).Expect(403);
        (await host.PostAsync(host.Bob, "domains/?op=set_serial", ("serial", "7"))).Expect(403);
        (await host.PostAsync(host.Bob, "domains/0/?op=set_default")).Expect(403);
    }

    [Fact]
    public async Task A_domain_with_names_or_nodes_is_not_deleted_and_one_with_nodes_not_renamed()
    {
        await using var host = await ApiHost.StartAsync();
        var lab = (await host.PostAsync(host.Admin, "domains/", ("name", "lab"))).Expect(200).Json;
        var name = (await host.PostAsync(host.Admin, "dnsresources/", ("fqdn", "x.lab"))).Expect(200).Json;
        (await host.DeleteAsync(host.Admin, Uri(lab))).Expect(400);
        (await host.DeleteAsync(host.Admin, Uri(name))).Expect(204);
        var machine = await host.ReadyAsync();
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("domain", "lab"))).Expect(200);
        (await host.DeleteAsync(host.Admin, Uri(lab))).Expect(400);
        (await host.PutAsync(host.Admin, Uri(lab), ("name", "lab2"))).Expect(400).Json.TryGetProperty("name", out _).Should().BeTrue();
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("domain", "maas"))).Expect(200);
        (await host.PutAsync(host.Admin, Uri(lab), ("name", "lab2"))).Expect(200);
        (await host.DeleteAsync(host.Admin, Uri(lab))).Expect(204);
    }

    [Fact]
    public async Task A_machines_domain_must_exist_and_the_default_one_is_for_new_machines()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("domain", "nowhere"))).Expect(400).Json
            .TryGetProperty("domain", out _).Should().BeTrue();
        var lab = (await host.PostAsync(host.Admin, "domains/", ("name", "lab"))).Expect(200).Json;
        (await host.PostAsync(host.Admin, Uri(lab) + "?op=set_default")).Expect(200).Json.GetProperty("is_default").GetBoolean()
            .Should().BeTrue();
        (await host.GetAsync(host.Admin, "domains/")).Json.EnumerateArray().Count(each => each.GetProperty("is_default").GetBoolean())
            .Should().Be(1);
        (await host.PostAsync(
            host.Admin, "machines/", ("architecture", "amd64"), ("mac_addresses", "52:54:00:00:77:01"), ("commission", "false")))
            .Expect(200).Json.GetProperty("domain").GetProperty("name").GetString().Should().Be("lab");
        (await host.DeleteAsync(host.Admin, Uri(lab))).Expect(400);
    }

    [Fact]
    public async Task All_lists_accepted_machines_too()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.Core.Machines.ReportAddressAsync(machine.Id, IPAddress.Parse("10.0.0.50"), ApiHost.Cancellation);
        var found = (await host.GetAsync(host.Bob, "dnsresources/?all=true")).Expect(200).Json.EnumerateArray().Single();
        (found.GetProperty("fqdn").GetString(), found.GetProperty("id").ValueKind).Should().Be((machine.Fqdn, JsonValueKind.Null));
        (await host.GetAsync(host.Bob, "dnsresources/")).Text.Should().Be("[]");
        machine.Status.Should().NotBe(MachineStatus.New);
    }

    private static string Uri(JsonElement element) => element.GetProperty("resource_uri").GetString()!; // it has one

    private static IEnumerable<string?> Fqdns(Reply reply) =>
        reply.Expect(200).Json.EnumerateArray().Select(each => each.GetProperty("fqdn").GetString());

    private static async Task<IEnumerable<string>> TakenAsync(ApiHost host, params string[] addresses)
    {
        if (addresses.Length == 0) addresses = ["10.0.0.9"];
        IReadOnlyList<AllocatedAddress> taken = await host.Core.Networks.FindAddressesAsync(
            [.. addresses.Select(address => IPAddress.Parse(address))], ApiHost.Cancellation);
        return taken.Select(each => each.Ip.ToString());
    }
}
