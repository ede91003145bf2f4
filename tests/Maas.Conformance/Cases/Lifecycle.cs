using System.Text;
using System.Text.Json;

namespace Maas.Conformance.Cases;

/// <summary>Acceptance criteria 28 to 40, 48 to 54: deploying, releasing, enlisting, commissioning, power.</summary>
public static class Lifecycle
{
    [Case(Changes = true)]
    public static async Task C28_deploying_an_allocated_machine_returns_it_as_Deploying_with_its_system(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        var machine = (await server.PostAsync($"machines/{id}/?op=deploy", ("hwe_kernel", "ga-24.04"))).Expect(200).Json;

        Check.Equal(9L, machine.Integer("status"));
        Check.Equal("Deploying", machine.Text("status_name"));
        Check.That(machine.Text("osystem").Length > 0 && machine.Text("distro_series").Length > 0);
        Check.Equal("ga-24.04", machine.Text("hwe_kernel"));
        GoSchemas.Machine(machine);
    }

    [Case(Changes = true)]
    public static async Task C29_user_data_in_wrapped_base64_reaches_the_machine_as_bytes_and_ends_the_deployment(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        var data = Encoding.UTF8.GetBytes("#cloud-config\n" + new string('#', 200) + "\n");
        var wrapped = string.Join('\n', Convert.ToBase64String(data).Chunk(76).Select(line => new string(line))) + "\n";

        (await server.PostAsync($"machines/{id}/?op=deploy", ("user_data", wrapped))).Expect(200);
        var node = await MachineNode.OfAsync(server, id);
        var received = (await node.FinishDeploymentAsync()).Expect(200);

        Check.That(received.Body.AsSpan().SequenceEqual(data), "the machine gets the bytes that were encoded");
        await node.ReadAsync("Deployed");
    }

    [Case(Changes = true)]
    public static async Task C30_deploying_a_Ready_machine_allocates_it_and_another_status_is_409(Server server)
    {
        await server.EnsureImageAsync();
        var ready = (await server.ReadyMachineAsync()).Text("system_id");
        var unaccepted = (await server.NewMachineAsync()).Text("system_id");

        Check.That((await server.PostAsync($"machines/{ready}/?op=deploy")).Expect(200).Json.Text("owner").Length > 0);
        (await server.PostAsync($"machines/{unaccepted}/?op=deploy")).ExpectText(409, "'New'");
    }

    [Case(Changes = true)]
    public static async Task C31_deploying_another_users_machine_is_refused(Server server)
    {
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        (await server.PostAsync(await server.UserAsync(), $"machines/{id}/?op=deploy")).Expect(403, 404, 409);
        (await server.PostAsync("machines/zzzzzz/?op=deploy")).Expect(404);
    }

    [Case(Changes = true)]
    public static async Task C32_a_machine_that_reports_failure_is_Failed_deployment_with_a_message(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{id}/?op=deploy")).Expect(200);
        var node = await MachineNode.OfAsync(server, id);

        (await node.SignalAsync(("status", "FAILED"), ("error", "no disk"))).Expect(200);

        var machine = await node.ReadAsync("Failed deployment");
        Check.Equal(11L, machine.Integer("status"));
        Check.That(machine.Text("status_message").Length > 0);
    }

    [Case(Changes = true)]
    public static async Task C33_API_1_0_start_returns_the_node_and_deployment_status_names_the_state(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        var nodes = $"{server.Prefix}/api/1.0/nodes/";

        for (var i = 0; i < 2; i++)
        {
            var node = (await server.SendAsync("POST", $"{nodes}{id}/?op=start", server.Admin.Sign(), Server.Form())).Expect(200).Json;
            Check.Equal(id, node.Text("system_id"));
            Check.That(node.Text("resource_uri").StartsWith(nodes, StringComparison.Ordinal));
        }

        var status = (await server.SendAsync("GET", $"{nodes}?op=deployment_status&nodes={id}", server.Admin.Sign())).Expect(200).Json;
        Check.Equal("Deploying", status.Text(id));
    }

