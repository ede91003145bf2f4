using System.Net;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Topology;

public class NetworksTests
{
    [Fact]
    public async Task What_exists_from_the_start_has_MAASs_ids_and_is_created_once()
    {
        await using var test = await TestCore.OpenInFileAsync();
        await test.ReopenAsync();
        var topology = await test.Core.Topology.GetAsync();

        topology.Zones.Select(zone => (zone.Id, zone.Name)).Should().Equal((1, "default"));
        topology.ResourcePools.Select(pool => (pool.Id, pool.Name)).Should().Equal((1, "default"));
        topology.Domains.Select(domain => (domain.Id, domain.Name, domain.IsDefault)).Should().Equal((1, "maas", true));
        topology.Fabrics.Select(fabric => (fabric.Id, fabric.Name)).Should().Equal((1, "fabric-0"));
        topology.Vlans.Select(vlan => (vlan.Id, vlan.Vid, vlan.Name)).Should().Equal((5001, 0, "untagged"));
        (await test.Core.Controllers.ListAsync()).Should().ContainSingle().Which.SystemId.Should().Be(test.Core.Controllers.Self.SystemId);
    }

    [Fact]
    public async Task A_change_is_an_audit_event_of_its_user()
    {
        await using var test = await TestCore.OpenAsync();
        await CreateAsync(test.Core.Networks.Zones, new Zone { Name = "north" });
        var events = await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit });
        events.Select(each => (each.Note.Username, each.Note.Description)).Should().Contain(("alice", "Zone 'north' was created."));
    }

    [Fact]
    public async Task Of_overlapping_ranges_that_are_created_at_once_one_is()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var subnet = await SubnetAsync(test);
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() =>
            test.Core.Networks.IpRanges.CreateAsync(
                new IpRange { SubnetId = subnet.Id, Start = Ip($"10.0.0.{100 + number}"), End = Ip("10.0.0.150") }, null))));

        results.OfType<RecordEdit<IpRange>.Done>().Should().ContainSingle();
        results.OfType<RecordEdit<IpRange>.Refused>().Select(refused => refused.Reason).Distinct().Should()
            .Equal("Requested dynamic range conflicts with an existing range.");
    }

    [Fact]
    public async Task A_fabric_is_created_and_deleted_with_its_VLAN()
    {
        await using var test = await TestCore.OpenAsync();
        var fabric = await CreateAsync(test.Core.Networks.Fabrics, new Fabric());
        var topology = await test.Core.Topology.GetAsync();
        var vlan = topology.VlansOf(fabric.Id).Should().ContainSingle().Which;
        (fabric.Name, vlan.Vid).Should().Be(("fabric-1", 0));

        (await test.Core.Networks.Vlans.DeleteAsync(vlan.Id, null)).Should().BeOfType<RecordEdit<Vlan>.InUse>()
            .Which.Reason.Should().Be("This VLAN is the default VLAN in the fabric, it cannot be deleted.");
        (await test.Core.Networks.Fabrics.DeleteAsync(fabric.Id, null)).Should().BeOfType<RecordEdit<Fabric>.Done>();
        (await test.Core.Topology.GetAsync()).FindVlan(vlan.Id).Should().BeNull();
    }

    [Fact]
    public async Task What_exists_from_the_start_cannot_be_deleted()
    {
        await using var test = await TestCore.OpenAsync();
        var networks = test.Core.Networks;
        (await networks.Zones.DeleteAsync(1, null)).Should().BeOfType<RecordEdit<Zone>.InUse>();
        (await networks.ResourcePools.DeleteAsync(1, null)).Should().BeOfType<RecordEdit<ResourcePool>.InUse>();
        (await networks.Domains.DeleteAsync(1, null)).Should().BeOfType<RecordEdit<Domain>.InUse>();
        (await networks.Fabrics.DeleteAsync(1, null)).Should().BeOfType<RecordEdit<Fabric>.InUse>();
        (await networks.Zones.DeleteAsync(99, null)).Should().BeOfType<RecordEdit<Zone>.NotFound>();
    }

    [Fact]
    public async Task The_machines_of_a_deleted_zone_are_in_the_default_one_and_a_pool_with_machines_stays()
    {
        await using var test = await TestCore.OpenAsync();
        var zone = await CreateAsync(test.Core.Networks.Zones, new Zone { Name = "north" });
        var pool = await CreateAsync(test.Core.Networks.ResourcePools, new ResourcePool { Name = "lab" });
        var machine = await test.EnlistAsync();
        (await test.Machines.EditAsync(machine.Id, null, each => each with { ZoneId = zone.Id, PoolId = pool.Id }))
            .Should().BeOfType<EditResult.Done>();

        (await test.Core.Networks.ResourcePools.DeleteAsync(pool.Id, null)).Should().BeOfType<RecordEdit<ResourcePool>.InUse>();
        (await test.Core.Networks.Zones.DeleteAsync(zone.Id, null)).Should().BeOfType<RecordEdit<Zone>.Done>();
        var topology = await test.Core.Topology.GetAsync();
        topology.ZoneOf((await test.Machines.GetAsync(machine.Id))!.ZoneId).Name.Should().Be("default");
        (await test.Machines.EditAsync(machine.Id, null, each => each with { ZoneId = 77 }))
            .Should().BeOfType<EditResult.Refused>().Which.Field.Should().Be("zone");
    }

    [Fact]
    public async Task A_served_subnet_is_stored_once_and_another_link_gets_a_fabric_of_its_own()
    {
        await using var test = await TestCore.OpenAsync();
        var rack = test.Core.Controllers.Self.SystemId;
        ServedSubnet Served(string cidr, string first, string last) => new()
        {
            Subnet = new Subnet { Cidr = IPNetwork.Parse(cidr) }, DynamicRanges = [(Ip(first), Ip(last))], Rack = rack,
        };

        for (var i = 0; i < 2; i++) await ApplyAsync(test, Served("10.0.0.0/24", "10.0.0.100", "10.0.0.199"));
        await ApplyAsync(test, Served("10.0.1.0/24", "10.0.1.100", "10.0.1.199"));
        await ApplyAsync(
            test, Served("fd00::/64", "fd00::1000", "fd00::1fff") with { SameLinkAs = IPNetwork.Parse("10.0.1.0/24") });

        var topology = await test.Core.Topology.GetAsync();
        topology.IpRanges.Select(range => range.Start.ToString()).Should().Equal("10.0.0.100", "10.0.1.100", "fd00::1000");
        topology.Vlans.Select(vlan => (vlan.FabricId, vlan.DhcpOn, vlan.PrimaryRack)).Should().Equal((1, true, rack), (2, true, rack));
        topology.Subnets.Select(subnet => topology.FindVlan(subnet.VlanId)!.FabricId).Should().Equal(1, 2, 2);
    }

    [Fact]
    public async Task What_a_configuration_says_otherwise_than_before_is_changed_and_what_users_changed_stays()
    {
        await using var test = await TestCore.OpenAsync();
        var (reserved, other) = ((Ip("10.0.0.9"), Mac("52:54:00:00:00:09")), (Ip("10.0.0.8"), Mac("52:54:00:00:00:08")));
        var first = new ServedSubnet
        {
            Subnet = new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), Gateway = Ip("10.0.0.1"), DnsServers = [Ip("10.0.0.2")] },
            DynamicRanges = [(Ip("10.0.0.100"), Ip("10.0.0.119")), (Ip("10.0.0.120"), Ip("10.0.0.139"))],
            Reserved = [reserved],
            Rack = test.Core.Controllers.Self.SystemId,
        };
        await ApplyAsync(test, first);
        var subnet = (await test.Core.Topology.GetAsync()).Subnets.Single();
        await test.Core.Networks.Subnets.UpdateAsync(subnet.Id, each => each with { DnsServers = [Ip("10.0.0.3")] }, "alice");
        await CreateAsync(
            test.Core.Networks.IpRanges, new IpRange { SubnetId = subnet.Id, Start = Ip("10.0.0.200"), End = Ip("10.0.0.209") });
        await ApplyAsync(test, first);

        await ApplyAsync(test, first with
        {
            Subnet = first.Subnet with { Gateway = Ip("10.0.0.254"), DnsServers = [] },
            DynamicRanges = [(Ip("10.0.0.100"), Ip("10.0.0.119")), (Ip("10.0.0.120"), Ip("10.0.0.149"))],
            Reserved = [other],
        });

        var topology = await test.Core.Topology.GetAsync();
        topology.Subnets.Should().ContainSingle().Which.Gateway.Should().Be(Ip("10.0.0.254"));
        topology.Subnets[0].DnsServers.Should().Equal([Ip("10.0.0.3")], "a user set it");
        topology.IpRanges.Select(range => $"{range.Start} {range.End}").Should().BeEquivalentTo(
            "10.0.0.100 10.0.0.119", "10.0.0.120 10.0.0.149", "10.0.0.200 10.0.0.209");
        topology.ReservedIps.Select(each => (each.Ip, each.MacAddress)).Should().Equal(other);
    }

    [Theory]
    [InlineData("10.0.0.", "10.0.0.0/24")]
    [InlineData("fd00:77::", "fd00:77::/64")]
    public async Task Each_host_that_serves_a_subnet_joins_its_name_servers_once_and_names_itself_first(string start, string prefix)
    {
        await using var test = await TestCore.OpenAsync();
        var cidr = IPNetwork.Parse(prefix);
        await ServeAsync(1);
        await ServeAsync(2);
        await ServeAsync(2);

        (await StoredAsync()).Should().Equal(Of(1), Of(2));
        (await OrderAsync(2)).Should().Equal(Of(2), Of(1));
        (await OrderAsync(1)).Should().Equal(Of(1), Of(2));
        foreach (var host in new[] { 3, 4 }) await ServeAsync(host);
        (await StoredAsync()).Should().Equal([Of(1), Of(2), Of(3)], "resolvers use three");

        var subnet = (await test.Core.Topology.GetAsync()).Subnets.Single();
        await SetAsync(Of(1), Of(3));
        await ServeAsync(2);
        (await StoredAsync()).Should().Equal([Of(1), Of(3)], "a user removed it");
        await SetAsync(Of(53), Of(1));
        foreach (var host in new[] { 1, 2, 4 }) await ServeAsync(host);
        (await StoredAsync()).Should().Equal([Of(53), Of(1)], "a user chose them");
        (await OrderAsync(1)).Should().Equal(Of(53), Of(1));

        IPAddress Of(int host) => Ip($"{start}{host}");

        Task ServeAsync(int host) => ApplyAsync(test, new ServedSubnet
        {
            Subnet = new Subnet { Cidr = cidr, DnsServers = [Of(host)] },
            Rack = SystemId.Parse($"abcd4{"xabcd"[host]}"),
            HostNameServer = Of(host),
        });

        async Task<IReadOnlyList<IPAddress>> StoredAsync() => (await test.Core.Topology.GetAsync()).Subnets.Single().DnsServers;

        async Task<IReadOnlyList<IPAddress>> OrderAsync(int host) =>
            await test.Core.Networks.OrderNameServersAsync(cidr, await StoredAsync(), Of(host));

        Task SetAsync(params IPAddress[] servers) =>
            test.Core.Networks.Subnets.UpdateAsync(subnet.Id, each => each with { DnsServers = servers }, "alice");
    }

    [Fact]
    public async Task The_name_server_of_a_host_that_has_another_address_is_replaced_among_those_of_others()
    {
        await using var test = await TestCore.OpenAsync();
        foreach (var (host, address) in new[] { (1, "10.0.0.1"), (2, "10.0.0.2"), (1, "10.0.0.7") })
            await ApplyAsync(test, new ServedSubnet
            {
                Subnet = new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), DnsServers = [Ip(address)] },
                Rack = SystemId.Parse($"abcd4{"xabcd"[host]}"),
                HostNameServer = Ip(address),
            });

        (await test.Core.Topology.GetAsync()).Subnets.Single().DnsServers.Should().Equal(Ip("10.0.0.7"), Ip("10.0.0.2"));
    }

    [Fact]
    public async Task A_name_server_that_the_configuration_names_later_replaces_those_that_are_hosts()
    {
        await using var test = await TestCore.OpenAsync();
        foreach (var host in new[] { 1, 2 })
            await ApplyAsync(test, OfHost(host, $"10.0.0.{host}") with { HostNameServer = Ip($"10.0.0.{host}") });

        await ApplyAsync(test, OfHost(1, "10.0.0.53"));
        (await test.Core.Topology.GetAsync()).Subnets.Single().DnsServers.Should().Equal(Ip("10.0.0.53"));
        await ApplyAsync(test, OfHost(2, "10.0.0.2") with { HostNameServer = Ip("10.0.0.2") });
        (await test.Core.Topology.GetAsync()).Subnets.Single().DnsServers.Should().Equal(Ip("10.0.0.53"));
    }

    [Fact]
    public async Task A_host_that_started_before_the_present_name_server_was_known_as_a_host_joins_later()
    {
        await using var test = await TestCore.OpenAsync();
        await ApplyAsync(test, OfHost(1, "10.0.0.1")); // as a version stored it that did not note hosts
        await ApplyAsync(test, OfHost(2, "10.0.0.2") with { HostNameServer = Ip("10.0.0.2") });
        await JoinAsync();
        (await test.Core.Topology.GetAsync()).Subnets.Single().DnsServers.Should().Equal([Ip("10.0.0.1")], "a user may have chosen it");

        await ApplyAsync(test, OfHost(1, "10.0.0.1") with { HostNameServer = Ip("10.0.0.1") });
        await JoinAsync();
        await JoinAsync();
        (await test.Core.Topology.GetAsync()).Subnets.Single().DnsServers.Should().Equal(Ip("10.0.0.1"), Ip("10.0.0.2"));

        async Task JoinAsync() =>
            (await test.Core.Networks.JoinNameServersAsync(IPNetwork.Parse("10.0.0.0/24"), Ip("10.0.0.2"))).Should().BeEmpty();
    }

    private static ServedSubnet OfHost(int host, string server) => new()
    {
        Subnet = new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), DnsServers = [Ip(server)] },
        Rack = SystemId.Parse($"abcd4{"xabcd"[host]}"),
    };

    [Fact]
    public async Task What_a_rule_refuses_of_a_configuration_is_named_and_tried_again()
    {
        await using var test = await TestCore.OpenAsync();
        var first = new ServedSubnet
        {
            Subnet = new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24") },
            DynamicRanges = [(Ip("10.0.0.100"), Ip("10.0.0.119"))],
            Rack = test.Core.Controllers.Self.SystemId,
        };
        await ApplyAsync(test, first);
        var subnet = (await test.Core.Topology.GetAsync()).Subnets.Single();
        var ofUser = await CreateAsync(
            test.Core.Networks.IpRanges, new IpRange { SubnetId = subnet.Id, Start = Ip("10.0.0.130"), End = Ip("10.0.0.139") });
        var wider = first with { DynamicRanges = [(Ip("10.0.0.100"), Ip("10.0.0.149"))] };

        (await test.Core.Networks.ApplyServedAsync(wider)).Should().Equal("Requested dynamic range conflicts with an existing range.");
        await test.Core.Networks.IpRanges.DeleteAsync(ofUser.Id, null);
        await ApplyAsync(test, wider);
        (await test.Core.Topology.GetAsync()).IpRanges.Should().ContainSingle().Which.End.Should().Be(Ip("10.0.0.149"));
        (await test.Core.Networks.ApplyServedAsync(first with { DynamicRanges = [] })).Should().ContainSingle()
            .Which.Should().StartWith("Cannot delete the last dynamic IP range");
    }

    [Fact]
    public async Task A_watcher_sees_the_state_after_the_last_change()
    {
        await using var test = await TestCore.OpenAsync();
        await using var states = test.Core.Topology.WatchAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator();
        (await states.MoveNextAsync()).Should().BeTrue();
        var next = states.MoveNextAsync();
        next.IsCompleted.Should().BeFalse();
        await CreateAsync(test.Core.Networks.Zones, new Zone { Name = "north" });
        (await next).Should().BeTrue();
        states.Current.FindZone("north").Should().NotBeNull();
    }

    private static async Task ApplyAsync(TestCore test, ServedSubnet served) =>
        (await test.Core.Networks.ApplyServedAsync(served)).Should().BeEmpty();

    private static async Task<T> CreateAsync<T>(RecordSet<T> records, T record)
        where T : StoredRecord => (await records.CreateAsync(record, "alice")).Should().BeOfType<RecordEdit<T>.Done>().Which.Record;

    private static Task<Subnet> SubnetAsync(TestCore test) =>
        CreateAsync(test.Core.Networks.Subnets, new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), VlanId = Vlan.DefaultId });

    private static IPAddress Ip(string text) => IPAddress.Parse(text);

    private static MacAddress Mac(string text) => MacAddress.Parse(text);
}
