using System.Text.Json;
using Maas.Core.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Legacy;

/// <summary>API 1.0 as of MAAS 1.9, beyond what 12.04 had.</summary>
public class Api19Tests
{
    private const string Root = "/MAAS/api/1.0/";

    [Fact]
    public async Task Tags_are_listed_made_put_on_nodes_and_list_nodes_of_1_0()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Admin, Root + "tags/?op=new", ("name", "fast"), ("comment", "c"))).Expect(200).Json
            .GetProperty("resource_uri").GetString().Should().Be(Root + "tags/fast/");
        (await host.PostAsync(host.Admin, Root + "tags/", ("op", "new"), ("name", "slow"))).Expect(200);
        (await host.PostAsync(host.Bob, Root + "tags/?op=new", ("name", "mine"))).Expect(403);
        foreach (var list in (string[])["tags/?op=list", "tags/"])
            (await host.GetAsync(host.Bob, Root + list)).Expect(200).Json.EnumerateArray()
                .Select(tag => tag.GetProperty("name").GetString()).Should().Equal("fast", "slow");
        var counts = (await host.PostAsync(
            host.Admin, Root + "tags/fast/?op=update_nodes", ("add", machine.Id.ToString()))).Expect(200).Json;
        counts.GetProperty("added").GetInt32().Should().Be(1);
        var node = (await host.GetAsync(host.Bob, Root + "tags/fast/?op=nodes")).Expect(200).Json[0];
        (node.GetProperty("resource_uri").GetString(), node.GetProperty("status").GetInt32()).Should()
            .Be(($"{Root}nodes/{machine.Id}/", 4));
        (await host.GetAsync(host.Bob, Root + "tags/none/?op=nodes")).Expect(404);
        (await host.GetAsync(host.Bob, Root + "tags/fast/?op=machines")).Expect(400);
        (await host.DeleteAsync(host.Admin, Root + "tags/fast/")).Expect(204);
    }

    [Fact]
    public async Task Zones_users_events_and_boot_resources_are_those_of_2_0_with_addresses_of_1_0()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();

        foreach (var path in (string[])["zones/", "zones/?op=list", "users/", "boot-resources/"])
            (await host.GetAsync(host.Admin, Root + path)).Expect(200).Json[0].GetProperty("resource_uri").GetString().Should()
                .StartWith(Root);
        (await host.GetAsync(host.Admin, Root + "users/?op=whoami")).Expect(200).Json.GetProperty("username").GetString().Should()
            .Be("admin");
        var page = (await host.GetAsync(host.Admin, Root + "events/?op=query&limit=1")).Expect(200).Json;
        page.GetProperty("next_uri").GetString().Should().StartWith(Root + "events/?op=query");
        (await host.GetAsync(host.Admin, page.GetProperty("next_uri").GetString()!)).Expect(200);
    }

    [Fact]
    public async Task Ssh_keys_are_made_and_listed_by_op()
    {
        await using var host = await ApiHost.StartAsync();
        const string Keys = Root + "account/prefs/sshkeys/";
        const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0HmXUrL7qg9hQZ8l9Kx5tzcQqT5t4q3mI8o5JvFqTj bob@home";

        var uri = (await host.PostAsync(host.Bob, Keys + "?op=new", ("key", Key))).Expect(201).Json
            .GetProperty("resource_uri").GetString()!;

        uri.Should().StartWith(Keys);
        (await host.GetAsync(host.Bob, Keys + "?op=list")).Expect(200).Json[0].GetProperty("key").GetString().Should().Be(Key);
        (await host.DeleteAsync(host.Bob, uri)).Expect(204);
    }

    [Fact]
    public async Task An_image_is_uploaded_below_1_0()
    {
        await using var host = await ApiHost.StartAsync();
        var bytes = new byte[] { 1, 2, 3 };

        var resource = (await host.PostAsync(host.Admin, Root + "boot-resources/", ("name", "custom/x"), ("architecture", "amd64/generic"),
            ("filetype", "ddraw"), ("size", "3"),
            ("sha256", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))))).Expect(201).Json;
        var upload = resource.GetProperty("sets").EnumerateObject().Single().Value.GetProperty("files").EnumerateObject().Single().Value
            .GetProperty("upload_uri").GetString()!;

        upload.Should().StartWith(Root);
        (await host.SendAsync("PUT", upload, host.Sign(host.Admin), new ByteArrayContent(bytes))).Expect(200);
    }

    [Fact]
    public async Task Describe_has_the_handlers_that_the_command_of_2012_reads()
    {
        await using var host = await ApiHost.StartAsync();

        var reply = (await host.SendAsync("GET", Root + "describe/")).Expect(200);

        reply.ContentType.Should().Be("application/json");
        var handlers = reply.Json.GetProperty("handlers").EnumerateArray().ToList();
        var nodes = handlers.Single(each => each.GetProperty("name").GetString() == "NodesHandler");
        nodes.GetProperty("path").GetString().Should().Be(Root + "nodes/");
        nodes.GetProperty("uri").GetString().Should().Be($"{host.Origin}{Root}nodes/");
        nodes.GetProperty("actions").EnumerateArray().Select(each => each.GetProperty("op").GetString()).Should()
            .Contain(["new", "list", "acquire", "accept_all", "set_zone"]);
        reply.Json.GetProperty("resources").GetArrayLength().Should().Be(handlers.Count);
        (await host.SendAsync("GET", "describe/")).Expect(200).Json.GetProperty("handlers").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task All_declared_nodes_are_accepted_at_once()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        await host.ReadyAsync("52:54:00:00:00:03");

        (await host.PostAsync(host.Bob, Root + "nodes/?op=accept_all")).Expect(403);
        (await host.PostAsync(host.Admin, Root + "nodes/?op=accept_all")).Expect(200).Json.EnumerateArray()
            .Select(node => node.GetProperty("system_id").GetString()).Should().Equal(one.Id.ToString(), two.Id.ToString());
    }

    [Fact]
    public async Task Power_parameters_of_many_nodes_are_for_administrators()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();
        (await host.PutAsync(host.Admin, $"{Root}nodes/{machine.Id}/",
            ("power_type", "ipmi"), ("power_parameters_power_address", "10.0.0.9"))).Expect(200);

        (await host.GetAsync(host.Bob, Root + "nodes/?op=power_parameters")).Expect(403);
        (await host.GetAsync(host.Admin, $"{Root}nodes/?op=power_parameters&id={machine.Id}")).Expect(200).Json
            .GetProperty(machine.Id.ToString()).GetProperty("power_address").GetString().Should().Be("10.0.0.9");
    }

    [Fact]
    public async Task Commissioning_that_takes_too_long_is_failed_and_listed()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        await using var host = await ApiHost.StartAsync(time);
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission());

        (await host.PostAsync(host.Admin, Root + "nodes/?op=check_commissioning")).Expect(200).Json.GetArrayLength().Should().Be(0);
        time.Advance(TimeSpan.FromMinutes(31));
        var failed = (await host.PostAsync(host.Admin, Root + "nodes/?op=check_commissioning")).Expect(200).Json;

        failed.EnumerateArray().Select(node => node.GetProperty("system_id").GetString()).Should().Equal(machine.Id.ToString());
        failed[0].GetProperty("substatus").GetInt32().Should().Be(2);
        (await host.PostAsync(host.Admin, Root + "nodes/?op=check_commissioning")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Nodes_are_put_into_a_zone_by_an_administrator()
    {
        await using var host = await ApiHost.StartAsync();
        var id = (await host.EnlistAsync()).Id.ToString();
        Task<Reply> SetAsync(Core.Accounts.ApiKey key, params (string, string)[] fields) =>
            host.PostAsync(key, Root + "nodes/?op=set_zone", fields);

        (await SetAsync(host.Bob, ("zone", "default"), ("nodes", id))).Expect(403);
        (await SetAsync(host.Admin, ("nodes", id))).Expect(400).Json.GetProperty("zone").GetArrayLength().Should().Be(1);
        (await SetAsync(host.Admin, ("zone", "nowhere"), ("nodes", id))).Expect(400);
        (await SetAsync(host.Admin, ("zone", "default"), ("nodes", "aaaaaa"))).Expect(400).Text.Should().Be("Unknown node(s): aaaaaa.");
        (await SetAsync(host.Admin, ("zone", "default"), ("nodes", id))).Expect(200);
    }

    [Fact]
    public async Task A_node_has_the_members_of_1_9()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        var node = (await host.GetAsync(host.Bob, $"{Root}nodes/{machine.Id}/")).Expect(200).Json;

        node.EnumerateObject().Select(each => each.Name).Should().Contain(
        [
            "owner", "pxe_mac", "min_hwe_kernel", "hwe_kernel", "cpu_count", "memory", "swap_size", "storage", "substatus",
            "substatus_name", "substatus_message", "substatus_action", "osystem", "distro_series", "boot_type", "netboot",
            "power_type", "power_state",
            "tag_names", "ip_addresses", "interface_set", "routers", "zone", "disable_ipv4", "constraint_map", "constraints_by_type",
            "boot_disk", "blockdevice_set", "physicalblockdevice_set", "virtualblockdevice_set",
        ]);
        node.GetProperty("pxe_mac").GetProperty("mac_address").GetString().Should().Be("52:54:00:00:00:01");
        node.GetProperty("boot_disk").GetProperty("name").GetString().Should().Be("vda");
        node.GetProperty("hostname").GetString().Should().Be(machine.Fqdn);
    }

    [Theory]
    [InlineData("machines")]
    [InlineData(Root + "nodes")]
    public async Task A_curtin_config_is_of_a_deployment_and_has_no_key(string nodes)
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        var path = $"{nodes}/{machine.Id}/?op=get_curtin_config";
        (await host.GetAsync(host.Bob, path)).Expect(409).Text.Should().Contain("'Ready' state");
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);
        var token = await host.TokenAsync(machine);

        var config = (await host.GetAsync(host.Bob, path)).Expect(200);

        config.ContentType.Should().StartWith("text/plain");
        config.Text.Should().Contain("type: \"dd-raw\"").And.Contain("devices: [ \"/dev/vda\" ]").And.Contain("op=netboot_off")
            .And.NotContain(token.TokenKey).And.NotContain(token.TokenSecret.Reveal());
        (await host.GetAsync(host.Eve, path)).Code.Should().BeOneOf(403, 404);
    }

    [Fact]
    public async Task Networks_are_the_subnets_and_a_node_is_on_those_that_contain_its_addresses()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));
        (await host.GetAsync(host.Bob, Root + "networks/")).Expect(200).Json.GetRawText().Should().Be("[]");
        (await host.PostAsync(host.Admin, Root + "subnets/?op=new", ("cidr", "10.0.0.0/22"), ("gateway_ip", "10.0.0.1"))).Expect(200)
            .Json.GetProperty("resource_uri").GetString().Should().StartWith(Root + "subnets/");
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.1.0.0/24"), ("name", "lan"))).Expect(200);
        await host.Core.Machines.ReportAddressAsync(one.Id, System.Net.IPAddress.Parse("10.0.0.5"), ApiHost.Cancellation);
        async Task<JsonElement> ReadAsync(string path) => (await host.GetAsync(host.Bob, Root + path)).Expect(200).Json;

        var networks = await ReadAsync("networks/?op=list");
        networks.EnumerateArray().Select(each => each.GetProperty("name").GetString()).Should().Equal("10.0.0.0/22", "lan");
        foreach (var (name, value) in new[] { ("ip", "10.0.0.0"), ("netmask", "255.255.252.0"), ("default_gateway", "10.0.0.1") })
            networks[0].GetProperty(name).GetString().Should().Be(value);
        networks[0].GetProperty("vlan_tag").GetInt32().Should().Be(0);
        foreach (var network in networks.EnumerateArray())
        {
            var read = (await host.GetAsync(host.Bob, network.GetProperty("resource_uri").GetString()!)).Expect(200).Json;
            JsonElement.DeepEquals(read, network).Should().BeTrue();
        }

        (await ReadAsync($"networks/?node={one.Id}")).EnumerateArray().Select(each => each.GetProperty("name").GetString()).Should()
            .Equal("10.0.0.0/22");
        (await ReadAsync($"networks/?node={two.Id}")).GetRawText().Should().Be("[]");
        (await ReadAsync("networks/10.0.0.0%2F22/?op=list_connected_macs")).EnumerateArray()
            .Select(each => each.GetProperty("mac_address").GetString()).Should().Equal("52:54:00:00:00:01");
        (await ReadAsync("networks/lan/?op=list_connected_macs")).GetRawText().Should().Be("[]");
        (await host.GetAsync(host.Bob, Root + "networks/?node=unknown")).Expect(400);
        (await host.GetAsync(host.Bob, Root + "networks/wan/")).Expect(404);
    }

    [Fact]
    public async Task Zones_and_networks_are_made_and_removed_below_1_0()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        var zone = (await host.PostAsync(host.Admin, Root + "zones/", ("name", "east"))).Expect(200).Json;
        (await host.PostAsync(host.Admin, Root + "nodes/?op=set_zone", ("zone", "east"), ("nodes", machine.Id.ToString()))).Expect(200);
        (await host.GetAsync(host.Bob, $"{Root}nodes/?op=list&zone=east")).Expect(200).Json[0].GetProperty("zone")
            .GetProperty("resource_uri").GetString().Should().Be(zone.GetProperty("resource_uri").GetString());
        (await host.PostAsync(host.Bob, Root + "nodes/?op=acquire", ("zone", "east"))).Expect(200);
        foreach (var noun in (string[])["fabrics", "spaces"])
        {
            var uri = (await host.PostAsync(host.Admin, $"{Root}{noun}/?op=new", ("name", "mine"))).Expect(200).Json
                .GetProperty("resource_uri").GetString()!;
            uri.Should().StartWith($"{Root}{noun}/");
            (await host.DeleteAsync(host.Admin, uri)).Expect(204);
            (await host.PostAsync(host.Bob, $"{Root}{noun}/?op=new", ("name", "mine"))).Expect(403);
        }
    }

    [Fact]
    public async Task Every_list_of_1_0_is_read_by_op_and_plainly_with_the_same_answer()
    {
        await using var host = await ApiHost.StartAsync();
        await host.ReadyAsync();
        var both = host.Routes.Resources.Where(resource => resource.Path.StartsWith("api/1.0/", StringComparison.Ordinal)
            && resource.Parameters.Count == 0 && resource.Actions.Any(action => action is { Method: "GET", Op: "list" })
            && resource.Actions.Any(action => action is { Method: "GET", Op: null })).ToList();

        both.Should().HaveCountGreaterThan(8);
        foreach (var path in both.Select(resource => "/MAAS/" + resource.Path))
        {
            var plain = (await host.GetAsync(host.Admin, path)).Expect(200).Json;
            JsonElement.DeepEquals((await host.GetAsync(host.Admin, path + "?op=list")).Expect(200).Json, plain).Should().BeTrue(path);
        }
    }
}
