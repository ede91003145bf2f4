using System.Text.Json;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Nodes;

/// <summary>Devices as Terraform, Juju and python-libmaas create, read, update and delete them.</summary>
public class DeviceTests
{
    private const string Mac = "52:54:00:dd:00:01";

    [Fact]
    public async Task A_device_is_created_read_changed_found_and_deleted_as_Terraform_does()
    {
        await using var host = await ApiHost.StartAsync();
        // terraform-provider-maas 2.4: create, list to import, read, update, delete.
        var created = (await host.PostAsync(
            host.Bob, "devices/?op=", ("description", "core switch"), ("domain", "maas"), ("hostname", "switch-1"), ("mac_addresses", Mac),
            ("mac_addresses", "52-54-00-DD-00-02"))).Expect(200).Json;
        var id = created.GetProperty("system_id").GetString()!;
        created.GetProperty("resource_uri").GetString().Should().Be($"/MAAS/api/2.0/devices/{id}/");
        (Text(created, "hostname"), Text(created, "fqdn"), Text(created, "owner"), Text(created, "description")).Should()
            .Be(("switch-1", "switch-1.maas", "bob", "core switch"));
        (created.GetProperty("node_type").GetInt32(), Text(created, "node_type_name")).Should().Be((1, "Device"));
        created.GetProperty("parent").ValueKind.Should().Be(JsonValueKind.Null);
        created.GetProperty("interface_set").EnumerateArray().Select(one => (Text(one, "name"), Text(one, "mac_address"))).Should()
            .Equal(("eth0", Mac), ("eth1", "52:54:00:dd:00:02"));

        var list = (await host.GetAsync(host.Bob, "devices/")).Expect(200).Json;
        list.EnumerateArray().Should().ContainSingle().Which.GetRawText().Should().Be(created.GetRawText());
        (await host.GetAsync(host.Bob, $"devices/{id}/")).Expect(200).Json.GetRawText().Should().Be(created.GetRawText());

        var changed = (await host.PutAsync(
            host.Bob, $"devices/{id}/", ("description", ""), ("domain", "maas"), ("hostname", "switch-2"), ("zone", "default"))).Expect(200)
            .Json;
        (Text(changed, "hostname"), Text(changed, "description"), Text(changed, "system_id")).Should().Be(("switch-2", "", id));
        changed.GetProperty("interface_set").GetRawText().Should().Be(created.GetProperty("interface_set").GetRawText());

        (await host.DeleteAsync(host.Bob, $"devices/{id}/")).Expect(204);
        (await host.GetAsync(host.Bob, $"devices/{id}/")).Expect(404).Text.Should().Be("No Device matches the given query.");
        (await host.PostAsync(host.Bob, "devices/", ("hostname", "switch-2"), ("mac_addresses", Mac))).Expect(200);
    }

    [Fact]
    public async Task A_container_gets_interfaces_and_addresses_as_Juju_does_and_goes_with_its_machine()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"))).Expect(200).Json;
        var (subnetId, vlan) = (subnet.GetProperty("id").GetRawText(), subnet.GetProperty("vlan").GetProperty("id").GetRawText());

        var device = (await host.PostAsync(
            host.Bob, "devices/", ("hostname", "juju-1-lxd-0"), ("domain", "maas"), ("mac_addresses", Mac),
            ("parent", machine.Id.ToString()))).Expect(200).Json;
        var id = Text(device, "system_id");
        Text(device, "parent").Should().Be(machine.Id.ToString());
        var eth0 = device.GetProperty("interface_set")[0].GetProperty("id").GetRawText();
        (await host.PutAsync(host.Bob, $"nodes/{id}/interfaces/{eth0}/", ("name", "eth0"), ("vlan", vlan), ("mtu", "1400"))).Expect(200);
        var linked = (await host.PostAsync(
            host.Bob, $"nodes/{id}/interfaces/{eth0}/?op=link_subnet", ("mode", "STATIC"), ("subnet", subnetId))).Expect(200).Json;
        Text(linked.GetProperty("links")[0], "ip_address").Should().Be("10.0.0.1");
        var eth1 = (await host.PostAsync(
            host.Bob, $"nodes/{id}/interfaces/?op=create_physical", ("name", "eth1"), ("mac_address", "52:54:00:dd:00:02"), ("vlan", vlan)))
            .Expect(200).Json;
        (await host.PostAsync(
            host.Bob, $"nodes/{id}/interfaces/{eth1.GetProperty("id").GetRawText()}/?op=link_subnet", ("mode", "static"),
            ("subnet", subnetId), ("ip_address", "10.0.0.1"))).Expect(400).Json.GetProperty("ip_address")[0].GetString().Should()
            .Be("IP address is already in use.");

