using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Topology;
using Maas.Testing;

namespace Maas.Core.Tests.Nodes;

/// <summary>Machines' interfaces and their addresses, over a store.</summary>
public class NodeNetworkTests
{
    private static readonly MachineActor Admin = new("admin", true);

    [Fact]
    public async Task The_boot_interface_asks_the_DHCP_server_of_the_subnet_in_which_it_was_seen()
    {
        await using var test = await TestCore.OpenAsync();
        var (vlan, subnet) = await AddSubnetAsync(test, "10.9.0.0/24", ownVlan: true);
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        await test.SettleAsync(machine.Id);
        await test.Machines.ReportAddressAsync(machine.Id, IPAddress.Parse("10.9.0.17"));
        await test.RunScriptsAsync(machine.Id, Inventories.Small("52:54:00:00:00:01", 2, 2048));

        var network = await NetworkAsync(test, machine.Id);

        var boot = network.Interfaces.Should().ContainSingle().Subject;
        (boot.Vlan, network.BootInterface).Should().Be((vlan, boot.Id));
        boot.Links.Should().ContainSingle().Which.Should()
            .Match<InterfaceLink>(link => link.Mode == LinkMode.Dhcp && link.Subnet == subnet.Id && link.Address == null);
    }

    [Fact]
    public async Task A_static_link_without_address_gets_the_next_free_one_and_gives_it_back_when_it_is_removed()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        var machine = await test.ReadyAsync();

        var done = await LinkAsync(test, machine.Id, "static", subnet.Id);
        var link = done.Config.Network.Interfaces[0].Links.Single();
        link.Address.Should().Be(IPAddress.Parse("10.0.0.2"), "the gateway has 10.0.0.1");
        var stored = (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().ContainSingle().Subject;
        (stored.Kind, stored.Node, stored.LinkId).Should().Be((AddressKind.Sticky, machine.Id, link.Id));

        var before = done.Machine.Version;
        var unlinked = await EditAsync(
            test, machine.Id, (config, _, ids) => LinkRules.Unlink(config, config.Interfaces[0].Id, link.Id, ids));
        unlinked.Should().BeOfType<NodeConfigResult.Done>().Which.Machine.Version.Should().BeGreaterThan(before);
        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().BeEmpty();
    }

    [Fact]
    public async Task No_node_gets_an_address_of_a_host_that_runs_the_server()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        await test.Core.Controllers.Records.UpdateAsync(
            test.Core.Controllers.Self.Id, each => each with { IpAddresses = ["10.0.0.2", "10.0.0.3"] }, null);
        var machine = await test.ReadyAsync();

        var done = await LinkAsync(test, machine.Id, "static", subnet.Id);