    [Case(Changes = true)]
    public static async Task C34_a_released_machine_is_Ready_without_owner_and_owner_data(Server server)
    {
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{id}/?op=set_owner_data", ("role", "db"))).Expect(200);

        (await server.PostAsync($"machines/{id}/?op=release")).Expect(200);

        var machine = await WaitAsync(server, id, "Ready");
        Check.Equal(JsonValueKind.Null, machine.Member("owner").ValueKind);
        Check.Equal("{}", machine.Member("owner_data").GetRawText());
    }

    [Case(Changes = true)]
    public static async Task C35_releasing_a_Ready_machine_succeeds_and_a_New_one_is_409_naming_the_state(Server server)
    {
        var ready = (await server.ReadyMachineAsync()).Text("system_id");
        var unaccepted = (await server.NewMachineAsync()).Text("system_id");

        Check.Equal("Ready", (await server.PostAsync($"machines/{ready}/?op=release")).Expect(200).Json.Text("status_name"));
        (await server.PostAsync($"machines/{unaccepted}/?op=release"))
            .ExpectText(409, "Machine cannot be released in its current state ('New').");
    }

    [Case(Changes = true)]
    public static async Task C36_a_bulk_release_returns_ids_and_refuses_unknown_foreign_and_busy_machines(Server server)
    {
        var (one, two) = (await server.AllocatedMachineAsync(), await server.AllocatedMachineAsync());
        string[] ids = [one.Text("system_id"), two.Text("system_id")];
        var unaccepted = (await server.NewMachineAsync()).Text("system_id");

        (await server.PostAsync("machines/?op=release", ("machines", "zzzzzz"))).ExpectText(400, "Unknown machine(s): zzzzzz.");
        (await server.PostAsync(await server.UserAsync(), "machines/?op=release", ("machines", ids[0]))).Expect(403, 400);
        (await server.PostAsync("machines/?op=release", ("machines", unaccepted))).Expect(409);
        var released = (await server.PostAsync("machines/?op=release", [.. ids.Select(id => ("machines", id))])).Expect(200).Json.List();
        Check.Sequence(ids.Order(StringComparer.Ordinal), released.Select(each => each.GetString()!).Order(StringComparer.Ordinal));
    }

    [Case(Changes = true)]
    public static async Task C37_only_the_owner_and_an_administrator_may_release(Server server)
    {
        var user = await server.UserAsync();
        var id = (await server.ReadyMachineAsync()).Text("system_id");
        (await server.PostAsync(user, "machines/?op=allocate", ("system_id", id))).Expect(200);

        (await server.PostAsync(await server.CreateUserAsync(), $"machines/{id}/?op=release")).Expect(403, 404);
        (await server.PostAsync($"machines/{id}/?op=release")).Expect(200);
    }

    [Case(Changes = true)]
    public static async Task C38_a_released_machine_can_be_allocated_again_at_once(Server server)
    {
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        (await server.PostAsync($"machines/{id}/?op=release")).Expect(200);
        await WaitAsync(server, id, "Ready");

        (await server.PostAsync("machines/?op=allocate", ("system_id", id))).Expect(200);
    }

    [Case(Changes = true)]
    public static async Task C40_owner_data_is_merged_and_an_empty_text_removes_a_key(Server server)
    {
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        (await server.PostAsync($"machines/{id}/?op=set_owner_data", ("a", "1"), ("b", "2"))).Expect(200);
        var machine = (await server.PostAsync($"machines/{id}/?op=set_owner_data", ("a", ""), ("c", "3"))).Expect(200).Json;

        var data = machine.Member("owner_data").EnumerateObject().Select(each => $"{each.Name}={each.Value}");
        Check.Sequence(["b=2", "c=3"], data.Order(StringComparer.Ordinal));
        var free = (await server.ReadyMachineAsync()).Text("system_id");
        (await server.PostAsync(await server.UserAsync(), $"machines/{free}/?op=set_owner_data", ("a", "1"))).Expect(403, 409);
    }