        var shown = (await host.GetAsync(host.Bob, $"devices/{id}/")).Expect(200).Json;
        shown.GetProperty("ip_addresses").EnumerateArray().Select(each => each.GetString()).Should().Equal("10.0.0.1");
        (await host.GetAsync(host.Bob, $"devices/?parent={machine.Id}")).Expect(200).Json.GetArrayLength().Should().Be(1);
        var used = (await host.GetAsync(host.Admin, $"subnets/{subnetId}/?op=ip_addresses")).Expect(200).Json;
        used.EnumerateArray().Should().ContainSingle().Which.GetProperty("ip").GetString().Should().Be("10.0.0.1");
        (await host.DeleteAsync(host.Admin, $"subnets/{subnetId}/")).Expect(400);

        (await host.DeleteAsync(host.Admin, $"machines/{machine.Id}/")).Expect(204);
        (await host.GetAsync(host.Bob, $"devices/{id}/")).Expect(404);
        (await host.GetAsync(host.Admin, $"subnets/{subnetId}/?op=ip_addresses")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Host_names_and_addresses_are_unique_among_machines_devices_and_controllers()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var self = host.Core.Controllers.Self.Hostname;
        await CreateAsync(host, "printer", Mac);
        const string Exists = "Node with this Hostname already exists.";

        foreach (var name in (string[])[machine.Hostname, "printer", self, machine.Hostname + ".maas"])
            (await host.PostAsync(host.Admin, "devices/", ("hostname", name), ("mac_addresses", "52:54:00:dd:00:09"))).Expect(400)
                .Json.GetProperty("hostname")[0].GetString().Should().Be(Exists);
        foreach (var name in (string[])["printer", self])
            (await host.PutAsync(host.Admin, $"machines/{machine.Id}/", ("hostname", name))).Expect(400)
                .Json.GetProperty("hostname")[0].GetString().Should().Be(Exists);
        (await host.PostAsync(
            host.Admin, "machines/", ("hostname", "printer"), ("architecture", "amd64"), ("mac_addresses", "52:54:00:dd:00:08"),
            ("power_type", "manual"))).Expect(400).Json.GetProperty("hostname")[0].GetString().Should().Be(Exists);

        foreach (var mac in (string[])[Mac, machine.MacAddresses[0].ToString()])
            (await host.PostAsync(host.Admin, "devices/", ("hostname", "other"), ("mac_addresses", mac))).Expect(400)
                .Json.GetProperty("mac_addresses")[0].GetString().Should().StartWith($"MAC address {mac} already in use");
        (await host.PostAsync(
            host.Admin, "machines/", ("architecture", "amd64"), ("mac_addresses", Mac), ("power_type", "manual"))).Expect(400)
            .Json.GetProperty("mac_addresses")[0].GetString().Should().Contain("already in use");
        (await host.PostAsync(host.Admin, $"nodes/{machine.Id}/interfaces/?op=create_physical", ("mac_address", Mac))).Expect(400)
            .Json.GetProperty("mac_address")[0].GetString().Should().Contain("already");
        (await host.GetAsync(host.Admin, "devices/")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("id=@1", 1)]
    [InlineData("id=@1&system_id=@2", 1, 2)]
    [InlineData("id=none&id=", "")]
    [InlineData("hostname=ONE.lab", 1)]
    [InlineData("hostname=one.maas", "")]
    [InlineData("hostname=two&hostname=three", 2, 3)]
    [InlineData("mac_address=52-54-00-DD-00-01", 1)]
    [InlineData("mac_address=52:54:00:dd:00:77", "")]
    [InlineData("domain=lab", 1)]
    [InlineData("not_domain=lab", 2, 3)]
    [InlineData("zone=east", 2)]
    [InlineData("zone=default", 1, 3)]
    [InlineData("zone=default&zone=east", 1, 2, 3)]
    [InlineData("not_zone=default", 2)]
    [InlineData("owner=eve", 3)]
    [InlineData("owner=eve&owner=bob&tags=edge", 1)]
    [InlineData("parent=@1", 2)]
    [InlineData("not_parent=@1", 1, 3)]
    [InlineData("tags=edge", 1)]
    [InlineData("tags=edge,rack", "")]
    [InlineData("not_tags=edge", 2, 3)]
    [InlineData("pool=default", "")]
    public async Task A_list_of_devices_is_what_the_filters_select(string query, params object[] places)
    {
        await using var host = await ApiHost.StartAsync();
        var number = 0;
        (await host.PostAsync(host.Admin, "domains/", ("name", "lab"))).Expect(200);
        (await host.PostAsync(host.Admin, "zones/", ("name", "east"))).Expect(200);
        foreach (var tag in (string[])["edge", "rack"]) (await host.PostAsync(host.Admin, "tags/", ("name", tag))).Expect(200);
        var one = await CreateAsync("one", host.Bob, ("domain", "lab"));
        var two = await CreateAsync("two", host.Bob, ("zone", "east"), ("parent", one));
        var three = await CreateAsync("three", host.Eve);
        (await host.PostAsync(host.Admin, "tags/edge/?op=update_nodes", ("add", one))).Expect(200);
        (await host.PostAsync(host.Admin, "tags/rack/?op=update_nodes", ("add", two))).Expect(200);
        string[] ids = ["", one, two, three];
        IEnumerable<string> expected = places is [""] ? [] : places.Select(place => ids[(int)place]);

        query = query.Replace("@1", one, StringComparison.Ordinal).Replace("@2", two, StringComparison.Ordinal);
        (await ListAsync(host.Admin)).Should().Equal(expected);
        (await ListAsync(host.Bob)).Should().Equal(expected.Where(id => id != three), "another user's device is not seen");

        async Task<IEnumerable<string>> ListAsync(Maas.Core.Accounts.ApiKey key) =>
            (await host.GetAsync(key, $"devices/?{query}")).Expect(200).Json.EnumerateArray().Select(each => Text(each, "system_id"));

        async Task<string> CreateAsync(string name, Maas.Core.Accounts.ApiKey key, params (string, string)[] more) => Text(
            (await host.PostAsync(key, "devices/", [("hostname", name), ("mac_addresses", $"52:54:00:dd:00:{++number:x2}"), .. more]))
            .Expect(200).Json, "system_id");
    }

    [Fact]
    public async Task A_user_has_at_most_as_many_devices_as_the_quota_allows_however_many_are_created_at_once()
    {
        await using var host = await ApiHost.StartAsync(configureCore: options => options.Quotas.DevicesPerUser = 3);
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            host.PostAsync(host.Bob, "devices/", ("mac_addresses", $"52:54:00:dd:01:{number:x2}"))));

