using System.Text;
using System.Text.Json;
using Maas.Core.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Machines;

public class MachineLifecycleTests
{
    [Fact]
    public async Task Criterion_48_anybody_may_enlist_a_machine_and_learns_little()
    {
        await using var host = await ApiHost.StartAsync();

        var reply = await host.SendAsync("POST", "machines/", null, ApiHost.Form(
            ("architecture", "amd64"),
            ("mac_addresses", "52:54:00:AA:00:01"),
            ("mac_addresses", "52-54-00-aa-00-02"),
            ("hardware_uuid", "7b0ad0c4-8b0c-4d8e-9a7e-1f2a3b4c5d6e"),
            ("power_type", "webhook"), ("power_parameters_power_on_uri", "http://169.254.169.254/")));

        var machine = reply.Expect(200).Json;
        machine.EnumerateObject().Select(each => each.Name).Should().BeEquivalentTo(
            "system_id", "hostname", "domain", "fqdn", "architecture", "status", "power_type", "power_state", "zone", "status_action",
            "status_message", "status_name", "node_type", "node_type_name");
        machine.GetProperty("status_name").GetString().Should().Be("New");
        machine.GetProperty("hostname").GetString().Should().NotBeEmpty();
        machine.GetProperty("power_type").GetString().Should().Be("manual", "the anonymous do not say whom this server talks to");
        var stored = (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().ContainSingle().Which;
        stored.MacAddresses.Select(each => each.ToString()).Should().Equal("52:54:00:aa:00:01", "52:54:00:aa:00:02");
    }

    [Fact]
    public async Task The_same_boot_twice_makes_one_machine()
    {
        await using var host = await ApiHost.StartAsync();
        Task<Reply> EnlistAsync() =>
            host.SendAsync("POST", "machines/", null, ApiHost.Form(("architecture", "amd64"), ("mac_addresses", "52:54:00:aa:00:01")));

        (await EnlistAsync()).Expect(200).Json.GetProperty("system_id").GetString().Should().NotBeEmpty();
        (await EnlistAsync()).Expect(200).Json.GetProperty("system_id").GetString().Should()
            .BeEmpty("a stranger learns nothing of what is stored");

        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().ContainSingle();
    }

    [Fact]
    public async Task Strangers_who_enlist_too_many_machines_have_to_wait()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));
        await using var host = await ApiHost.StartAsync(time, options => options.EnlistmentsPerMinute = 2);
        Task<Reply> EnlistAsync(int i) =>
            host.SendAsync("POST", "machines/", null, ApiHost.Form(("architecture", "amd64"), ("mac_addresses", $"52:54:00:aa:00:0{i}")));

        (await EnlistAsync(1)).Expect(200);
        (await EnlistAsync(2)).Expect(200);
        time.Advance(TimeSpan.FromSeconds(20.5));
        (await EnlistAsync(3)).Expect(503).Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(40));
        (await host.PostAsync(host.Bob, "machines/", ("architecture", "amd64"), ("mac_addresses", "52:54:00:bb:00:01"))).Expect(200);
        time.Advance(TimeSpan.FromSeconds(40));
        (await EnlistAsync(3)).Expect(200);
    }

    [Theory]
    [InlineData("/MAAS/api/2.0/machines/")]
    [InlineData("/MAAS/api/1.0/nodes/?op=new")]
    public async Task Machines_that_nobody_accepts_do_not_pile_up_for_ever(string path)
    {
        await using var host = await ApiHost.StartAsync(configureCore: options => options.MostNewMachines = 1);
        Task<Reply> EnlistAsync(int i) =>
            host.SendAsync("POST", path, null, ApiHost.Form(("architecture", "amd64"), ("mac_addresses", $"52:54:00:aa:00:0{i}")));

        (await EnlistAsync(1)).Expect(200);
        (await EnlistAsync(2)).Expect(503).Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        (await EnlistAsync(1)).Expect(200);
        (await host.PostAsync(host.Bob, "machines/", ("architecture", "amd64"), ("mac_addresses", "52:54:00:bb:00:01"))).Expect(200);
    }

    [Theory]
    [InlineData("architecture", "amd64", "mac_addresses", "")]
    [InlineData("architecture", "amd64", "mac_addresses", "zz:zz")]
    [InlineData("architecture", "", "mac_addresses", "52:54:00:aa:00:01")]
    [InlineData("architecture", "amd64/hwe-22.04", "mac_addresses", "52:54:00:aa:00:01")]
    public async Task Criterion_49_a_bad_machine_is_400_and_leaves_nothing_behind(params string[] fields)
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync("POST", "machines/", null, ApiHost.Form((fields[0], fields[1]), (fields[2], fields[3])))).Expect(400);

        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task Criterion_50_an_administrators_machine_is_commissioned_and_a_users_is_New()
    {
        await using var host = await ApiHost.StartAsync();

        var admins = await host.PostAsync(
            host.Admin, "machines/", ("architecture", "amd64/generic"), ("mac_addresses", "52:54:00:00:00:01"), ("hostname", "one"));
        var bobs =
            await host.PostAsync(
                host.Bob, "machines/", ("architecture", "amd64/generic"), ("mac_addresses", "52:54:00:00:00:02"), ("hostname", "two"));

        admins.Expect(200).Json.GetProperty("status_name").GetString().Should().Be("Commissioning");
        bobs.Expect(200).Json.GetProperty("status_name").GetString().Should().Be("New");
        (await host.PostAsync(host.Admin, "machines/", ("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:02"))).Expect(400);
    }

    [Fact]
    public async Task Criterion_51_accepting_returns_the_machines_that_changed()
    {
        await using var host = await ApiHost.StartAsync();
        var (one, two) = (await host.EnlistAsync("52:54:00:00:00:01"), await host.ReadyAsync("52:54:00:00:00:02"));

        (await host.PostAsync(host.Bob, "machines/?op=accept", ("machines", one.Id.ToString()))).Expect(403);
        (await host.PostAsync(host.Admin, "machines/?op=accept", ("machines", "aaaaaa"))).Expect(400).Text.Should()
            .Be("Unknown machine(s): aaaaaa.");
        var accepted =
            (await host.PostAsync(
                host.Admin, "machines/?op=accept", ("machines", one.Id.ToString()), ("machines", two.Id.ToString()))).Expect(
                200).Json;

        accepted.EnumerateArray().Select(each => each.GetProperty("system_id").GetString()).Should().Equal(one.Id.ToString());
        (await host.PostAsync(host.Admin, "machines/?op=accept")).Expect(200).Json.GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Criterion_52_is_registered_takes_any_notation_and_no_credentials()
    {
        await using var host = await ApiHost.StartAsync();
        await host.EnlistAsync("52:54:00:00:00:01");

        (await host.SendAsync("GET", "machines/?op=is_registered&mac_address=52-54-00-00-00-01")).Expect(200).Text.Should().Be("true");
        (await host.SendAsync("GET", "machines/?op=is_registered&mac_address=52:54:00:00:00:02")).Expect(200).Text.Should().Be("false");
        (await host.SendAsync("GET", "machines/?op=is_registered")).Expect(400);
    }

    [Fact]
    public async Task The_whole_life_of_a_machine_over_the_API()
    {
        await using var host = await ApiHost.StartAsync();
        await host.UploadImageAsync();
        var machine = await host.ReadyAsync();
        var id = machine.Id.ToString();

        // Criteria 15 and 28.
        var allocated = (await host.PostAsync(host.Bob, "machines/?op=allocate", ("agent_name", "juju"))).Expect(200).Json;
        (
            allocated.GetProperty("system_id").GetString(),
            allocated.GetProperty("status").GetInt32(),
            allocated.GetProperty("owner").GetString()).Should()
            .Be((id, 10, "bob"));
        allocated.GetProperty("constraints_by_type").ValueKind.Should().Be(JsonValueKind.Object);
        var deploying =
            (await host.PostAsync(
                host.Bob,
                $"machines/{id}/?op=deploy",
                ("user_data", "I2Nsb3Vk\nLWNvbmZpZw=="),
                ("distro_series", "custom/debian-12"))).Expect(
                200).Json;
        (
            deploying.GetProperty("status").GetInt32(),
            deploying.GetProperty("status_name").GetString(),
            deploying.GetProperty("osystem").GetString()).Should()
            .Be((9, "Deploying", "custom"));

        // The machine itself.
        var token = await host.TokenAsync(machine);
        (await host.PostAsync(token, "/MAAS/metadata/2012-03-01/", ("op", "netboot_off"))).Expect(200);
        (await host.PostAsync(token, "/MAAS/metadata/2012-03-01/", ("op", "signal"), ("status", "OK"))).Expect(200);
        (await host.GetAsync(token, "/MAAS/metadata/2012-03-01/user-data")).Expect(200).Body.Should().Equal("#cloud-config"u8.ToArray());

        // Criterion 32, then 34.
        (await host.GetAsync(host.Bob, $"machines/{id}/")).Expect(200).Json.GetProperty("status").GetInt32().Should().Be(6);
        var releasing = (await host.PostAsync(host.Bob, $"machines/{id}/?op=release", ("comment", "done"))).Expect(200).Json;
        releasing.GetProperty("status").GetInt32().Should().BeOneOf(12, 4);
        (await host.GetAsync(token, "/MAAS/metadata/2012-03-01/meta-data/instance-id")).Expect(401);
    }

    [Fact]
    public async Task Criterion_30_an_impossible_transition_is_409_naming_both_states()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        foreach (var (op, words) in new[]
        {
            ("deploy", "New -> Deploying."), ("release", "New -> Releasing."), ("mark_fixed", "New -> Ready."), ("abort", "'New' state")
        })
        {
            var reply = (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op={op}")).Expect(409);
            reply.Text.Should().Contain(words);
            reply.Headers.RetryAfter.Should().BeNull();
        }
    }

    [Fact]
    public async Task Criteria_31_and_37_other_peoples_machines_are_none_of_ones_business()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200);

        (await host.GetAsync(host.Eve, $"machines/{machine.Id}/")).Expect(404);
        (await host.GetAsync(host.Eve, "machines/")).Expect(200).Json.GetArrayLength().Should().Be(0);
        (await host.PostAsync(host.Eve, $"machines/{machine.Id}/?op=release")).Expect(404);
        (await host.PostAsync(host.Eve, "machines/?op=release", ("machines", machine.Id.ToString()))).Expect(403);
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=release")).Expect(200);
    }

    [Fact]
    public async Task Criterion_35_releasing_what_is_free_is_no_error()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=release")).Expect(200).Json.GetProperty("status")
            .GetInt32()
            .Should()
            .Be(4);
    }

    [Fact]
    public async Task Criterion_36_releasing_many_names_the_unknown_and_the_busy()
    {
        await using var host = await ApiHost.StartAsync();
        var (owned, declared) = (await host.ReadyAsync("52:54:00:00:00:01"), await host.EnlistAsync("52:54:00:00:00:02"));
        await host.DoAsync(owned.Id, new MachineCommand.Allocate("bob"));

        (await host.PostAsync(host.Admin, "machines/?op=release", ("machines", "aaaaaa"), ("machines", owned.Id.ToString()))).Expect(
            400).Text.Should()
            .Contain("aaaaaa");
        (await host.MachineAsync(owned.Id)).Status.Should().Be(MachineStatus.Allocated);
        (await host.PostAsync(host.Admin, "machines/?op=release", ("machines", declared.Id.ToString()))).Expect(409).Text.Should().Contain(
            declared.Id.ToString()).And.Contain(
            "New");
        (await host.PostAsync(host.Bob, "machines/?op=release", ("machines", owned.Id.ToString()))).Expect(200).Json[0].GetString()
            .Should()
            .Be(owned.Id.ToString());
    }

    [Fact]
    public async Task Criterion_40_owner_data_is_merged_and_an_empty_value_removes()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        (await host.PostAsync(host.Bob, "machines/?op=allocate")).Expect(200);
        Task<Reply> SetAsync(Core.Accounts.ApiKey key, params (string, string)[] data) =>
            host.PostAsync(key, $"machines/{machine.Id}/?op=set_owner_data", data);

        (await SetAsync(host.Bob, ("a", "1"), ("b", "2"))).Expect(200);
        var data = (await SetAsync(host.Bob, ("a", ""), ("c", "3"))).Expect(200).Json.GetProperty("owner_data");

        data.EnumerateObject().Select(each => (each.Name, each.Value.GetString())).Should().BeEquivalentTo([("b", "2"), ("c", "3")]);
        (await SetAsync(host.Admin, ("a", "1"))).Expect(409);
    }

    [Fact]
    public async Task Criterion_54_power_answers_are_the_machine_and_turning_on_needs_an_owner()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        (await host.GetAsync(host.Bob, $"machines/{machine.Id}/?op=query_power_state")).Expect(200).Json.GetProperty("state")
            .GetString()
            .Should()
            .BeOneOf("on", "off", "unknown", "error");
        (await host.PostAsync(host.Admin, $"machines/{machine.Id}/?op=power_on")).Expect(409).Text.Should()
            .Be("Can't start node: it hasn't been allocated.");
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=power_on")).Expect(200).Json.GetProperty("system_id")
            .GetString()
            .Should()
            .Be(machine.Id.ToString());
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=power_off", ("stop_mode", "soft"))).Expect(200);
    }

    [Fact]
    public async Task A_locked_machine_is_left_alone_with_403()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.UploadImageAsync();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=deploy")).Expect(200);

        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=lock")).Expect(200).Json.GetProperty("locked")
            .GetBoolean()
            .Should()
            .BeTrue();
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=release")).Expect(403);
        (await host.DeleteAsync(host.Admin, $"machines/{machine.Id}/")).Expect(403);
        (await host.PostAsync(host.Bob, $"machines/{machine.Id}/?op=unlock")).Expect(200);
    }

    [Fact]
    public async Task Only_administrators_read_and_set_power_parameters()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.PutAsync(host.Bob, $"machines/{machine.Id}/", ("power_type", "webhook"))).Expect(403);
        var changed = await host.PutAsync(host.Admin, $"machines/{machine.Id}/",
            ("power_type", "ipmi"),
            ("power_parameters_power_address", "10.0.0.9"),
            ("power_parameters", "{\"power_pass\": \"secret-word\"}"),
            ("hostname", "renamed"));
        changed.Expect(200).Text.Should().NotContain("secret-word");
        changed.Json.GetProperty("hostname").GetString().Should().Be("renamed");

        (await host.GetAsync(host.Bob, $"machines/{machine.Id}/?op=power_parameters")).Expect(403);
        var read = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/?op=power_parameters")).Expect(200).Json;
        (read.GetProperty("power_address").GetString(), read.GetProperty("power_pass").GetString()).Should()
            .Be(("10.0.0.9", "secret-word"));
    }

    [Fact]
    public async Task A_password_of_a_controller_is_not_shown_again_when_the_host_says_so()
    {
        await using var host = await ApiHost.StartAsync(configure: options => options.ShowPowerCredentials = false);
        var machine = await host.ReadyAsync();
        (await host.PutAsync(host.Admin, $"machines/{machine.Id}/",
            ("power_type", "ipmi"), ("power_parameters_power_address", "10.0.0.9"), ("power_parameters_power_user", "maas"),
            ("power_parameters_power_pass", "secret-word"), ("power_parameters_k_g", "other-word"))).Expect(200);

        foreach (var url in new[] { $"machines/{machine.Id}/?op=power_parameters", $"machines/?op=power_parameters&id={machine.Id}" })
        {
            var text = (await host.GetAsync(host.Admin, url)).Expect(200).Text;
            text.Should().Contain("10.0.0.9").And.Contain("power_user").And.NotContain("-word").And.NotContain("power_pass");
        }

        machine = (await host.Core.Machines.GetAsync(machine.Id, TestContext.Current.CancellationToken))!; // it exists
        machine.Power.Parameters["power_pass"].Should().Be("secret-word");
    }

    [Fact]
    public async Task Deleting_a_machine_is_for_administrators_and_done_once()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.DeleteAsync(host.Bob, $"machines/{machine.Id}/")).Expect(403);
        (await host.DeleteAsync(host.Admin, $"machines/{machine.Id}/")).Expect(204);
        (await host.DeleteAsync(host.Admin, $"machines/{machine.Id}/")).Expect(404);
    }

    [Fact]
    public async Task Details_are_a_BSON_document()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        var reply = (await host.GetAsync(host.Admin, $"machines/{machine.Id}/?op=details")).Expect(200);

        reply.ContentType.Should().Be("application/bson");
        reply.Body.Should().Equal([17, 0, 0, 0, 0x0A, .. "lshw"u8, 0, 0x0A, .. "lldp"u8, 0, 0]);
    }

    [Fact]
    public async Task Script_results_are_listed_with_what_the_scripts_printed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();

        var sets = (await host.GetAsync(host.Admin, $"nodes/{machine.Id}/results/?include_output=true")).Expect(200).Json;

        sets.GetArrayLength().Should().BePositive();
        var result = sets.EnumerateArray()
            .SelectMany(set => set.GetProperty("results").EnumerateArray())
            .First(each => each.GetProperty("name").GetString() == "00-maas-inventory");
        result.GetProperty("status_name").GetString().Should().Be("Passed");
        Encoding.UTF8.GetString(result.GetProperty("output").GetBytesFromBase64()).Should().NotBeEmpty();
        (await host.GetAsync(
            host.Admin, $"nodes/{machine.Id}/results/current-commissioning/?op=download&filters=00-maas-inventory")).Expect(
            200).Text.Should()
            .NotBeEmpty();
    }
}
