using System.Text.Json;

namespace Maas.Conformance.Cases;

/// <summary>Fifteen complaints of MAAS's users. The server under test does better where MAAS does not.</summary>
public static class Complaints
{
    [Case(Changes = true)]
    public static async Task P01_a_machine_is_found_by_name_without_listing_all_and_an_unknown_filter_is_400(Server server)
    {
        var machine = await server.NewMachineAsync();
        await server.NewMachineAsync();

        var found = (await server.GetAsync($"machines/?hostname={machine.Text("hostname")}")).Expect(200).Json.List();

        Check.Sequence([machine.Text("system_id")], found.Select(each => each.Text("system_id")));
        (await server.GetAsync("machines/?no_such_filter=1")).Expect(400);
    }

    [Case(Changes = true)]
    public static async Task P02_a_list_of_many_machines_takes_no_more_than_a_moment(Server server)
    {
        for (var i = 0; i < 100; i++) await server.NewMachineAsync();
        await server.GetAsync("machines/");
        var began = TimeProvider.System.GetTimestamp();

        var machines = (await server.GetAsync("machines/")).Expect(200).Json.List();

        var elapsed = TimeProvider.System.GetElapsedTime(began);
        Check.That(machines.Count >= 100);
        Check.That(elapsed < TimeSpan.FromSeconds(3), $"the list took {elapsed}");
    }

    [Case(Changes = true)]
    public static async Task P03_230_machines_are_tagged_in_one_request_within_seconds(Server server)
    {
        List<string> ids = [];
        for (var i = 0; i < 230; i++) ids.Add((await server.NewMachineAsync()).Text("system_id"));
        var tag = server.NewName("tag");
        (await server.PostAsync("tags/", ("name", tag))).Expect(200);
        server.DeleteAtEnd($"tags/{tag}/");
        var began = TimeProvider.System.GetTimestamp();

        var counts = (await server.PostAsync($"tags/{tag}/?op=update_nodes", [.. ids.Select(id => ("add", id))])).Expect(200).Json;

        var elapsed = TimeProvider.System.GetElapsedTime(began);
        Check.Equal(230L, counts.Integer("added"));
        Check.That(elapsed < TimeSpan.FromSeconds(5), $"the request took {elapsed}");
    }

    [Case(Changes = true)]
    public static async Task P04_a_request_does_not_wait_for_a_management_controller(Server server)
    {
        var machine = await server.ReadyMachineAsync();
        var id = machine.Text("system_id");
        (await server.PutAsync(
            $"machines/{id}/",
            ("power_type", "ipmi"),
            ("power_parameters_power_address", "192.0.2.1"), // answers nothing (RFC 5737)
            ("power_parameters_power_user", "x"),
            ("power_parameters_power_pass", "y"))).Expect(200);
        (await server.PostAsync("machines/?op=allocate", ("system_id", id))).Expect(200);
        var began = TimeProvider.System.GetTimestamp();

        (await server.PostAsync($"machines/{id}/?op=power_on")).Expect(200);

        var elapsed = TimeProvider.System.GetElapsedTime(began);
        Check.That(elapsed < TimeSpan.FromSeconds(5), $"the request took {elapsed}");
    }

    [Case(Changes = true)]
    public static async Task P05_a_machine_that_cannot_be_created_leaves_nothing_behind(Server server)
    {
        var (mac, name) = (server.NewMac(), server.NewName());

        (await server.PostAsync(
            "machines/",
            ("architecture", "amd64"), ("mac_addresses", mac), ("hostname", name), ("power_type", "no-such-type"))).Expect(400);
        (await server.PostAsync(
            "machines/",
            ("architecture", "amd64"), ("mac_addresses", mac), ("hostname", name), ("power_type", "manual"), ("pool", "no-such-pool")))
            .ExpectFieldError("pool");

        Check.Equal(0, (await server.GetAsync($"machines/?mac_address={mac}")).Json.List().Count);
        Check.Equal(0, (await server.GetAsync($"machines/?hostname={name}")).Json.List().Count);
    }