        replies.Count(reply => reply.Code == 200).Should().Be(3);
        replies.Where(reply => reply.Code != 200).Should().AllSatisfy(reply =>
            reply.Expect(507).Text.Should().Be("A user has at most 3 devices. Delete one first."));
        (await host.PostAsync(host.Eve, "devices/", ("mac_addresses", "52:54:00:dd:02:01"))).Expect(200);
        var own = (await host.GetAsync(host.Bob, "devices/")).Expect(200).Json;
        (await host.DeleteAsync(host.Bob, $"devices/{Text(own[0], "system_id")}/")).Expect(204);
        (await host.PostAsync(host.Bob, "devices/", ("mac_addresses", "52:54:00:dd:01:99"))).Expect(200);
    }

    [Fact]
    public async Task An_anonymous_machine_with_the_address_of_a_device_learns_nothing_and_is_not_stored()
    {
        await using var host = await ApiHost.StartAsync();
        await CreateAsync(host, "printer", Mac);

        var reply = (await host.SendAsync(
            "POST", "machines/", null, ApiHost.Form(("architecture", "amd64"), ("mac_addresses", Mac), ("hostname", "guess")))).Expect(200);

        reply.Json.GetProperty("hostname").GetString().Should().Be("guess");
        (await host.GetAsync(host.Admin, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_device_is_its_owners_to_change_and_everybodys_when_it_has_none()
    {
        await using var host = await ApiHost.StartAsync();
        var bobs = Text((await host.PostAsync(host.Bob, "devices/", ("mac_addresses", Mac))).Expect(200).Json, "system_id");
        var result = await host.Core.Devices.CreateAsync(
            new NewDevice { MacAddresses = [MacAddress.Parse("52:54:00:dd:00:02")] }, owner: null, ApiHost.Cancellation);
        var free = result.Should().BeOfType<DeviceResult.Done>().Which.Device.SystemId.ToString();

        (await host.GetAsync(host.Eve, "devices/")).Expect(200).Json.EnumerateArray().Select(each => Text(each, "system_id")).Should()
            .Equal(free);
        (await host.GetAsync(host.Admin, "devices/")).Expect(200).Json.GetArrayLength().Should().Be(2);
        foreach (var (method, path) in new[]
        {
            ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "?op=details"), ("POST", "?op=restore_networking_configuration"),
            ("POST", "?op=restore_default_configuration"), ("POST", "?op=set_owner_data"), ("POST", "?op=set_workload_annotations"),
        })
        {
            (await host.SendAsync(method, $"devices/{bobs}/{path}", host.Sign(host.Eve))).Expect(404);
            (await host.SendAsync(method, $"devices/{bobs}/{path}")).Expect(401);
            (await host.SendAsync(method, $"devices/{free}/{path}", host.Sign(host.Eve)))
                .Expect(path is "" && method is "GET" || path is "?op=details" ? 200 : 403);
        }

        foreach (var (path, code) in new[]
        {
            ("?op=create_physical", 403), ("eth0/?op=disconnect", 403), ("eth0/?op=add_tag", 403), ("eth0/?op=link_subnet", 403),
        })
        {
            (await host.PostAsync(host.Eve, $"nodes/{free}/interfaces/{path}")).Expect(code);
            (await host.PostAsync(host.Eve, $"nodes/{bobs}/interfaces/{path}")).Expect(404);
        }

        (await host.GetAsync(host.Bob, $"devices/{bobs}/?op=power_parameters")).Expect(403);
        (await host.GetAsync(host.Admin, $"devices/{bobs}/?op=power_parameters")).Expect(200).Text.Should().Be("{}");
        (await host.GetAsync(host.Bob, $"devices/{bobs}/?op=details")).Expect(200).ContentType.Should().Be("application/bson");
        (await host.DeleteAsync(host.Admin, $"devices/{bobs}/")).Expect(204);
    }

    [Fact]
    public async Task Owner_data_is_set_and_removed_key_by_key()
    {
        await using var host = await ApiHost.StartAsync();
        var id = await CreateAsync(host, "printer", Mac);

        foreach (var op in (string[])["set_owner_data", "set_workload_annotations"])
        {
            (await host.PostAsync(host.Admin, $"devices/{id}/?op={op}", ("rack", "12"), ("tier", "gold"))).Expect(200)
                .Json.GetProperty("owner_data").GetRawText().Should().Be("""{"rack":"12","tier":"gold"}""");
            (await host.PostAsync(host.Admin, $"devices/{id}/?op={op}", ("tier", ""))).Expect(200)
                .Json.GetProperty("workload_annotations").GetRawText().Should().Be("""{"rack":"12"}""");
        }

        (await host.PostAsync(host.Admin, $"devices/{id}/?op=set_owner_data", (new string('k', 300), "x"))).Expect(400);
    }

    [Fact]
    public async Task The_links_of_a_device_are_restored()
    {
        await using var host = await ApiHost.StartAsync();
        var subnet = (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"))).Expect(200)
            .Json.GetProperty("id").GetRawText();
        var id = await CreateAsync(host, "printer", Mac);
        (await host.PostAsync(host.Admin, $"nodes/{id}/interfaces/eth0/?op=link_subnet", ("mode", "static"), ("subnet", subnet)))
            .Expect(200);

        var restored = (await host.PostAsync(host.Admin, $"devices/{id}/?op=restore_networking_configuration")).Expect(200).Json;

        Text(restored.GetProperty("interface_set")[0].GetProperty("links")[0], "mode").Should().Be("dhcp");
        restored.GetProperty("ip_addresses").GetArrayLength().Should().Be(0);
        (await host.PostAsync(host.Admin, $"nodes/{id}/interfaces/?op=create_bridge", ("name", "br0"), ("parent", "eth0"))).Expect(404)
            .Text.Should().Be("No Machine matches the given query.");
    }

    [Theory]
    [InlineData("mac_addresses", "hostname=x")]
    [InlineData("mac_addresses", "mac_addresses=")]
    [InlineData("mac_addresses", "mac_addresses=nonsense")]
    [InlineData("mac_addresses", "mac_addresses=01:00:5e:00:00:01")]
    [InlineData("hostname", "mac_addresses=52:54:00:dd:00:01&hostname=-x-")]
    [InlineData("hostname", "mac_addresses=52:54:00:dd:00:01&hostname=localhost")]
    [InlineData("domain", "mac_addresses=52:54:00:dd:00:01&domain=example.org")]
    [InlineData("domain", "mac_addresses=52:54:00:dd:00:01&hostname=x.example.org")]
    [InlineData("zone", "mac_addresses=52:54:00:dd:00:01&zone=moon")]
    [InlineData("parent", "mac_addresses=52:54:00:dd:00:01&parent=abcdef")]
    [InlineData("parent", "mac_addresses=52:54:00:dd:00:01&parent=..")]
    [InlineData("colour", "mac_addresses=52:54:00:dd:00:01&colour=red")]
    public async Task A_device_that_cannot_be_is_refused_by_its_field(string field, string form)
    {
        await using var host = await ApiHost.StartAsync();
        var fields = form.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1])).ToArray();

        (await host.PostAsync(host.Bob, "devices/", fields)).Expect(400).Json.EnumerateObject().Select(each => each.Name).Should()
            .Equal(field);

        (await host.GetAsync(host.Admin, "devices/")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task What_is_too_much_is_refused()
    {
        await using var host = await ApiHost.StartAsync();
        var macs = Enumerable.Range(0, 65).Select(number => ("mac_addresses", $"52:54:00:00:01:{number:x2}")).ToArray();
        (await host.PostAsync(host.Bob, "devices/", macs)).Expect(400).Json.GetProperty("mac_addresses").GetArrayLength().Should().Be(1);
        (await host.PostAsync(host.Bob, "devices/", ("mac_addresses", Mac), ("description", new string('d', 5000)))).Expect(400)
            .Json.GetProperty("description").GetArrayLength().Should().Be(1);
        (await host.PostAsync(host.Bob, "devices/", [.. macs[..64]])).Expect(200);
    }

    [Fact]
    public async Task Devices_are_filtered()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "zones/", ("name", "lab"))).Expect(200);
        (await host.PostAsync(host.Admin, "domains/", ("name", "example.org"))).Expect(200);
        var free = await host.Core.Devices.CreateAsync(
            new NewDevice { Hostname = "one", MacAddresses = [MacAddress.Parse(Mac)] }, owner: null, ApiHost.Cancellation);
        var one = free.Should().BeOfType<DeviceResult.Done>().Which.Device.SystemId.ToString();
        var two = Text(
            (await host.PostAsync(
                host.Bob, "devices/", ("hostname", "two.example.org"), ("mac_addresses", "52:54:00:dd:00:02"), ("zone", "lab"),
                ("parent", one))).Expect(200).Json,
            "system_id");

        foreach (var (query, expected) in new[]
        {
            ("hostname=one", one), ("hostname=TWO.example.org", two), ($"id={one}", one), ($"system_id={two}&system_id=zzzzzz", two),
            ("mac_address=52-54-00-DD-00-02", two), ("domain=example.org", two), ("domain=maas", one), ("zone=lab", two),
            ("in_zone=default", one), ("owner=bob", two), ($"parent={one}", two), ("not_zone=lab", one), ("not_owner=bob", one),
            ($"not_id={one}", two), ("not_hostname=two", one), ("not_mac_address=52:54:00:dd:00:02", one), ("not_domain=maas", two),
            ("pool=default", ""), ("agent_name=juju", ""), ("agent_name=&hostname=one", one), ("hostname=three", ""), ("id=..", ""),
            ("mac_address=52:54:00:dd:00:09", ""), ("not_pool=default&hostname=two", two),
        })
        {
            (await host.GetAsync(host.Admin, $"devices/?{query}")).Expect(200).Json.EnumerateArray().Select(each => Text(each, "system_id"))
                .Should().Equal(expected.Length == 0 ? [] : [expected], query);
        }

        foreach (var (query, field) in new[]
        {
            ("mac_address=nonsense", "mac_address"), ("zone=moon", "zone"), ("pool=moon", "pool"), ("tags=none", "tags"),
            ("status=4", "status"), ("nonsense=1", "nonsense"),
        })
        {
            (await host.GetAsync(host.Admin, $"devices/?{query}")).Expect(400).Json.EnumerateObject().Select(each => each.Name).Should()
                .Equal([field], query);
        }
    }

    [Fact]
    public async Task An_address_is_registered_when_a_node_of_any_type_has_it()
    {
        await using var host = await ApiHost.StartAsync();
        await CreateAsync(host, "printer", Mac);
        var machine = await host.EnlistAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Commission());
        foreach (var list in (string[])["machines", "devices", "nodes", "rackcontrollers", "regioncontrollers"])
        {
            foreach (var authorization in new[] { null, host.Sign(host.Bob) })
            {
                await ExpectAsync($"{list}/?op=is_registered&mac_address={Mac}", "true");
                await ExpectAsync($"{list}/?op=is_registered&mac_address={machine.MacAddresses[0]}", "true");
                await ExpectAsync($"{list}/?op=is_registered&mac_address=52:54:00:dd:00:99", "false");
                await ExpectAsync($"{list}/?op=is_action_in_progress&mac_address={machine.MacAddresses[0]}", "true");
                await ExpectAsync($"{list}/?op=is_action_in_progress&mac_address={Mac}", "false");

                async Task ExpectAsync(string path, string text) =>
                    (await host.SendAsync(
                        "GET", path, authorization is null ? null : host.Sign(host.Bob))).Expect(200).Text.Should().Be(text, path);
            }

            foreach (var op in (string[])["is_registered", "is_action_in_progress"])
            {
                (await host.SendAsync("GET", $"{list}/?op={op}")).Expect(400).Text.Should().Be("No provided mac_address!");
                (await host.SendAsync("GET", $"{list}/?op={op}&mac_address=x")).Expect(400);
            }
        }
    }

    [Fact]
    public async Task A_zone_is_set_on_nodes_of_all_types_or_on_none()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "zones/", ("name", "lab"))).Expect(200);
        (await host.PostAsync(host.Admin, "zones/", ("name", "attic"))).Expect(200);
        var machine = await host.ReadyAsync();
        var device = await CreateAsync(host, "printer", Mac);
        var controller = host.Core.Controllers.Self.SystemId;
        foreach (var list in (string[])["nodes", "machines", "devices", "rackcontrollers", "regioncontrollers"])
        {
            (await host.PostAsync(
                host.Admin, $"{list}/?op=set_zone", ("zone", "lab"), ("nodes", machine.Id.ToString()), ("nodes", device),
                ("nodes", controller.ToString()))).Expect(204);
            await ExpectZoneAsync("lab");
            (await host.PostAsync(
                host.Admin, $"{list}/?op=set_zone", ("zone", "attic"), ("nodes", $"{machine.Id},{device},zzzzzz"))).Expect(400).Json
                .GetProperty("system_id")[0].GetString().Should().Be("Some of the given system ids are invalid system ids.");
            (await host.PostAsync(host.Admin, $"{list}/?op=set_zone", ("zone", "attic"))).Expect(400);
            (await host.PostAsync(host.Admin, $"{list}/?op=set_zone", ("zone", "moon"), ("nodes", device))).Expect(400);
            (await host.PostAsync(host.Bob, $"{list}/?op=set_zone", ("zone", "attic"), ("nodes", device))).Expect(403);
            await ExpectZoneAsync("lab");
        }

        async Task ExpectZoneAsync(string zone)
        {
            foreach (var path in (string[])[$"machines/{machine.Id}/", $"devices/{device}/"])
                Text((await host.GetAsync(host.Admin, path)).Expect(200).Json.GetProperty("zone"), "name").Should().Be(zone);
            (await host.Core.Controllers.GetAsync(controller, ApiHost.Cancellation))!.ZoneId.Should().NotBe(1);
        }
    }

    [Fact]
    public async Task The_devices_of_a_removed_user_are_another_users()
    {
        await using var host = await ApiHost.StartAsync();
        var id = Text((await host.PostAsync(host.Bob, "devices/", ("mac_addresses", Mac))).Expect(200).Json, "system_id");

        (await host.DeleteAsync(host.Admin, "users/bob/")).Expect(400).Text.Should().Contain("1 device(s)");
        (await host.DeleteAsync(host.Admin, "users/bob/?transfer_resources_to=eve")).Expect(204);

        Text((await host.GetAsync(host.Eve, $"devices/{id}/")).Expect(200).Json, "owner").Should().Be("eve");
    }

    [Fact]
    public async Task Juju_1_gives_a_container_an_address_and_takes_it_back()
    {
        await using var host = await ApiHost.StartAsync();
        (await host.PostAsync(host.Admin, "subnets/", ("cidr", "10.0.0.0/24"))).Expect(200);
        const string Devices = "/MAAS/api/1.0/devices/";
        var id = Text(
            (await host.PostAsync(host.Bob, Devices + "?op=new", ("hostname", "juju-lxc-0"), ("mac_addresses", Mac))).Expect(200).Json,
            "system_id");
        (await host.GetAsync(host.Bob, Devices + "?op=list")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.PostAsync(host.Bob, $"{Devices}{id}/?op=claim_sticky_ip_address")).Expect(503);

        var claimed = (await host.PostAsync(
            host.Bob, $"{Devices}{id}/?op=claim_sticky_ip_address", ("requested_address", "10.0.0.9"))).Expect(200).Json;
        claimed.GetProperty("ip_addresses").GetRawText().Should().Be("""["10.0.0.9"]""");
        claimed = (await host.PostAsync(host.Bob, $"{Devices}{id}/?op=claim_sticky_ip_address", ("mac_address", Mac))).Expect(200).Json;
        claimed.GetProperty("ip_addresses").GetRawText().Should().Be("""["10.0.0.9","10.0.0.1"]""");
        foreach (var (fields, code) in new[]
        {
            (("requested_address", "10.0.0.9"), 503), (("requested_address", "192.0.2.1"), 503), (("requested_address", "nonsense"), 400),
            (("mac_address", "52:54:00:dd:00:99"), 400),
        })
            (await host.PostAsync(host.Bob, $"{Devices}{id}/?op=claim_sticky_ip_address", fields)).Expect(code);
        (await host.PostAsync(host.Eve, $"{Devices}{id}/?op=claim_sticky_ip_address")).Expect(404);

        (await host.PostAsync(host.Bob, $"{Devices}{id}/?op=release_sticky_ip_address", ("address", "10.0.0.8"))).Expect(400);
        (await host.PostAsync(host.Bob, $"{Devices}{id}/?op=release_sticky_ip_address", ("address", "10.0.0.9"))).Expect(200)
            .Json.GetProperty("ip_addresses").GetRawText().Should().Be("""["10.0.0.1"]""");
        (await host.PostAsync(host.Bob, $"{Devices}{id}/?op=release_sticky_ip_address")).Expect(200)
            .Json.GetProperty("ip_addresses").GetRawText().Should().Be("[]");
        (await host.DeleteAsync(host.Bob, $"{Devices}{id}/")).Expect(204);
    }

    private static async Task<string> CreateAsync(ApiHost host, string name, string mac) =>
        Text((await host.PostAsync(host.Admin, "devices/", ("hostname", name), ("mac_addresses", mac))).Expect(200).Json, "system_id");

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
