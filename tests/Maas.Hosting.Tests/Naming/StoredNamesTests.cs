using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Topology;
using Maas.Hosting.Naming;
using Maas.Sqlite;

namespace Maas.Hosting.Tests.Naming;

/// <summary>The names that operators chose beside the machines.</summary>
public sealed class StoredNamesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-names-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Names_have_their_addresses_and_records_and_addresses_reverse_to_them()
    {
        await using var core = await OpenAsync();
        await NameAsync(core, 1, "www", "10.0.0.9");
        await RecordAsync(core, 1, "@", DnsRecordKind.Mx, "10 mail", ttl: 60);
        await RecordAsync(core, 1, "_sip._tcp", DnsRecordKind.Srv, "0 5 5060 www");
        await RecordAsync(core, 1, "alias", DnsRecordKind.Cname, "www.example.org.");
        var table = await TableAsync(core);

        table.AddressesOf("www").Should().Equal(IPAddress.Parse("10.0.0.9"));
        table.NameAt(IPAddress.Parse("10.0.0.9")).Should().Be("www.maas");
        table.Find("maas")!.Records.Should().Equal(new HostRecord.MailExchange(10, "mail.maas") { TimeToLive = TimeSpan.FromSeconds(60) });
        table.Find("_sip._tcp.maas")!.Records.Should().Equal(new HostRecord.Service(0, 5, 5060, "www.maas"));
        table.Find("alias.maas")!.Records.Should().Equal(new HostRecord.CanonicalName("www.example.org"));
        table.Find("_tcp.maas").Should().Be(HostRecords.None, "a name exists when one below it does");
        table.Find("other.maas").Should().BeNull();
    }

    [Fact]
    public async Task A_machine_and_a_name_of_operators_are_one_name_and_a_machine_is_no_alias()
    {
        await using var core = await OpenAsync();
        await NameAsync(core, 1, "node-1", "10.0.0.9");
        await RecordAsync(core, 1, "node-2", DnsRecordKind.Cname, "node-1");
        var table = await TableAsync(core, Machine("node-1", "10.0.0.7"), Machine("node-2", "10.0.0.8"));
        table.AddressesOf("node-1").Should().Equal(IPAddress.Parse("10.0.0.7"), IPAddress.Parse("10.0.0.9"));
        table.Find("node-2.maas")!.Records.Should().BeEmpty();
        table.AddressesOf("node-2").Should().Equal(IPAddress.Parse("10.0.0.8"));
    }

    [Fact]
    public async Task Further_domains_are_served_with_their_machines_if_this_server_is_authoritative_for_them()
    {
        await using var core = await OpenAsync();
        await core.Networks.Domains.CreateAsync(new Domain { Name = "lab", Ttl = 30 }, null);
        await core.Networks.Domains.CreateAsync(new Domain { Name = "foreign", Authoritative = false }, null);
        await NameAsync(core, 2, "web", "10.0.0.9");
        var table = await TableAsync(core, Machine("node-1", "10.0.0.7") with { Domain = "lab" }, Machine("node-2", "10.0.0.8") with
        {
            Domain = "foreign",
        });

        table.DomainOf("web.lab").Should().Be("lab");
        table.DomainOf("x.foreign").Should().BeNull();
        table.DomainOf("x.maas").Should().BeNull("that is this host's own");
        table.Find("node-1.lab")!.AddressTimeToLive.Should().Be(TimeSpan.FromSeconds(30));
        table.Find("web.lab")!.AddressTimeToLive.Should().Be(TimeSpan.FromSeconds(30));
        table.Find("node-2.foreign").Should().BeNull();
        table.Names.Should().BeEmpty("the zone of this host has neither");
    }

    [Fact]
    public async Task A_star_is_every_name_that_does_not_exist()
    {
        await using var core = await OpenAsync();
        await NameAsync(core, 1, "*", "10.0.0.9");
        await NameAsync(core, 1, "a.b", "10.0.0.8");
        var table = await TableAsync(core, Machine("node-1", "10.0.0.7"));
        table.AddressesOf("anything").Should().Equal(IPAddress.Parse("10.0.0.9"));
        table.AddressesOf("x.y").Should().Equal(IPAddress.Parse("10.0.0.9"));
        table.AddressesOf("node-1").Should().Equal(IPAddress.Parse("10.0.0.7"));
        table.AddressesOf("x.b").Should().BeNull("b exists: RFC 4592 section 3.3.1");
        table.NameAt(IPAddress.Parse("10.0.0.9")).Should().BeNull();
    }

    [Fact]
    public async Task A_change_of_a_record_is_a_change()
    {
        await using var core = await OpenAsync();
        await RecordAsync(core, 1, "t", DnsRecordKind.Txt, "one");
        var before = await TableAsync(core);
        before.Says(await TableAsync(core)).Should().BeTrue();
        var names = await core.Dns.GetAsync();
        await core.Dns.UpdateRecordAsync(names.Records[0].Id, record => record with { Data = "two" }, null);
        before.Says(await TableAsync(core)).Should().BeFalse();
    }

    private Task<MaasCore> OpenAsync() =>
        MaasCore.OpenAsync(new SqliteMaasStore(new SqliteStoreOptions { DataSource = Path.Combine(_directory, "maas.db") }));

    private static async Task<HostTable> TableAsync(MaasCore core, params Machine[] machines) =>
        HostTable.Of(machines, [], "maas", await core.Dns.GetAsync());

    private static async Task NameAsync(MaasCore core, long domain, string name, string address) =>
        (await core.Dns.CreateResourceAsync(
            new DnsResource { DomainId = domain, Name = name, Addresses = [IPAddress.Parse(address)] }, null))
            .Should().BeOfType<RecordEdit<DnsResource>.Done>();

    private static async Task RecordAsync(MaasCore core, long domain, string name, DnsRecordKind type, string data, int? ttl = null) =>
        (await core.Dns.CreateRecordAsync(domain, name, new DnsRecord { Type = type, Data = data, Ttl = ttl }, null))
            .Should().BeOfType<RecordEdit<DnsRecord>.Done>();

    private static Machine Machine(string name, string address) => new()
    {
        Id = SystemId.New(), Status = MachineStatus.Ready, Hostname = name, Domain = "maas", IpAddresses = [address],
    };
}
