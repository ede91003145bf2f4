using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Tests.Machines;

/// <summary>A machine's inventory from its management controller, and enlisting by it.</summary>
public sealed class ControllerInventoryTests
{
    private static readonly (string Name, string Value)[] Redfish =
    [
        ("power_type", "redfish"), ("power_parameters_power_address", "https://10.0.0.8"), ("power_parameters_power_user", "maas"),
        ("power_parameters_power_pass", "hunter2-secret"),
    ];

    private readonly TestInventory _inventory = new();

    [Fact]
    public async Task An_administrator_reads_what_the_controller_says()
    {
        await using var host = await StartAsync();
        var id = await RedfishMachineAsync(host);

        var json = (await host.GetAsync(host.Admin, $"machines/{id}/?op=bmc_inventory")).Expect(200).Json;

        json.GetProperty("system_id").GetString().Should().Be(id);
        json.GetProperty("power_state").GetString().Should().Be("off");
        json.GetProperty("serial").GetString().Should().Be("SN-1");
        json.GetProperty("architecture").GetString().Should().Be("arm64");
        json.GetProperty("cpu_count").GetInt32().Should().Be(32);
        json.GetProperty("processors")[0].GetProperty("instruction_set").GetString().Should().Be("ARM-A64");
        json.GetProperty("memory_modules")[0].GetProperty("memory").GetInt64().Should().Be(65536);
        json.GetProperty("interfaces").EnumerateArray().Select(each => each.GetProperty("mac_address").GetString())
            .Should().Equal("52:54:00:00:00:01", "52:54:00:00:00:02", null);
        json.GetProperty("drives")[0].GetProperty("size").GetInt64().Should().Be(960_197_124_096);
        json.GetProperty("gaps")[0].GetString().Should().Contain("Storage");
        json.GetRawText().Should().NotContain("hunter2");
    }

    [Fact]
    public async Task Only_an_administrator_reads_it_or_enlists()
    {
        await using var host = await StartAsync();
        var id = await RedfishMachineAsync(host);

        (await host.GetAsync(host.Bob, $"machines/{id}/?op=bmc_inventory")).Expect(403);
        (await host.PostAsync(host.Bob, "machines/?op=enlist_bmc", Redfish)).Expect(403);
        (await host.SendAsync("POST", "machines/?op=enlist_bmc", null, ApiHost.Form(Redfish))).Expect(401);

        _inventory.Asked.Should().BeEmpty();
    }

    [Fact]
    public async Task A_power_type_without_an_inventory_is_named()
    {
        await using var host = await StartAsync();
        var machine = await host.EnlistAsync();

        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/?op=bmc_inventory")).Expect(409).Text
            .Should().Be("Power type 'manual' has no inventory of the management controller; redfish has one.");
        (await host.PostAsync(host.Admin, "machines/?op=enlist_bmc", ("power_type", "ipmi"))).Expect(400).Text
            .Should().Contain("power_type").And.Contain("'ipmi'").And.Contain("redfish has one");
    }

