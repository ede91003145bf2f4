using System.Text.Json;

namespace Maas.Api.Tests.Topology;

/// <summary>The networks that nodes share, as Terraform, Ansible and Juju use them.</summary>
public class NetworkResourceTests
{
    [Fact]
    public async Task Test_3_A_relay_VLAN_is_an_object_or_null_and_an_unknown_one_is_refused()
    {
        await using var host = await ApiHost.StartAsync();
        var other = (await host.PostAsync(host.Admin, "fabrics/", ("name", "east"))).Expect(200).Json;
        var relay = other.GetProperty("vlans")[0].GetProperty("id").GetInt64();
        Vlan(await host.GetAsync(host.Bob, "fabrics/0/vlans/0/")).GetProperty("relay_vlan").ValueKind.Should().Be(JsonValueKind.Null);

        var refused = (await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", ("relay_vlan", "999999"))).Expect(400).Json;
        refused.GetProperty("relay_vlan").GetArrayLength().Should().Be(1);
        Vlan(await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", ("relay_vlan", $"{relay}"))).GetProperty("relay_vlan")
            .GetProperty("id").GetInt64().Should().Be(relay);
        Vlan(await host.PutAsync(host.Admin, "vlans/5001/", ("relay_vlan", ""))).GetProperty("relay_vlan").ValueKind
            .Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Test_6_DHCP_needs_a_dynamic_range_and_a_rack_and_says_which_is_missing()
    {
        await using var host = await ApiHost.StartAsync();
        var rack = host.Core.Controllers.Self.SystemId.ToString();
        Error(await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", ("dhcp_on", "true")), "dhcp_on")
            .Should().Be("dhcp can only be turned on when a dynamic IP range is defined.");
        await SubnetAsync(host);
        (await host.PostAsync(
            host.Admin, "ipranges/", ("type", "dynamic"), ("start_ip", "10.0.0.100"), ("end_ip", "10.0.0.199"))).Expect(200);
        Error(await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", ("dhcp_on", "true")), "__all__")
            .Should().Be("dhcp can only be turned on when a primary rack controller is set.");
        var on = Vlan(await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", ("dhcp_on", "true"), ("primary_rack", rack)));
        (on.GetProperty("dhcp_on").GetBoolean(), on.GetProperty("primary_rack").GetString()).Should().Be((true, rack));

        var off = Vlan(await host.PutAsync(
            host.Admin, "fabrics/0/vlans/0/", ("primary_rack", ""), ("secondary_rack", ""), ("dhcp_on", "false")));
        (off.GetProperty("dhcp_on").GetBoolean(), off.GetProperty("primary_rack").GetString()).Should().Be((false, null));
        foreach (var field in (string[])["primary_rack", "secondary_rack"])
            (await host.PutAsync(host.Admin, "fabrics/0/vlans/0/", (field, "zzzzzz"))).Expect(400).Json.GetProperty(field)[0].GetString()
                .Should().Be("Select a valid choice. That choice is not one of the available choices.");
    }

    [Fact]
    public async Task Test_7_A_subnet_that_serves_a_dynamic_range_is_not_deleted()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = await SubnetAsync(host);
        var range = (await host.PostAsync(
            host.Admin, "ipranges/", ("type", "dynamic"), ("start_ip", "10.0.0.100"), ("end_ip", "10.0.0.199"))).Expect(200).Json;
        var rack = host.Core.Controllers.Self.SystemId.ToString();
        (await host.PutAsync(host.Admin, "vlans/5001/", ("dhcp_on", "true"), ("primary_rack", rack))).Expect(200);

        var reply = (await host.DeleteAsync(host.Admin, $"subnets/{subnet}/")).Expect(400);
        (reply.ContentType, reply.Text).Should().Be((
            "text/plain; charset=utf-8",
            "Cannot delete a subnet that is actively servicing a dynamic IP range. (Delete the dynamic range or disable DHCP first.)"));
        (await host.GetAsync(host.Bob, $"subnets/{subnet}/")).Expect(200);
        (await host.DeleteAsync(host.Admin, $"ipranges/{range.GetProperty("id")}/")).Expect(400);
        (await host.PutAsync(host.Admin, "vlans/5001/", ("dhcp_on", "false"))).Expect(200);
        (await host.DeleteAsync(host.Admin, $"subnets/{subnet}/?force=true")).Expect(204);
        (await host.GetAsync(host.Bob, $"ipranges/{range.GetProperty("id")}/")).Expect(404);
    }

    [Theory]
    [InlineData("zones/", "zones/n1/", "name=n1&description=d", "description=e", "description")]
    [InlineData("resourcepools/", "resourcepool/1/", "name=p1&description=d", "name=p2", "name")]
    [InlineData("domains/", "domains/1/", "name=example.org&ttl=300", "ttl=600", "ttl")]
    [InlineData("fabrics/", "fabrics/1/", "name=f1&class_type=10g", "class_type=25g", "class_type")]
    [InlineData("spaces/", "spaces/1/", "name=s1", "name=s2", "name")]
    [InlineData("fabrics/0/vlans/", "fabrics/0/vlans/10/", "vid=10&name=v&mtu=9000", "mtu=1400", "mtu")]
    [InlineData("subnets/", "subnets/1/", "cidr=10.0.0.0/24&gateway_ip=10.0.0.1&vlan=5001", "gateway_ip=10.0.0.2", "gateway_ip")]
    [InlineData("subnets/", "subnets/1/", "cidr=fd00:1::/64&fabric=fabric-0&vid=0", "dns_servers=fd00:1::1 fd00:1::2", "dns_servers")]
    public async Task A_noun_is_created_read_updated_listed_and_deleted(
        string list, string item, string create, string update, string changed)
    {
        await using var host = await ApiHost.StartAsync();
        var created = (await host.PostAsync(host.Admin, list, Fields(create))).Expect(200).Json;
        created.GetProperty("resource_uri").GetString().Should().StartWith("/MAAS/api/2.0/").And.EndWith("/");
        var uri = created.GetProperty("resource_uri").GetString()!; // it has one
        (await host.GetAsync(host.Bob, uri)).Expect(200).Json.GetRawText().Should().Be(created.GetRawText());
        (await host.GetAsync(host.Bob, item)).Expect(200).Json.GetRawText().Should().Be(created.GetRawText());
        (await host.GetAsync(host.Bob, list)).Expect(200).Json.EnumerateArray().Select(each => each.GetRawText())
            .Should().Contain(created.GetRawText());

        (await host.PostAsync(host.Bob, list, Fields(create))).Expect(403);
        (await host.PutAsync(host.Bob, item, Fields(update))).Expect(403);
        (await host.DeleteAsync(host.Bob, item)).Expect(403);
        (await host.PostAsync(host.Admin, list, Fields(create))).Expect(400);

        var updated = (await host.PutAsync(host.Admin, item, Fields(update))).Expect(200).Json;
        updated.GetProperty(changed).GetRawText().Should().NotBe(created.GetProperty(changed).GetRawText());
        foreach (var member in created.EnumerateObject().Where(member => member.Name != changed))
            updated.GetProperty(member.Name).GetRawText().Should().Be(member.Value.GetRawText(), member.Name);
        (await host.DeleteAsync(host.Admin, updated.GetProperty("resource_uri").GetString()!)).Expect(204);
        (await host.GetAsync(host.Bob, updated.GetProperty("resource_uri").GetString()!)).Expect(404);
    }

    [Theory]
    [InlineData("subnets/", "cidr", "")]
    [InlineData("subnets/", "cidr", "cidr=10.0.0.0/33")]
    [InlineData("subnets/", "cidr", "cidr=10.0.0.0")]
    [InlineData("subnets/", "gateway_ip", "cidr=10.0.0.0/24&gateway_ip=10.0.1.1")]
    [InlineData("subnets/", "vlan", "cidr=10.0.0.0/24&vlan=4711")]
    [InlineData("subnets/", "vid", "cidr=10.0.0.0/24&vid=4")]
    [InlineData("subnets/", "dns_servers", "cidr=10.0.0.0/24&dns_servers=10.0.0.1,nine")]
    [InlineData("fabrics/", "name", "name=fabric-7")]
    [InlineData("spaces/", "name", "name=space-7")]
    [InlineData("spaces/", "name", "name=undefined")]
    [InlineData("fabrics/0/vlans/", "vid", "vid=4095")]
    [InlineData("fabrics/0/vlans/", "vid", "vid=0")]
    [InlineData("fabrics/0/vlans/", "mtu", "vid=1&mtu=100")]
    [InlineData("fabrics/9/vlans/", "fabric", "vid=1")]
    [InlineData("zones/", "name", "name=default")]
    [InlineData("zones/", "name", "name=a/b")]
    [InlineData("domains/", "name", "name=-a.b")]
    [InlineData("ipranges/", "subnet", "type=reserved&start_ip=10.9.0.1&end_ip=10.9.0.2")]
    [InlineData("ipranges/", "type", "type=odd&start_ip=10.9.0.1&end_ip=10.9.0.2&subnet=1")]
    [InlineData("reservedips/", "mac_address", "ip=10.0.0.1&mac_address=zz")]
    [InlineData("static-routes/", "source", "source=1&destination=2&gateway_ip=10.0.0.1")]
    public async Task A_wrong_field_is_400_and_named_and_nothing_is_created(string list, string field, string form)
    {
        await using var host = await ApiHost.StartAsync();
        var before = (await host.GetAsync(host.Admin, list)).Text;
        (await host.PostAsync(host.Admin, list, Fields(form))).Expect(400).Json.TryGetProperty(field, out _).Should().BeTrue();
        (await host.GetAsync(host.Admin, list)).Text.Should().Be(before);
    }

    [Fact]
    public async Task A_user_reserves_ranges_for_itself_and_no_dynamic_ones()
    {
        await using var host = await ApiHost.StartAsync();
        await SubnetAsync(host);
        var range = (await host.PostAsync(
            host.Bob, "ipranges/", ("type", "reserved"), ("start_ip", "10.0.0.10"), ("end_ip", "10.0.0.19"))).Expect(200).Json;
        range.GetProperty("user").GetProperty("username").GetString().Should().Be("bob");
        (await host.PostAsync(
            host.Bob, "ipranges/", ("type", "dynamic"), ("start_ip", "10.0.0.20"), ("end_ip", "10.0.0.29"))).Expect(403);
        (await host.PutAsync(host.Bob, $"ipranges/{range.GetProperty("id")}/", ("type", "dynamic"))).Expect(403);
        (await host.DeleteAsync(host.Eve, $"ipranges/{range.GetProperty("id")}/")).Expect(403);
        (await host.DeleteAsync(host.Bob, $"ipranges/{range.GetProperty("id")}/")).Expect(204);
    }

    [Fact]
    public async Task A_subnet_counts_its_addresses()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = await SubnetAsync(host);
        (await host.PostAsync(
            host.Admin, "ipranges/", ("type", "dynamic"), ("start_ip", "10.0.0.100"), ("end_ip", "10.0.0.199"))).Expect(200);
        (await host.PostAsync(host.Admin, "reservedips/", ("ip", "10.0.0.50"), ("mac_address", "52-54-00-AA-BB-01"))).Expect(200);

        var statistics = (await host.GetAsync(host.Bob, $"subnets/{subnet}/?op=statistics&include_ranges=true")).Expect(200).Json;
        statistics.GetProperty("num_available").GetInt64().Should().Be(254 - 100 - 1);
        statistics.GetProperty("total_addresses").GetInt64().Should().Be(254);
        statistics.GetProperty("ranges").GetArrayLength().Should().Be(5);
        (await host.GetAsync(host.Bob, "subnets/10.0.0.0%2F24/?op=reserved_ip_ranges")).Expect(200).Json[1]
            .GetProperty("purpose")[0].GetString().Should().Be("dynamic");
        (await host.GetAsync(host.Bob, $"subnets/{subnet}/?op=unreserved_ip_ranges")).Expect(200).Json.GetArrayLength().Should().Be(3);
    }

    [Fact]
    public async Task Machines_are_in_zones_and_pools_and_found_by_them()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "zones/", ("name", "north"))).Expect(200);
        (await host.PostAsync(host.Admin, "resourcepools/", ("name", "lab"))).Expect(200);
        var machine = await host.ReadyAsync();
        var other = await host.ReadyAsync("52:54:00:00:00:02");
        var moved = (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("zone", "north"), ("pool", "lab"))).Expect(200).Json;
        (moved.GetProperty("zone").GetProperty("name").GetString(), moved.GetProperty("pool").GetProperty("name").GetString())
            .Should().Be(("north", "lab"));

        (await host.PutAsync(host.Admin, "zones/north/", ("name", "south"))).Expect(200);
        await FindsAsync("zone=south", machine.Id.ToString());
        await FindsAsync("zone=default", other.Id.ToString());
        await FindsAsync("not_in_zone=south&pool=default", other.Id.ToString());
        (await host.GetAsync(host.Admin, "machines/?zone=north")).Expect(400);
        (await host.PostAsync(host.Bob, "machines/?op=allocate", ("zone", "south"))).Expect(200).Json
            .GetProperty("system_id").GetString().Should().Be(machine.Id.ToString());
        (await host.DeleteAsync(host.Admin, "zones/south/")).Expect(204);
        await FindsAsync("zone=default", machine.Id.ToString(), other.Id.ToString());

        async Task FindsAsync(string query, params string[] ids) =>
            (await host.GetAsync(host.Admin, $"machines/?{query}")).Expect(200).Json.EnumerateArray()
                .Select(each => each.GetProperty("system_id").GetString()).Should().Equal(ids);
    }

    private static (string Name, string Value)[] Fields(string form) =>
        [.. form.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('=', 2)).Select(each => (each[0], each[1]))];

    private static JsonElement Vlan(Reply reply) => reply.Expect(200).Json;

    private static string? Error(Reply reply, string field) => reply.Expect(400).Json.GetProperty(field)[0].GetString();

    private static async Task<long> SubnetAsync(ApiHost host) =>
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"))).Expect(200).Json.GetProperty("id").GetInt64();
}