    [Case(Changes = true)]
    public static async Task P06_a_member_has_the_same_type_in_every_status_of_a_machine(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.NewMachineAsync()).Text("system_id");
        GoSchemas.Machine((await server.GetAsync($"machines/{id}/")).Json);
        await MachineNode.CommissionAsync(server, id);
        GoSchemas.Machine((await server.GetAsync($"machines/{id}/")).Json);
        (await server.PostAsync("machines/?op=allocate", ("system_id", id))).Expect(200);
        GoSchemas.Machine((await server.PostAsync($"machines/{id}/?op=deploy")).Expect(200).Json);
        GoSchemas.Machine((await server.PostAsync($"machines/{id}/?op=abort")).Expect(200).Json);
        GoSchemas.Machine((await server.PostAsync($"machines/{id}/?op=mark_broken")).Expect(200).Json);
        GoSchemas.Machine((await server.PostAsync($"machines/{id}/?op=mark_fixed")).Expect(200).Json);
    }

    [Case(Changes = true)]
    public static async Task P07_deploying_with_manual_power_is_no_error_of_the_server(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.ReadyMachineAsync()).Text("system_id");

        (await server.PostAsync($"machines/{id}/?op=deploy")).Expect(200);

        Check.That((await server.GetAsync($"machines/{id}/")).Json.Text("status_name") == "Deploying");
    }

    [Case(Changes = true)]
    public static async Task P08_a_message_about_DHCP_says_what_is_missing_and_in_which_field(Server server)
    {
        var lab = await Lab.CreateAsync(server);

        (await server.PutAsync(lab.VlanPath, ("dhcp_on", "true"))).ExpectFieldError("dhcp_on");
        (await server.PutAsync(lab.VlanPath, ("primary_rack", "no-such-rack"))).ExpectFieldError("primary_rack");
        (await server.PutAsync(lab.VlanPath, ("relay_vlan", "nonsense"))).ExpectFieldError("relay_vlan");

        Check.Equal(JsonValueKind.False, (await server.GetAsync(lab.VlanPath)).Json.Member("dhcp_on").ValueKind);
    }

    [Case(Changes = true)]
    public static async Task P09_a_free_subnet_is_deleted_and_one_in_use_is_not(Server server)
    {
        var (free, used) = (await Lab.CreateAsync(server), await Lab.CreateAsync(server));
        await used.LinkAsync((await server.ReadyMachineAsync()).Text("system_id"));

        (await server.DeleteAsync($"subnets/{free.Subnet}/")).Expect(204);
        (await server.DeleteAsync($"subnets/{used.Subnet}/")).Expect(400);
        (await server.DeleteAsync($"fabrics/{used.Fabric}/")).Expect(400);
    }

    [Case(Changes = true)]
    public static async Task P10_deleting_a_DNS_record_leaves_the_addresses_of_the_name(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var domain = (await server.PostAsync("domains/", ("name", server.NewName("lab") + ".example"))).Expect(200).Json;
        server.DeleteAtEnd($"domains/{domain.Integer("id")}/");
        var name = "www." + domain.Text("name");
        var resource = (await server.PostAsync("dnsresources/", ("fqdn", name), ("ip_addresses", $"{lab.Network}.8"))).Expect(200).Json;
        server.DeleteAtEnd($"dnsresources/{resource.Integer("id")}/");
        var record = (await server.PostAsync(
            "dnsresourcerecords/", ("fqdn", name), ("rrtype", "TXT"), ("rrdata", "x"))).Expect(200).Json;

        (await server.DeleteAsync($"dnsresourcerecords/{record.Integer("id")}/")).Expect(204);

        Check.Equal(1, (await server.GetAsync($"dnsresources/{resource.Integer("id")}/")).Expect(200).Json.List("ip_addresses").Count);
    }

    [Case(Changes = true)]
    public static async Task P11_an_unlinked_address_leaves_the_other_link_as_it_is(Server server)
    {
        var lab = await Lab.CreateAsync(server);
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        var path = $"nodes/{id}/interfaces/{await lab.LinkAsync(id)}/";
        (await server.PostAsync($"{path}?op=link_subnet", ("mode", "STATIC"), ("subnet", $"{lab.Subnet}"))).Expect(200);
        var links = (await server.GetAsync(path)).Json.List("links");
        Check.Equal(2, links.Count);
        Check.That(links[0].Text("ip_address") != links[1].Text("ip_address"));

        var left = (await server.PostAsync($"{path}?op=unlink_subnet", ("id", $"{links[0].Integer("id")}"))).Expect(200).Json.List("links");

        Check.Sequence([links[1].Integer("id")], left.Select(each => each.Integer("id")));
        Check.Equal(links[1].Text("ip_address"), left[0].Text("ip_address"));
    }

    [Case(Changes = true)]
    public static async Task P12_sizes_are_bytes_and_a_partition_of_all_free_space_leaves_none(Server server)
    {
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{id}/?op=set_storage_layout", ("storage_layout", "blank"))).Expect(200);
        var disk = (await server.GetAsync($"nodes/{id}/blockdevices/")).Json.List()[0];
        var path = $"nodes/{id}/blockdevices/{disk.Integer("id")}/";
        (await server.PostAsync($"{path}partitions/", ("size", "4294967296"))).Expect(200);

        var rest = (await server.PostAsync($"{path}partitions/")).Expect(200).Json;

        Check.That(rest.Integer("size") % disk.Integer("block_size") == 0);
        var after = (await server.GetAsync(path)).Json;
        Check.That(after.Integer("available_size") < 16 << 20, $"{after.Integer("available_size")} bytes are left");
        (await server.PostAsync($"{path}partitions/", ("size", "4294967296"))).ExpectFieldError("size");
    }

    [Case(Changes = true)]
    public static async Task P13_a_deployment_is_aborted_and_says_in_its_events_what_happened(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{id}/?op=deploy")).Expect(200);

        Check.Equal("Allocated", (await server.PostAsync($"machines/{id}/?op=abort")).Expect(200).Json.Text("status_name"));

        var events = (await server.GetAsync($"events/?op=query&id={id}&level=DEBUG")).Json.List("events");
        Check.That(events.Count >= 3, "deploying and aborting are in the events");
    }

    [Case(Changes = true)]
    public static async Task P14_a_conflict_says_already_exists_and_has_a_code(Server server)
    {
        var machine = await server.NewMachineAsync();

        var answer = (await server.PostAsync(
            "machines/",
            ("architecture", "amd64"),
            ("mac_addresses", server.NewMac()),
            ("hostname", machine.Text("hostname")),
            ("power_type", "manual")))
            .ExpectFieldError("hostname", "already");

        Check.That(answer.Headers.Contains("X-MAAS-Error"), "X-MAAS-Error names the kind of error");
    }

    [Case(Changes = true)]
    public static async Task P15_a_setting_is_read_the_same_by_50_requests_and_an_unknown_one_is_400(Server server)
    {
        var before = (await server.GetAsync("maas/?op=get_config&name=maas_name")).Expect(200).Json;
        var name = server.NewName("maas");
        Check.Equal("OK", (await server.PostAsync("maas/?op=set_config", ("name", "maas_name"), ("value", name))).Expect(200).Text);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.GetAsync("maas/?op=get_config&name=maas_name")));

        Check.That(answers.All(each => each.Expect(200).Json.GetString() == name));
        (await server.GetAsync("maas/?op=get_config&name=no_such_setting")).Expect(400);
        (await server.PostAsync("maas/?op=set_config", ("name", "no_such_setting"), ("value", "x"))).Expect(400);
        (await server.PostAsync("maas/?op=set_config", ("name", "maas_name"), ("value", before.GetString() ?? ""))).Expect(200);
    }

    [Case(Changes = true)]
    public static async Task P15_a_header_that_is_sent_twice_is_no_error_of_the_server(Server server)
    {
        var answer = await server.SendAsync("GET", "users/?op=whoami", $"{server.Admin.Sign()}, {server.Admin.Sign()}");

        answer.Expect(200, 400, 401);
    }
}