        done.Config.Network.Interfaces[0].Links.Single().Address.Should().Be(IPAddress.Parse("10.0.0.4"));
        (await EditAsync(test, machine.Id, (config, view, ids) => LinkRules.Link(
            config, config.Interfaces[0].Id, new LinkRequest { Mode = "static", Subnet = subnet.Id, Address = "10.0.0.3" }, view, ids)))
            .Should().BeOfType<NodeConfigResult.Refused>().Which.Field.Should().Be("ip_address");
        (await test.Core.Networks.Addresses.ReserveAsync(null, IPAddress.Parse("10.0.0.3"), "", null, "bob"))
            .Should().BeOfType<IPReservationResult.Unavailable>();
        (await test.Core.Networks.Addresses.ReserveAsync(subnet.Id, null, "", null, "bob"))
            .Should().BeOfType<IPReservationResult.Done>().Which.Address.Ip.Should().Be(IPAddress.Parse("10.0.0.5"));
    }

    [Fact]
    public async Task Parallel_static_links_get_different_addresses()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        List<Machine> machines = [];
        for (var number = 1; number <= 32; number++) machines.Add(await test.ReadyAsync($"52:54:00:00:01:{number:x2}"));

        var done = await Task.WhenAll(machines.Select(machine => Task.Run(() => LinkAsync(test, machine.Id, "static", subnet.Id))));

        done.Select(each => each.Config.Network.Interfaces[0].Links.Single().Address).Distinct().Should().HaveCount(32);
        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().HaveCount(32);
    }

    [Fact]
    public async Task An_address_of_another_node_is_refused_and_nothing_changes()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        var one = await test.ReadyAsync();
        var other = await test.ReadyAsync("52:54:00:00:00:02");
        await LinkAsync(test, one.Id, "static", subnet.Id, "10.0.0.50");
        var before = await test.GetAsync(other.Id);

        foreach (var (address, message) in new[]
        {
            ("10.0.0.50", "IP address is already in use."),
            ("10.0.0.1", "IP address 10.0.0.1 is the network's, its broadcast or its gateway's."),
            ("10.0.0.255", "IP address 10.0.0.255 is the network's, its broadcast or its gateway's."),
        })
        {
            var request = new LinkRequest { Mode = "static", Subnet = subnet.Id, Address = address };
            (await EditAsync(test, other.Id, (config, view, ids) => LinkRules.Link(config, config.Interfaces[0].Id, request, view, ids)))
                .Should().Be(new NodeConfigResult.Refused("ip_address", message));
        }

        (await test.GetAsync(other.Id)).Version.Should().Be(before.Version);
    }

    [Fact]
    public async Task An_automatic_link_has_an_address_from_deployment_to_release()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        await LinkAsync(test, machine.Id, "auto", subnet.Id);
        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().BeEmpty();

        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));

        var address = (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().ContainSingle().Subject;
        (address.Kind, address.Ip).Should().Be((AddressKind.Auto, IPAddress.Parse("10.0.0.2")));
        (await NetworkAsync(test, machine.Id)).Interfaces[0].Links.Single().Address.Should().Be(address.Ip);

        await test.DoAsync(machine.Id, new MachineCommand.Release());
        var released = await test.SettleAsync(machine.Id);
        released.Owner.Should().BeNull();
        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().BeEmpty();
        (await NetworkAsync(test, machine.Id)).Interfaces[0].Links.Single().Address.Should().BeNull();
    }

    [Fact]
    public async Task A_machine_is_not_deployed_when_one_of_its_links_finds_no_free_address()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, wide) = await AddSubnetAsync(test, "10.0.0.0/24");
        var (_, narrow) = await AddSubnetAsync(test, "10.1.0.0/30");
        await test.UploadAsync();
        var holder = await test.ReadyAsync("52:54:00:00:00:02");
        await LinkAsync(test, holder.Id, "static", narrow.Id);
        var machine = await test.ReadyAsync();
        await LinkAsync(test, machine.Id, "auto", wide.Id);
        await LinkAsync(test, machine.Id, "auto", narrow.Id);

        var result = await test.TellAsync(machine.Id, new MachineCommand.Deploy("bob"));

        result.Should().BeOfType<CommandResult.Refused>().Which.Should().Match<CommandResult.Refused>(refused =>
            refused.Because == RefusalKind.Address && refused.Reason == "No more IPs available in subnet: 10.1.0.0/30.");
        (await test.GetAsync(machine.Id)).Should().Match<Machine>(each => each.Owner == null && each.Status == MachineStatus.Ready);
        (await test.Core.Networks.ListAddressesAsync(wide.Id)).Should().BeEmpty("it is all or nothing");
    }

    [Fact]
    public async Task The_address_that_is_reserved_for_an_interface_is_taken_first_and_by_no_other()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        (await test.Core.Networks.ReservedIps.CreateAsync(
            new ReservedIp { SubnetId = subnet.Id, Ip = IPAddress.Parse("10.0.0.77"), MacAddress = MacAddress.Parse("52:54:00:00:00:01") },
            null)).Should().BeOfType<RecordEdit<ReservedIp>.Done>();
        var machine = await test.ReadyAsync();
        var other = await test.ReadyAsync("52:54:00:00:00:02");

        var request = new LinkRequest { Mode = "static", Subnet = subnet.Id, Address = "10.0.0.77" };
        (await EditAsync(test, other.Id, (config, view, ids) => LinkRules.Link(config, config.Interfaces[0].Id, request, view, ids)))
            .Should().Be(new NodeConfigResult.Refused("ip_address", "IP address is reserved for another interface."));
        (await LinkAsync(test, machine.Id, "static", subnet.Id)).Config.Network.Interfaces[0].Links.Single().Address
            .Should().Be(IPAddress.Parse("10.0.0.77"));
    }

    [Fact]
    public async Task The_addresses_by_which_a_machine_is_found_follow_its_physical_interfaces()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.ReadyAsync("52:54:00:00:00:02");
        var created = await CreateAsync(test, machine.Id, "52:54:00:00:00:aa");
        created.Should().BeOfType<NodeConfigResult.Done>();
        (await test.Machines.FindByMacAsync(MacAddress.Parse("52:54:00:00:00:aa")))!.Id.Should().Be(machine.Id);

        (await CreateAsync(test, machine.Id, "52:54:00:00:00:02")).Should().BeOfType<NodeConfigResult.Refused>()
            .Which.Should().Match<NodeConfigResult.Refused>(refused =>
                refused.Field == "mac_address" && refused.Reason.Contains("already"));

        var first = (await NetworkAsync(test, machine.Id)).Interfaces[0];
        await EditAsync(test, machine.Id, (config, view, ids) => InterfaceRules.Update(
            config, first.Id, new InterfaceRequest { MacAddress = "52:54:00:00:00:bb" }, view, ids));
        (await test.GetAsync(machine.Id)).MacAddresses.Select(mac => mac.ToString()).Should()
            .Equal("52:54:00:00:00:bb", "52:54:00:00:00:aa");
        await EditAsync(test, machine.Id, (config, _, ids) => InterfaceRules.Delete(config, ((NodeConfigResult.Done)created).Id, ids));
        (await test.GetAsync(machine.Id)).MacAddresses.Should().ContainSingle();
        (await EditAsync(test, machine.Id, (config, _, ids) => InterfaceRules.Delete(config, first.Id, ids)))
            .Should().BeOfType<NodeConfigResult.Done>("its power controller identifies it");
    }

    [Fact]
    public async Task An_edit_of_a_machines_addresses_changes_its_interfaces_and_keeps_the_numbers_of_the_others()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.Machines.EditAsync(machine.Id, null, each => each with
        {
            MacAddresses = [.. each.MacAddresses, MacAddress.Parse("52:54:00:00:00:07"), MacAddress.Parse("52:54:00:00:00:08")],
        });
        var before = (await NetworkAsync(test, machine.Id)).Interfaces;

        await test.Machines.EditAsync(
            machine.Id, null, each => each with { MacAddresses = [.. each.MacAddresses.Where((_, at) => at != 1)] });

        var after = (await NetworkAsync(test, machine.Id)).Interfaces;
        after.Select(one => one.Id).Should().Equal(before[0].Id, before[2].Id);
        after.Select(one => one.MacAddress).Should().Equal((await test.GetAsync(machine.Id)).MacAddresses.Select(mac => (MacAddress?)mac));
    }

    [Fact]
    public async Task A_change_of_the_owners_copy_keeps_the_addresses_of_both_until_release()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        var machine = await test.ReadyAsync();
        var link = (await LinkAsync(test, machine.Id, "static", subnet.Id)).Config.Network.Interfaces[0].Links.Single();
        await test.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        await EditAsync(test, machine.Id, (config, _, ids) => LinkRules.Unlink(config, config.Interfaces[0].Id, link.Id, ids));
        await CreateAsync(test, machine.Id, "52:54:00:00:00:aa");

        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().ContainSingle("what is intended still has it");
        await test.DoAsync(machine.Id, new MachineCommand.Release());
        await test.SettleAsync(machine.Id);
        var intended = await NetworkAsync(test, machine.Id);
        intended.Interfaces[0].Links.Should().ContainSingle().Which.Should().Be(link);
        intended.Interfaces.Should().HaveCount(2, "the machine has the new hardware after its release too");
    }

    [Fact]
    public async Task A_subnet_with_links_is_deleted_by_force_only_and_its_links_with_it()
    {
        await using var test = await TestCore.OpenAsync();
        var (vlan, subnet) = await AddSubnetAsync(test, "10.0.0.0/24", ownVlan: true);
        var machine = await test.ReadyAsync();
        await EditAsync(test, machine.Id, (config, view, ids) => InterfaceRules.Update(
            config, config.Interfaces[0].Id, new InterfaceRequest { Vlan = vlan }, view, ids));
        await LinkAsync(test, machine.Id, "static", subnet.Id);

        (await test.Core.Networks.Subnets.DeleteAsync(subnet.Id, null)).Should().BeOfType<RecordEdit<Subnet>.InUse>().Which.Reason.Should()
            .Be("Cannot delete a subnet that has IP addresses in use by nodes. (Use the 'force' parameter to override.)");
        (await test.Core.Networks.Subnets.DeleteAsync(subnet.Id, null, force: true)).Should().BeOfType<RecordEdit<Subnet>.Done>();

        (await NetworkAsync(test, machine.Id)).Interfaces[0].Links.Should().BeEmpty();
        (await test.Core.Networks.Vlans.DeleteAsync(vlan, null)).Should().BeOfType<RecordEdit<Vlan>.InUse>().Which.Reason.Should()
            .Be("Can't delete VLAN; interfaces of nodes are connected to it.");
        (await test.Machines.DeleteAsync(machine.Id, Admin)).Should().BeOfType<CommandResult.Done>();
        (await test.Core.Networks.Vlans.DeleteAsync(vlan, null)).Should().BeOfType<RecordEdit<Vlan>.Done>();
    }

    [Fact]
    public async Task A_deleted_machine_frees_its_addresses()
    {
        await using var test = await TestCore.OpenAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        var machine = await test.ReadyAsync();
        await LinkAsync(test, machine.Id, "static", subnet.Id);

        (await test.Machines.DeleteAsync(machine.Id, Admin)).Should().BeOfType<CommandResult.Done>();

        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_index_is_what_the_documents_say()
    {
        await using var store = new InMemoryMaasStore();
        await using var core = await MaasCore.OpenAsync(store);
        var subnet = Done(await core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/24"), VlanId = Vlan.DefaultId }, null));
        var vlan = Done(await core.Networks.Vlans.CreateAsync(new Vlan { FabricId = Fabric.DefaultId, Vid = 10 }, null));
        var machine = ((CreateResult.Created)await core.Machines.CreateAsync(
            new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")] }, null)).Machine;
        var random = new Random(7);
        for (var step = 0; step < 60; step++)
        {
            await core.NodeConfigs.EditNetworkAsync(machine.Id, null, new NetworkEdit((_, config, view, ids) =>
            {
                var one = config.Interfaces[step % config.Interfaces.Count];
                return (step % 5) switch
                {
                    0 => LinkRules.Link(config, one.Id, new LinkRequest { Mode = "static", Subnet = subnet.Id }, view, ids),
                    1 => InterfaceRules.CreateVlan(config, new InterfaceRequest { Parents = [one.Id], Vlan = vlan.Id }, view, ids),
                    2 => LinkRules.Link(config, one.Id, new LinkRequest { Mode = "dhcp", Subnet = subnet.Id }, view, ids),
                    3 when one.Links.Count > 0 => LinkRules.Unlink(config, one.Id, one.Links[0].Id, ids),
                    _ when one.Type != InterfaceType.Physical => InterfaceRules.Delete(config, one.Id, ids),
                    _ => LinkRules.Link(config, one.Id, new LinkRequest { Mode = "auto", Subnet = subnet.Id }, view, ids),
                };
            }));
            if (random.Next(10) == 0)
                await core.Machines.ExecuteAsync(machine.Id, new MachineCommand.MarkBroken { Comment = "x" });

            var configs = (await store.Records.ListAsync(new RecordQuery<NodeConfigRecord>(NodeTables.Configs), default))
                .Where(record => NodeConfigSet.Indexed.Contains(record.Kind)).OrderByDescending(record => record.Kind)
                .Select(record => record.Config).ToList();
            (await store.Records.ListAsync(new RecordQuery<NodeLinkRecord>(NodeTables.Links), default))
                .Select(link => link with { Id = 0, Version = 0 })
                .Should().BeEquivalentTo(NodeIndex.LinksOf(machine.Id.ToString(), configs));
            (await store.Records.ListAsync(new RecordQuery<AllocatedAddress>(TopologyTables.Addresses), default))
                .Select(address => (address.Ip, address.LinkId, address.Kind, address.InterfaceId))
                .Should().BeEquivalentTo(NodeIndex.AddressesOf(machine.Id, configs, default)
                    .Select(address => (address.Ip, address.LinkId, address.Kind, address.InterfaceId)));
        }
    }

    [Fact]
    public void Numbers_of_interfaces_never_meet_those_that_machines_derive()
    {
        var numbers = Enumerable.Range(0, 5000).Select(count => NodeIds.NumberOf(IdKind.Interface, count)).ToList();
        numbers.Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        numbers.Should().OnlyContain(number => number % NodeIds.PlacesPerMachine >= MachineRules.MostInterfaces);
        NodeIds.NumberOf(IdKind.Link, 17).Should().Be(17);
    }

    [Fact]
    public async Task Interfaces_and_addresses_survive_a_restart()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var (_, subnet) = await AddSubnetAsync(test, "10.0.0.0/24");
        var machine = await test.ReadyAsync();
        var before = (await LinkAsync(test, machine.Id, "static", subnet.Id)).Config.ToJson();

        await test.ReopenAsync();

        (await test.Core.NodeConfigs.GetAsync(await test.GetAsync(machine.Id))).ToJson().Should().Be(before);
        (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().ContainSingle();
    }

    private static async Task<(long Vlan, Subnet Subnet)> AddSubnetAsync(TestCore test, string cidr, bool ownVlan = false)
    {
        var vlan = ownVlan
            ? Done(await test.Core.Networks.Vlans.CreateAsync(new Vlan { FabricId = Fabric.DefaultId, Vid = 9 }, null)).Id
            : Vlan.DefaultId;
        var network = IPNetwork.Parse(cidr);
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return (vlan, Done(await test.Core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = network, VlanId = vlan, Gateway = new IPAddress(bytes) }, null)));
    }

    private static T Done<T>(RecordEdit<T> edit)
        where T : StoredRecord => edit.Should().BeOfType<RecordEdit<T>.Done>().Subject.Record;

    private static async Task<NetworkConfig> NetworkAsync(TestCore test, SystemId id) =>
        (await test.Core.NodeConfigs.GetAsync(await test.GetAsync(id))).Network;

    private static Task<NodeConfigResult> EditAsync(
        TestCore test, SystemId id, Func<NetworkConfig, NetworkView, IIdSource, NetworkResult> rule) =>
        test.Core.NodeConfigs.EditNetworkAsync(id, Admin, new NetworkEdit((_, config, view, ids) => rule(config, view, ids)));

    private static Task<NodeConfigResult> CreateAsync(TestCore test, SystemId id, string mac) =>
        EditAsync(test, id, (config, view, ids) =>
            InterfaceRules.CreatePhysical(config, new InterfaceRequest { MacAddress = mac }, view, ids));

    private static async Task<NodeConfigResult.Done> LinkAsync(
        TestCore test, SystemId id, string mode, long subnet, string address = "") =>
        (await EditAsync(test, id, (config, view, ids) => LinkRules.Link(
            config,
            config.Interfaces[0].Id,
            new LinkRequest { Mode = mode, Subnet = subnet, Address = address },
            view,
            ids))).Should().BeOfType<NodeConfigResult.Done>().Subject;
}