    [Case(Changes = true)]
    public static async Task C48_a_caller_without_credentials_may_enlist_a_machine_and_learns_little(Server server)
    {
        var mac = server.NewMac();

        var machine = (await server.SendAsync("POST", "machines/", null, Server.Form(
            ("architecture", "amd64"), ("mac_addresses", mac), ("hostname", "")))).Expect(200).Json;

        Check.That(machine.Text("hostname").Length > 0, "a host name is made");
        Check.Equal("New", machine.Text("status_name"));
        Check.That(!machine.TryGetProperty("power_parameters", out _) && !machine.TryGetProperty("interface_set", out _));
        server.DeleteAtEnd($"machines/{machine.Text("system_id")}/");
        Check.Equal(1, (await server.GetAsync($"machines/?mac_address={mac}")).Json.List().Count);
    }

    [Case(Changes = true)]
    public static async Task C49_a_duplicate_address_and_a_bad_architecture_are_400_and_leave_nothing_behind(Server server)
    {
        var (used, free) = (server.NewMac(), server.NewMac());
        await server.NewMachineAsync(("mac_addresses", used));

        (await server.PostAsync("machines/", ("architecture", "amd64"), ("mac_addresses", used), ("power_type", "manual")))
            .ExpectFieldError("mac_addresses");
        (await server.PostAsync("machines/", ("architecture", "amd64/hwe-24.04"), ("mac_addresses", free), ("power_type", "manual")))
            .Expect(400);
        Check.Equal(0, (await server.GetAsync($"machines/?mac_address={free}")).Json.List().Count);
    }

    [Case(Changes = true)]
    public static async Task C50_an_administrators_machine_is_commissioned_and_a_users_is_New(Server server)
    {
        foreach (var (key, status) in new[] { (server.Admin, "Commissioning"), (await server.UserAsync(), "New") })
        {
            var machine = (await server.PostAsync(
                key, "machines/", ("architecture", "amd64"), ("mac_addresses", server.NewMac()), ("power_type", "manual")))
                .Expect(200).Json;
            server.DeleteAtEnd($"machines/{machine.Text("system_id")}/");
            Check.Equal(status, machine.Text("status_name"));
        }
    }

    [Case(Changes = true)]
    public static async Task C51_accept_commissions_New_machines_and_returns_those_that_changed(Server server)
    {
        var (fresh, ready) = ((await server.NewMachineAsync()).Text("system_id"), (await server.ReadyMachineAsync()).Text("system_id"));
        var allocated = (await server.AllocatedMachineAsync()).Text("system_id");

        (await server.SendAsync("POST", "machines/?op=accept_all", null, Server.Form())).Expect(401);
        (await server.PostAsync(await server.UserAsync(), "machines/?op=accept", ("machines", fresh))).Expect(403);
        (await server.PostAsync("machines/?op=accept", ("machines", "zzzzzz"))).Expect(400);
        (await server.PostAsync("machines/?op=accept", ("machines", allocated))).Expect(409);
        Check.Equal(0, (await server.PostAsync("machines/?op=accept")).Expect(200).Json.List().Count);
        var accepted = (await server.PostAsync("machines/?op=accept", ("machines", fresh), ("machines", ready))).Expect(200).Json.List();
        Check.Sequence([fresh], accepted.Select(each => each.Text("system_id")));
    }

    [Case(Changes = true)]
    public static async Task C52_is_registered_knows_an_address_in_every_notation(Server server)
    {
        var mac = server.NewMac();
        await server.NewMachineAsync(("mac_addresses", mac));

        foreach (var notation in new[] { mac, mac.ToUpperInvariant(), mac.Replace(':', '-') })
        {
            var known = await server.SendAsync("GET", $"machines/?op=is_registered&mac_address={notation}", null);
            Check.Equal("true", known.Expect(200).Text);
        }

        Check.Equal("false", (await server.GetAsync($"machines/?op=is_registered&mac_address={server.NewMac()}")).Expect(200).Text);
        (await server.GetAsync("machines/?op=is_registered")).Expect(400);
    }

