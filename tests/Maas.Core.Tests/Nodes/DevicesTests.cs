using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Nodes;

/// <summary>Devices, and what is unique among nodes, over a store.</summary>
public class DevicesTests
{
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:dd:00:01");

    [Fact]
    public async Task A_device_is_kept_with_its_interfaces_over_a_new_start()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var subnet = await AddSubnetAsync(test);
        var device = await CreateAsync(test, "printer", Mac);
        var linked = await LinkAsync(test, device, "static", subnet.Id);
        await test.Core.Devices.UpdateAsync(
            device.SystemId, null, each => each with { OwnerData = new Dictionary<string, string> { ["a"] = "b" } });
        await test.ReopenAsync();

        var read = (await test.Core.Devices.ListAsync()).Should().ContainSingle().Subject;

        read.Should().BeEquivalentTo(
            linked with { OwnerData = new Dictionary<string, string> { ["a"] = "b" } }, options => options.Excluding(each => each.Version));
        read.IpAddresses.Should().Equal(IPAddress.Parse("10.0.0.1"));
        (await test.Core.Devices.FindByMacAsync(Mac))!.SystemId.Should().Be(device.SystemId);
    }

    [Fact]
    public async Task Of_parallel_nodes_with_one_name_or_address_one_is_stored()
    {
        await using var test = await TestCore.OpenAsync();
        var names = await Task.WhenAll(Enumerable.Range(1, 16).Select(number => NewAsync("one-name", $"52:54:00:00:02:{number:x2}")));
        names.Count(isStored => isStored).Should().Be(1);
        var addresses = await Task.WhenAll(Enumerable.Range(1, 16).Select(number => NewAsync($"name-{number}", "52:54:00:00:03:01")));
        addresses.Count(isStored => isStored).Should().Be(1);
        ((await test.Core.Devices.ListAsync()).Count + (await test.Machines.ListAsync()).Count).Should().Be(2);

        async Task<bool> NewAsync(string name, string mac)
        {
            await Task.Yield();
            return mac[^1] % 2 == 0 ^ name[^1] % 2 == 0
                ? await test.Machines.CreateAsync(new NewMachine { Hostname = name, MacAddresses = [MacAddress.Parse(mac)] }, null)
                    is CreateResult.Created
                : await test.Core.Devices.CreateAsync(new NewDevice { Hostname = name, MacAddresses = [MacAddress.Parse(mac)] }, null)
                    is DeviceResult.Done;
        }
    }

    [Fact]
    public async Task A_name_and_an_address_are_free_again_after_a_change_and_after_a_deletion()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        (await test.Machines.EditAsync(machine.Id, null, each => each with { Hostname = "renamed", MacAddresses = [Mac] })).Should()
            .BeOfType<EditResult.Done>();
        var device = await CreateAsync(test, machine.Hostname, machine.MacAddresses[0]);
        (await test.Core.Devices.CreateAsync(new NewDevice { Hostname = "renamed", MacAddresses = machine.MacAddresses }, null)).Should()
            .BeOfType<DeviceResult.Refused>();
        (await test.Core.Devices.DeleteAsync(device.SystemId, null)).Should().BeOfType<DeviceResult.Done>();
        (await test.Machines.DeleteAsync(machine.Id, null)).Should().BeOfType<CommandResult.Done>();

        await CreateAsync(test, "renamed", Mac);
        await CreateAsync(test, machine.Hostname, machine.MacAddresses[0]);
    }

    [Fact]
    public async Task An_address_of_a_device_in_the_inventory_of_a_machine_stays_the_devices()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync("52:54:00:00:00:09");
        await CreateAsync(test, "printer", MacAddress.Parse("52:54:00:00:00:01"));
        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        await test.SettleAsync(machine.Id);

        await test.RunScriptsAsync(machine.Id, Inventories.Small("52:54:00:00:00:01", 2, 2048));

        var after = await test.GetAsync(machine.Id);
        after.Hardware.Should().NotBeNull();
        after.MacAddresses.Should().Equal(MacAddress.Parse("52:54:00:00:00:09"));
    }

    [Fact]
    public async Task The_names_of_a_store_of_an_earlier_version_are_filled_in_when_it_is_opened()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={test.DataSource};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM node_names; DELETE FROM node_macs";
            await command.ExecuteNonQueryAsync();
        }

        await test.ReopenAsync();

        var devices = test.Core.Devices;
        foreach (var name in (string[])[machine.Hostname, test.Core.Controllers.Self.Hostname])
            (await devices.CreateAsync(new NewDevice { Hostname = name, MacAddresses = [Mac] }, null)).Should()
                .Be(new DeviceResult.Refused("hostname", "Node with this Hostname already exists."));
        (await devices.CreateAsync(new NewDevice { MacAddresses = machine.MacAddresses }, null)).Should().BeOfType<DeviceResult.Refused>()
            .Which.Field.Should().Be("mac_addresses");
    }

    [Fact]
    public async Task A_host_whose_name_a_machine_has_gets_a_number_and_keeps_it()
    {
        await using var store = new Maas.Testing.InMemoryMaasStore();
        SystemId id;
        await using (var core = await MaasCore.OpenAsync(store, new MaasCoreOptions { ControllerHostname = "other" }))
        {
            await core.Devices.CreateAsync(new NewDevice { Hostname = "mine", MacAddresses = [Mac] }, null);
        }

        await using (var core = await MaasCore.OpenAsync(store, new MaasCoreOptions { ControllerHostname = "mine" }))
        {
            core.Controllers.Self.Hostname.Should().Be("mine-2");
            id = core.Controllers.Self.SystemId;
        }

        await using (var core = await MaasCore.OpenAsync(store, new MaasCoreOptions { ControllerHostname = "mine" }))
        {
            core.Controllers.Self.SystemId.Should().Be(id);
            (await core.Controllers.ListAsync()).Should().HaveCount(2);
        }
    }

    [Fact]
    public async Task A_subnet_that_is_deleted_by_force_takes_the_links_of_devices_with_it()
    {
        await using var test = await TestCore.OpenAsync();
        var subnet = await AddSubnetAsync(test);
        var device = await CreateAsync(test, "printer", Mac);
        await LinkAsync(test, device, "static", subnet.Id);
        (await test.Core.Networks.Subnets.DeleteAsync(subnet.Id, null)).Should().BeOfType<RecordEdit<Subnet>.InUse>();

        (await test.Core.Networks.Subnets.DeleteAsync(subnet.Id, null, force: true)).Should().BeOfType<RecordEdit<Subnet>.Done>();

        (await test.Core.Devices.GetAsync(device.SystemId))!.Network.Interfaces.Should().ContainSingle().Which.Links.Should().BeEmpty();
    }

    [Fact]
    public async Task Devices_that_belong_to_each_other_are_deleted_together()
    {
        await using var test = await TestCore.OpenAsync();
        var one = await CreateAsync(test, "one", Mac);
        var wanted = new NewDevice { Hostname = "two", MacAddresses = [MacAddress.Parse("52:54:00:dd:00:02")], Parent = one.SystemId };
        var two = ((DeviceResult.Done)await test.Core.Devices.CreateAsync(wanted, null)).Device;
        (await test.Core.Devices.UpdateAsync(one.SystemId, null, each => each with { Parent = two.SystemId })).Should()
            .BeOfType<DeviceResult.Done>();

        (await test.Core.Devices.DeleteAsync(one.SystemId, null)).Should().BeOfType<DeviceResult.Done>();

        (await test.Core.Devices.ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_watcher_sees_each_last_state()
    {
        await using var test = await TestCore.OpenAsync();
        await using var states = test.Core.Devices.WatchAsync().GetAsyncEnumerator();
        await states.MoveNextAsync();
        states.Current.Should().BeEmpty();

        var next = states.MoveNextAsync().AsTask();
        var device = await CreateAsync(test, "printer", Mac);
        (await next).Should().BeTrue();
        states.Current.Should().ContainSingle().Which.Hostname.Should().Be("printer");
        next = states.MoveNextAsync().AsTask();
        await test.Core.Devices.DeleteAsync(device.SystemId, null);
        (await next).Should().BeTrue();
        states.Current.Should().BeEmpty();
    }

    [Fact]
    public async Task A_domain_with_a_device_is_kept()
    {
        await using var test = await TestCore.OpenAsync();
        var created = await test.Core.Networks.Domains.CreateAsync(new Domain { Name = "example.org" }, null);
        var domain = created.Should().BeOfType<RecordEdit<Domain>.Done>().Which.Record;
        await CreateAsync(test, "printer.example.org", Mac);

        (await test.Core.Networks.Domains.DeleteAsync(domain.Id, null)).Should().BeOfType<RecordEdit<Domain>.InUse>();
    }

    private static async Task<Subnet> AddSubnetAsync(TestCore test) => (await test.Core.Networks.Subnets.CreateAsync(
        new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), VlanId = Vlan.DefaultId }, null)).Should()
        .BeOfType<RecordEdit<Subnet>.Done>().Which.Record;

    private static async Task<Device> CreateAsync(TestCore test, string name, MacAddress mac) =>
        (await test.Core.Devices.CreateAsync(new NewDevice { Hostname = name, MacAddresses = [mac] }, null)).Should()
        .BeOfType<DeviceResult.Done>().Which.Device;

    private static async Task<Device> LinkAsync(TestCore test, Device device, string mode, long subnet) =>
        (await test.Core.Devices.EditNetworkAsync(device.SystemId, null, (config, view, ids) => LinkRules.Link(
            config, config.Interfaces[0].Id, new LinkRequest { Mode = mode, Subnet = subnet }, view, ids))).Should()
        .BeOfType<DeviceResult.Done>().Which.Device;
}