    [Theory]
    [InlineData(ControllerFailure.Credentials, 409, 400)]
    [InlineData(ControllerFailure.Settings, 409, 400)]
    [InlineData(ControllerFailure.TimedOut, 504, 504)]
    [InlineData(ControllerFailure.Unreachable, 502, 502)]
    [InlineData(ControllerFailure.Refused, 502, 502)]
    public async Task A_failure_has_its_reason_and_stores_nothing(ControllerFailure failure, int read, int enlist)
    {
        await using var host = await StartAsync();
        var id = await RedfishMachineAsync(host);
        _inventory.Result = new MachineInventoryResult.Failed(failure, "The controller said no.");

        (await host.GetAsync(host.Admin, $"machines/{id}/?op=bmc_inventory")).Expect(read).Text.Should().Be("The controller said no.");
        (await host.PostAsync(host.Admin, "machines/?op=enlist_bmc", Redfish)).Expect(enlist).Text
            .Should().Contain("The controller said no.").And.NotContain("hunter2");

        (await host.Core.Machines.ListAsync(cancellationToken: ApiHost.Cancellation)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_machine_is_enlisted_with_what_its_controller_says()
    {
        await using var host = await StartAsync();

        var json = (await host.PostAsync(host.Admin, "machines/?op=enlist_bmc", [.. Redfish, ("hostname", "alpha")])).Expect(200).Json;

        json.GetProperty("status_name").GetString().Should().Be("New");
        json.GetProperty("hostname").GetString().Should().Be("alpha");
        json.GetProperty("architecture").GetString().Should().Be("arm64/generic");
        json.GetProperty("cpu_count").GetInt32().Should().Be(32);
        json.GetProperty("memory").GetInt32().Should().Be(65536);
        json.GetProperty("hardware_uuid").GetString().Should().Be("6d616173-0000-4000-8000-000000000001");
        json.GetProperty("hardware_info").GetProperty("system_serial").GetString().Should().Be("SN-1");
        json.GetProperty("hardware_info").GetProperty("system_vendor").GetString().Should().Be("Acme");
        json.GetProperty("power_type").GetString().Should().Be("redfish");
        json.GetRawText().Should().NotContain("hunter2");
        var machine = (await host.Core.Machines.ListAsync(cancellationToken: ApiHost.Cancellation)).Should().ContainSingle().Subject;
        machine.MacAddresses.Should().Equal(MacAddress.Parse("52:54:00:00:00:02"), MacAddress.Parse("52:54:00:00:00:01"));
        machine.Power.Parameters["power_pass"].Should().Be("hunter2-secret");
        machine.MadeItselfKnown.Should().BeFalse();
        _inventory.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task A_machine_that_is_known_by_one_of_its_addresses_is_refused_with_the_known_ones_id()
    {
        await using var host = await StartAsync();
        var known = await host.EnlistAsync("52:54:00:00:00:01");

        (await host.PostAsync(host.Admin, "machines/?op=enlist_bmc", Redfish)).Expect(409).Text
            .Should().Contain("52:54:00:00:00:01").And.Contain($"machine {known.Id} ({known.Hostname})");

        (await host.Core.Machines.ListAsync(cancellationToken: ApiHost.Cancellation)).Should().ContainSingle();
    }

    [Fact]
    public async Task What_the_controller_does_not_know_can_be_given()
    {
        await using var host = await StartAsync();
        _inventory.Result = new MachineInventoryResult.Read(
            new MachineInventory { Gaps = ["/Systems/1/Processors: broke."] }, DateTimeOffset.UnixEpoch);

        (await host.PostAsync(host.Admin, "machines/?op=enlist_bmc", Redfish)).Expect(400).Text
            .Should().Contain("mac_addresses").And.Contain("Processors: broke.");
        (await host.PostAsync(host.Admin, "machines/?op=enlist_bmc", [.. Redfish, ("mac_addresses", "52:54:00:00:00:09")])).Expect(400).Text
            .Should().Contain("architecture");
        var json = (await host.PostAsync(
            host.Admin, "machines/?op=enlist_bmc",
            [.. Redfish, ("mac_addresses", "52:54:00:00:00:09"), ("architecture", "amd64")])).Expect(200).Json;

        json.GetProperty("architecture").GetString().Should().Be("amd64/generic");
        json.GetProperty("cpu_count").GetInt32().Should().Be(0);
    }

    [Fact]
    public async Task A_host_without_power_drivers_says_so()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.EnlistAsync();

        (await host.GetAsync(host.Admin, $"machines/{machine.Id}/?op=bmc_inventory")).Expect(409).Text
            .Should().Be("This server has no power drivers that read inventories.");
    }

    private Task<ApiHost> StartAsync() =>
        ApiHost.StartAsync(configureServices: services => services.AddSingleton<IMachineInventory>(_inventory));

    private static async Task<string> RedfishMachineAsync(ApiHost host)
    {
        var created = await host.Core.Machines.CreateAsync(
            new NewMachine
            {
                MacAddresses = [MacAddress.Parse("52:54:00:00:00:07")],
                Power = new PowerSettings("redfish", new Dictionary<string, string> { ["power_pass"] = "hunter2" }),
            },
            "admin",
            ApiHost.Cancellation);
        return ((CreateResult.Created)created).Machine.Id.ToString();
    }
}
