using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Nodes;

/// <summary>The process ends at any write of the store while addresses of machines and devices change.</summary>
public class AddressCrashTests
{
    private static readonly MachineActor Admin = new("admin", true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Addresses_agree_with_interfaces_wherever_the_process_ends(bool afterwards)
    {
        for (var number = 1; ; number++)
        {
            var crash = new CrashingStore(afterwards);
            await using var test = await TestCore.OpenAsync(wrap: crash.Watch);
            await test.UploadAsync();
            var subnet = (await test.Core.Networks.Subnets.CreateAsync(
                new Subnet { Cidr = IPNetwork.Parse("10.0.0.0/29"), VlanId = Vlan.DefaultId }, null))
                .Should().BeOfType<RecordEdit<Subnet>.Done>().Which.Record;
            var machine = await test.ReadyAsync();

            crash.Arm(number);
            var isWhole = await RunAsync(test, machine.Id, subnet.Id);
            crash.Disarm();
            await test.ReopenAsync();

            await AgreesAsync(test, subnet.Id);
            if (!isWhole) continue;
            number.Should().BeGreaterThan(10, "each step is at least one write");
            (await test.Core.Networks.ListAddressesAsync(subnet.Id)).Should().BeEmpty("everything was given back at the end");
            return;
        }
    }

    private static async Task<bool> RunAsync(TestCore test, SystemId machine, long subnet)
    {
        try
        {
            await LinkAsync(test, machine, "static", subnet);
            await LinkAsync(test, machine, "auto", subnet);
            var wanted = new NewDevice { Hostname = "box", MacAddresses = [MacAddress.Parse("52:54:00:00:00:99")], Parent = machine };
            var device = ((DeviceResult.Done)await test.Core.Devices.CreateAsync(wanted, "bob")).Device;
            await test.Core.Devices.EditNetworkAsync(
                device.SystemId, Admin,
                (config, view, ids) => LinkRules.Link(
                    config, config.Interfaces[0].Id, new LinkRequest { Mode = "auto", Subnet = subnet }, view, ids));
            await test.DoAsync(machine, new MachineCommand.Deploy("bob"));
            await test.DoAsync(machine, new MachineCommand.Release());
            await test.SettleAsync(machine);
            await test.Machines.DeleteAsync(machine, Admin);
            return true;
        }
        catch (CrashingStore.CrashException)
        {
            return false;
        }
    }

    private static Task<NodeConfigResult> LinkAsync(TestCore test, SystemId machine, string mode, long subnet) =>
        test.Core.NodeConfigs.EditNetworkAsync(
            machine, Admin,
            new NetworkEdit((_, config, view, ids) => LinkRules.Link(
                config, config.Interfaces[0].Id, new LinkRequest { Mode = mode, Subnet = subnet }, view, ids)));

    /// <summary>What is stored of links and addresses is what would be derived from the configurations.</summary>
    private static async Task AgreesAsync(TestCore test, long subnet)
    {
        var (links, addresses) = (
            await ListAsync(test, NodeTables.Links),
            await test.Core.Networks.ListAddressesAsync(subnet));
        var configs = (await ListAsync(test, NodeTables.Configs)).Where(record => NodeConfigSet.Indexed.Contains(record.Kind))
            .OrderByDescending(record => record.Kind).Select(record => (record.Node, record.Config))
            .Concat((await test.Core.Devices.ListAsync())
                .Select(device => (device.SystemId.ToString(), new NodeConfig { Network = device.Network })))
            .GroupBy(item => item.Item1, item => item.Item2).ToList();

        links.Select(link => link with { Id = 0, Version = 0 }).Should().BeEquivalentTo(
            configs.SelectMany(node => NodeIndex.LinksOf(node.Key, node)));
        addresses.Select(address => (address.Ip, address.Node, address.LinkId)).Should().BeEquivalentTo(
            configs.SelectMany(node => NodeIndex.AddressesOf(SystemId.Parse(node.Key), node, default))
                .Select(address => (address.Ip, address.Node, address.LinkId)));
        foreach (var node in addresses.Select(address => address.Node).OfType<SystemId>())
            (await test.Machines.GetAsync(node) is not null || await test.Core.Devices.GetAsync(node) is not null).Should().BeTrue();
    }

    private static Task<IReadOnlyList<T>> ListAsync<T>(TestCore test, RecordTable<T> table)
        where T : StoredRecord => test.Store.Records.ListAsync(new RecordQuery<T>(table), TestContext.Current.CancellationToken);
}
