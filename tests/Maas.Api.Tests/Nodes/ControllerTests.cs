using System.Text.Json;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Nodes;

/// <summary>Rack and region controllers, and lists of nodes of all types.</summary>
public class ControllerTests
{
    [Theory]
    [InlineData("rackcontrollers")]
    [InlineData("regioncontrollers")]
    public async Task This_host_is_listed_read_and_changed(string kind)
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "zones/", ("name", "lab"))).Expect(200);
        var self = host.Core.Controllers.Self;

        var listed = (await host.GetAsync(host.Bob, $"{kind}/")).Expect(200).Json.EnumerateArray().Should().ContainSingle().Subject;
        (Text(listed, "system_id"), Text(listed, "hostname"), Text(listed, "fqdn"), Text(listed, "resource_uri")).Should().Be(
            (self.SystemId.ToString(), self.Hostname, self.Fqdn, $"/MAAS/api/2.0/{kind}/{self.SystemId}/"));
        (listed.GetProperty("node_type").GetInt32(), Text(listed, "node_type_name")).Should().Be((4, "Region and rack controller"));
        listed.GetProperty("cpu_count").GetInt32().Should().BePositive();
        listed.GetProperty("memory").GetInt32().Should().BePositive();
        Text(listed, "version").Should().NotBeEmpty();
        listed.GetProperty("service_set").EnumerateArray().Select(each => (Text(each, "name"), Text(each, "status"))).Should()
            .Equal(("regiond", "running"), ("rackd", "running"));
        (await host.GetAsync(host.Bob, $"{kind}/{self.SystemId}/")).Expect(200).Json.GetRawText().Should().Be(listed.GetRawText());

        var changed = (await host.PutAsync(
            host.Admin, $"{kind}/{self.SystemId}/", ("zone", "lab"), ("description", "in the cellar"), ("power_type", ""))).Expect(200)
            .Json;
        (Text(changed.GetProperty("zone"), "name"), Text(changed, "description")).Should().Be(("lab", "in the cellar"));
        (await host.GetAsync(host.Bob, $"{kind}/?zone=lab&hostname={self.Hostname}")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.GetAsync(host.Bob, $"{kind}/?zone=default")).Expect(200).Json.GetArrayLength().Should().Be(0);

        (await host.PutAsync(host.Bob, $"{kind}/{self.SystemId}/", ("zone", "default"))).Expect(403);
        (await host.PutAsync(host.Admin, $"{kind}/{self.SystemId}/", ("zone", "moon"))).Expect(400);
        (await host.PutAsync(host.Admin, $"{kind}/{self.SystemId}/", ("domain", "moon"))).Expect(400);
        (await host.PutAsync(host.Admin, $"{kind}/{self.SystemId}/", ("power_type", "ipmi"))).Expect(400);
        (await host.PutAsync(host.Admin, $"{kind}/zzzzzz/", ("zone", "lab"))).Expect(404);
        (await host.DeleteAsync(host.Bob, $"{kind}/{self.SystemId}/")).Expect(403);
        (await host.DeleteAsync(host.Admin, $"{kind}/{self.SystemId}/")).Expect(400);
        (await host.DeleteAsync(host.Admin, $"{kind}/{self.SystemId}/?force=true")).Expect(400);
        (await host.SendAsync("GET", $"{kind}/")).Expect(401);
    }

    [Fact]
    public async Task Interfaces_of_a_host_are_shown_with_the_subnets_of_their_addresses_and_are_not_changed()
    {
        await using var host = await ApiHost.StartAsync();
        var self = host.Core.Controllers.Self;
        await host.Core.Controllers.Records.UpdateAsync(self.Id, each => each with
        {
            Interfaces =
            [
                new HostInterface
                {
                    Name = "eno1", MacAddress = MacAddress.Parse("52:54:00:00:0c:01"), Mtu = 9000, SpeedMbps = 10_000,
                    Addresses = ["10.0.0.5", "203.0.113.9", "fd00::5"],
                },
                new HostInterface { Name = "eno2", Mtu = 1500 },
            ],
        }, null, ApiHost.Cancellation);
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"), ("vlan", "5001"))).Expect(200);
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "fd00::/64"), ("vlan", "5001"))).Expect(200);

        var shown = (await host.GetAsync(host.Admin, $"rackcontrollers/{self.SystemId}/")).Expect(200).Json.GetProperty("interface_set");
        var listed = (await host.GetAsync(host.Admin, $"nodes/{self.SystemId}/interfaces/")).Expect(200).Json;

        listed.GetRawText().Should().Be(shown.GetRawText());
        shown.EnumerateArray().Select(one => (one.GetProperty("name").GetString(), one.GetProperty("mac_address").GetString(),
            one.GetProperty("effective_mtu").GetInt32(), one.GetProperty("link_speed").GetInt32())).Should()
            .Equal(("eno1", "52:54:00:00:0c:01", 9000, 10_000), ("eno2", null, 1500, 0));
        shown[0].GetProperty("vlan").GetProperty("id").GetInt64().Should().Be(5001);
        shown[0].GetProperty("links").EnumerateArray().Select(link => (link.GetProperty("mode").GetString(),
            link.GetProperty("subnet").GetProperty("cidr").GetString(), link.GetProperty("ip_address").GetString())).Should()
            .Equal(("static", "10.0.0.0/24", "10.0.0.5"), ("static", "fd00::/64", "fd00::5"));
        var id = shown[0].GetProperty("id").GetInt64();
        (await host.GetAsync(host.Admin, $"nodes/{self.SystemId}/interfaces/{id}/")).Expect(200).Json.GetRawText().Should()
            .Be(shown[0].GetRawText());
        (await host.DeleteAsync(host.Admin, $"nodes/{self.SystemId}/interfaces/{id}/")).Expect(409);
        (await host.PutAsync(host.Admin, $"nodes/{self.SystemId}/interfaces/{id}/", ("name", "x"))).Expect(409);
    }

    [Fact]
    public async Task A_peer_that_serves_DHCP_alone_is_deleted_by_force_and_its_name_is_free_again()
    {
        var directory = Directory.CreateTempSubdirectory("maas-api-").FullName;
        try
        {
            string peer;
            await using (var first = await StartAsync(directory, "peer"))
            {
                peer = first.Core.Controllers.Self.SystemId.ToString();
                var subnet = (await first.PostAsync(first.Admin, "subnets/", ("cidr", "10.0.0.0/24"))).Expect(200).Json;
                (await first.PostAsync(
                    first.Admin, "ipranges/", ("type", "dynamic"), ("subnet", subnet.GetProperty("id").GetRawText()),
                    ("start_ip", "10.0.0.10"), ("end_ip", "10.0.0.20"))).Expect(200);
                (await first.PutAsync(first.Admin, "fabrics/0/vlans/0/", ("dhcp_on", "true"), ("primary_rack", peer))).Expect(200);
            }

            await using var host = await StartAsync(directory, "self");
            var racks = (await host.GetAsync(host.Admin, "rackcontrollers/")).Expect(200).Json.EnumerateArray().ToList();
            racks.Select(each => Text(each, "hostname")).Should().Equal("peer", "self");
            racks[0].GetProperty("vlan_ids").GetRawText().Should().Be("[5001]");
            Text(racks[0].GetProperty("service_set")[0], "status").Should().Be("unknown");

            (await host.DeleteAsync(host.Admin, $"rackcontrollers/{peer}/")).Expect(400).Text.Should().Be(
                "Unable to delete 'peer'; it is currently set as a primary rack controller on VLANs untagged "
                + "and no other rack controller can provide DHCP.");
            (await host.DeleteAsync(host.Admin, $"rackcontrollers/{peer}/?force=true")).Expect(204);

            var vlan = (await host.GetAsync(host.Admin, "fabrics/0/vlans/0/")).Expect(200).Json;
            (vlan.GetProperty("dhcp_on").GetBoolean(), vlan.GetProperty("primary_rack").ValueKind).Should().Be((false, JsonValueKind.Null));
            (await host.PostAsync(host.Admin, "devices/", ("hostname", "peer"), ("mac_addresses", "52:54:00:dd:00:01"))).Expect(200);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task What_a_controller_does_not_do_is_refused_and_what_it_knows_is_told()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var id = host.Core.Controllers.Self.SystemId;
        foreach (var op in (string[])["abort", "override_failed_testing", "power_on", "power_off", "test"])
        {
            (await host.PostAsync(host.Admin, $"rackcontrollers/{id}/?op={op}", ("comment", "x"))).Expect(409);
            (await host.PostAsync(host.Admin, $"rackcontrollers/zzzzzz/?op={op}")).Expect(404).Text.Should()
                .Be("No RackController matches the given query.");
            (await host.PostAsync(host.Bob, $"rackcontrollers/{id}/?op={op}")).Expect(403);
        }

        (await host.PostAsync(host.Admin, "rackcontrollers/?op=import_boot_images")).Expect(202);
        (await host.PostAsync(host.Admin, $"rackcontrollers/{id}/?op=import_boot_images")).Expect(202);
        (await host.GetAsync(host.Bob, $"rackcontrollers/{id}/?op=query_power_state")).Expect(200).Text.Should().Be("""{"state":"on"}""");
        (await host.GetAsync(host.Admin, $"rackcontrollers/{id}/?op=power_parameters")).Expect(200).Text.Should().Be("{}");
        (await host.GetAsync(host.Admin, "rackcontrollers/?op=power_parameters")).Expect(200).Text.Should().Be("{\"" + id + "\":{}}");
        (await host.GetAsync(host.Bob, $"regioncontrollers/{id}/?op=details")).Expect(200).ContentType.Should().Be("application/bson");
        var images = (await host.GetAsync(host.Admin, $"rackcontrollers/{id}/?op=list_boot_images")).Expect(200).Json;
        (images.GetProperty("connected").GetBoolean(), Text(images.GetProperty("images")[0], "name")).Should()
            .Be((true, "custom/debian-12"));

        var types = (await host.GetAsync(host.Admin, "rackcontrollers/?op=describe_power_types")).Expect(200).Json;
        var ipmi = types.EnumerateArray().Single(type => Text(type, "name") == "ipmi");
        ipmi.GetProperty("fields").EnumerateArray().Where(field => field.GetProperty("required").GetBoolean())
            .Select(field => Text(field, "name")).Should().Equal("power_address");
        ipmi.GetProperty("fields").EnumerateArray().Single(field => Text(field, "name") == "power_pass")
            .GetProperty("field_type").GetString().Should().Be("password");
        (await host.GetAsync(host.Bob, "rackcontrollers/?op=describe_power_types")).Expect(403);
    }

    [Fact]
    public async Task Nodes_of_all_types_are_listed_filtered_read_and_deleted()
    {
        await using var host = await ApiHost.StartAsync();
        var self = host.Core.Controllers.Self;
        var machine = await host.ReadyAsync();
        var device = Text(
            (await host.PostAsync(
                host.Bob, "devices/", ("mac_addresses", "52:54:00:dd:00:01"), ("parent", machine.Id.ToString()))).Expect(200).Json,
            "system_id");
        var (m, c) = (machine.Id.ToString(), self.SystemId.ToString());

        foreach (var (query, expected) in new[]
        {
            ("", new[] { device, m, c }), ("?domain=maas", [device, m, c]), ($"?id={m}", [m]), ($"?id={c}&id={device}", [device, c]),
            ($"?hostname={self.Hostname}", [c]), ("?mac_address=52:54:00:dd:00:01", [device]), ("?status=ready", [m]), ("?mem=1", [m]),
            ("?pool=default", [m]), ("?zone=default", [device, m, c]), ($"?parent={m}", [device]), ("?owner=bob", [device]),
            ("?not_status=ready", [device, c]), ($"?not_id={m}", [device, c]), ("?agent_name=juju", []),
        })
        {
            (await host.GetAsync(host.Bob, "nodes/" + query)).Expect(200).Json.EnumerateArray().Select(each => Text(each, "system_id"))
                .Should().Equal(expected, query);
        }

        (await host.GetAsync(host.Eve, "nodes/")).Expect(200).Json.GetArrayLength().Should().Be(2);
        (await host.GetAsync(host.Bob, "nodes/?nonsense=1")).Expect(400);
        foreach (var (id, type) in new[] { (m, 0), (device, 1), (c, 4) })
        {
            (await host.GetAsync(host.Bob, $"nodes/{id}/")).Expect(200).Json.GetProperty("node_type").GetInt32().Should().Be(type);
            (await host.GetAsync(host.Bob, $"nodes/{id}/interfaces/")).Expect(200).Json.ValueKind.Should().Be(JsonValueKind.Array);
            (await host.GetAsync(host.Bob, $"nodes/{id}/?op=details")).Expect(200).ContentType.Should().Be("application/bson");
            (await host.GetAsync(host.Bob, $"nodes/{id}/?op=power_parameters")).Expect(403);
            (await host.GetAsync(host.Admin, $"nodes/{id}/?op=power_parameters")).Expect(200);
        }

        (await host.PostAsync(host.Admin, $"nodes/{c}/interfaces/?op=create_physical", ("mac_address", "52:54:00:dd:00:02"))).Expect(409);
        (await host.GetAsync(host.Eve, $"nodes/{device}/")).Expect(404);
        (await host.DeleteAsync(host.Eve, $"nodes/{device}/")).Expect(404);
        (await host.DeleteAsync(host.Bob, $"nodes/{m}/")).Expect(403);
        (await host.DeleteAsync(host.Bob, $"nodes/{c}/")).Expect(403);
        (await host.DeleteAsync(host.Admin, $"nodes/{c}/")).Expect(400);
        (await host.DeleteAsync(host.Bob, $"nodes/{device}/")).Expect(204);
        (await host.DeleteAsync(host.Admin, $"nodes/{m}/")).Expect(204);
        (await host.DeleteAsync(host.Admin, $"nodes/{m}/")).Expect(404).Text.Should().Be("No Node matches the given query.");
    }

    [Fact]
    public async Task A_tag_is_put_on_nodes_of_all_types_renamed_and_removed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = (await host.ReadyAsync()).Id.ToString();
        var created = (await host.PostAsync(host.Bob, "devices/", ("mac_addresses", "52:54:00:dd:00:01"))).Expect(200).Json;
        var device = Text(created, "system_id");
        var controller = host.Core.Controllers.Self.SystemId.ToString();
        (await host.PostAsync(host.Admin, "tags/", ("name", "blue"))).Expect(200);

        var updated = (await host.PostAsync(
            host.Admin, "tags/blue/?op=update_nodes", ("add", machine), ("add", device), ("add", controller), ("add", "zzzzzz")))
            .Expect(200).Json;
        updated.GetRawText().Should().Be("""{"added":3,"removed":0}""");
        (await host.PutAsync(host.Admin, "tags/blue/", ("name", "green"))).Expect(200);
        foreach (var (op, expected) in new[]
        {
            ("machines", new[] { machine }), ("devices", [device]), ("rack_controllers", [controller]),
            ("region_controllers", [controller]), ("nodes", [device, machine, controller]),
        })
        {
            var tagged = (await host.GetAsync(host.Bob, $"tags/green/?op={op}")).Expect(200).Json;
            tagged.EnumerateArray().Select(each => Text(each, "system_id")).Should().Equal(expected, op);
        }

        (await host.GetAsync(host.Eve, "tags/green/?op=devices")).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await host.GetAsync(host.Bob, "devices/?tags=green")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.GetAsync(host.Bob, "nodes/?not_tags=green")).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await host.PostAsync(host.Admin, "tags/green/?op=update_nodes", ("remove", device))).Expect(200);
        (await host.GetAsync(host.Bob, $"devices/{device}/")).Expect(200).Json.GetProperty("tag_names").GetArrayLength().Should().Be(0);

        (await host.DeleteAsync(host.Admin, "tags/green/")).Expect(204);
        (await host.GetAsync(host.Bob, $"rackcontrollers/{controller}/")).Expect(200).Json.GetProperty("tag_names").GetRawText().Should()
            .Be("[]");
    }

    private static Task<ApiHost> StartAsync(string directory, string name) =>
        ApiHost.StartAsync(store: directory, configureCore: options => options.ControllerHostname = name);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