    [Case(Changes = true)]
    public static async Task C53_commissioning_ends_with_the_signal_of_the_machine(Server server)
    {
        var ready = (await server.ReadyMachineAsync()).Text("system_id");
        Check.Equal("Ready", (await server.GetAsync($"machines/{ready}/")).Json.Text("status_name"));

        var failed = (await server.NewMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{failed}/?op=commission")).Expect(200);
        var node = await MachineNode.OfAsync(server, failed);
        (await node.SignalAsync(("status", "nonsense"))).ExpectText(400, "Unknown status: 'nonsense'");
        (await node.SignalAsync()).ExpectText(400, "No provided status!");
        Check.Equal("OK", (await node.SignalAsync(("status", "FAILED"), ("error", "broken"))).Expect(200).Text);
        await node.ReadAsync("Failed commissioning");
    }

    [Case(Changes = true)]
    public static async Task C54_power_operations_answer_with_the_machine_and_need_an_owner(Server server)
    {
        var ready = (await server.ReadyMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{ready}/?op=power_on")).Expect(409);

        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        Check.Equal(id, (await server.PostAsync($"machines/{id}/?op=power_on")).Expect(200).Json.Text("system_id"));
        foreach (var mode in new[] { "soft", "hard" })
            (await server.PostAsync($"machines/{id}/?op=power_off", ("stop_mode", mode))).Expect(200);
        (await server.PostAsync($"machines/{id}/?op=power_off", ("stop_mode", "nonsense"))).ExpectFieldError("stop_mode");
        var state = (await server.GetAsync($"machines/{id}/?op=query_power_state")).Expect(200).Json.Text("state");
        Check.That(state is "on" or "off" or "unknown" or "error", $"the power state is '{state}'");
    }

    [Case(Changes = true)]
    public static async Task C60_the_metadata_tree_of_a_machine_can_be_crawled(Server server)
    {
        await server.EnsureImageAsync();
        var id = (await server.AllocatedMachineAsync()).Text("system_id");
        (await server.PostAsync($"machines/{id}/?op=deploy", ("user_data", "I2Nsb3VkLWNvbmZpZwo="))).Expect(200);
        var node = await MachineNode.OfAsync(server, id);

        Check.Equal("2012-03-01\nlatest", (await node.GetAsync("")).Expect(200).Text.Trim());
        Check.That((await node.GetAsync("2012-03-01/")).Expect(200).Text.Split('\n').Contains("meta-data"));
        Check.Equal(id, (await node.GetAsync("2012-03-01/meta-data/instance-id")).Expect(200).Text);
        foreach (var item in (await node.GetAsync("latest/meta-data/")).Expect(200).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            (await node.GetAsync($"latest/meta-data/{item}")).Expect(200);
        (await node.GetAsync("2012-03-01/meta-data/nothing")).Expect(404);
        (await node.GetAsync("1999-01-01/")).ExpectText(404, "Unknown metadata version: 1999-01-01");
        (await server.SendAsync("GET", $"{server.Prefix}/metadata/2012-03-01/meta-data/instance-id", null)).Expect(401);
        (await node.GetAsync("2012-03-01/meta-data/", server.Admin)).Expect(403);
    }

    [Case(Changes = true)]
    public static async Task X_locking_twice_and_unlocking_twice_are_409_and_a_locked_machine_is_403(Server server)
    {
        var id = (await server.AllocatedMachineAsync()).Text("system_id");

        (await server.PostAsync($"machines/{id}/?op=lock")).Expect(200);
        (await server.PostAsync($"machines/{id}/?op=release")).Expect(403);
        (await server.PutAsync($"machines/{id}/", ("description", "x"))).Expect(403);
        (await server.PostAsync($"machines/{id}/?op=lock")).ExpectText(409, "Machine is already locked");
        (await server.PostAsync($"machines/{id}/?op=unlock")).Expect(200);
        (await server.PostAsync($"machines/{id}/?op=unlock")).ExpectText(409, "Machine is not locked");
    }

    internal static async Task<JsonElement> WaitAsync(Server server, string id, string status)
    {
        for (var i = 0; ; i++)
        {
            var machine = (await server.GetAsync($"machines/{id}/")).Expect(200).Json;
            if (machine.Text("status_name") == status || i == 100)
            {
                Check.Equal(status, machine.Text("status_name"));
                return machine;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
