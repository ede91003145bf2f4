using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Core;
using Maas.Core.Records;
using Maas.Core.Topology;
using Maas.Hosting.Networks;

namespace Maas.Hosting.Tests.Networks;

/// <summary>What is stored of networks decides what DHCP does.</summary>
public class StoredSubnetsTests
{
    [Fact]
    public async Task A_network_of_the_options_is_stored_at_the_first_start_and_changes_of_it_are_leased_at_once()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var (core, networks) = (server.Get<MaasCore>(), server.Get<MaasNetworks>());
        var topology = await core.Topology.GetAsync(TestContext.Current.CancellationToken);
        var subnet = topology.Subnets.Should().ContainSingle().Which;
        topology.IpRanges.Should().ContainSingle().Which.Start.Should().Be(IPAddress.Parse("127.78.0.100"));
        topology.Vlans[0].DhcpOn.Should().BeTrue();

        Done(await core.Networks.IpRanges.CreateAsync(
            new IpRange { SubnetId = subnet.Id, Start = IPAddress.Parse("127.78.0.10"), End = IPAddress.Parse("127.78.0.19") }, null));
        await EventuallyAsync(() => networks.Subnets("test")[0].Ranges.Count == 2);
        Done(await core.Networks.ReservedIps.CreateAsync(
            new ReservedIp
            {
                SubnetId = subnet.Id, Ip = IPAddress.Parse("127.78.0.50"), MacAddress = MacAddress.Parse("52:54:00:00:00:50"),
            },
            null));
        await EventuallyAsync(() => networks.Subnets("test")[0].Reservations.Count == 1);
        Done(await core.Networks.Vlans.UpdateAsync(subnet.VlanId, vlan => vlan with { DhcpOn = false }, null));
        await EventuallyAsync(() => networks.Subnets("test")[0] is { Ranges.Count: 0, Reservations.Count: 0 });
    }

    [Fact]
    public async Task A_subnet_of_a_VLAN_that_is_relayed_to_the_link_is_leased_too()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var (core, networks) = (server.Get<MaasCore>(), server.Get<MaasNetworks>());
        var fabric = Done(await core.Networks.Fabrics.CreateAsync(new Fabric(), null));
        var vlan = (await core.Topology.GetAsync(TestContext.Current.CancellationToken)).VlansOf(fabric.Id).Single();
        Done(await core.Networks.Vlans.UpdateAsync(vlan.Id, each => each with { RelayVlanId = Vlan.DefaultId }, null));
        var subnet = Done(await core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = IPNetwork.Parse("10.9.0.0/24"), VlanId = vlan.Id, Gateway = IPAddress.Parse("10.9.0.1") }, null));
        Done(await core.Networks.IpRanges.CreateAsync(
            new IpRange { SubnetId = subnet.Id, Start = IPAddress.Parse("10.9.0.10"), End = IPAddress.Parse("10.9.0.19") }, null));

        await EventuallyAsync(() => networks.Subnets("test").Any(each =>
            each.Network.Equals(subnet.Cidr) && each.Ranges.Count == 1 && each.Routers.Contains(IPAddress.Parse("10.9.0.1"))));
    }

    [Fact]
    public async Task Reservations_that_the_application_changed_outlast_changes_of_what_is_stored()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var (core, networks) = (server.Get<MaasCore>(), server.Get<MaasNetworks>());
        var subnet = (await core.Topology.GetAsync(TestContext.Current.CancellationToken)).Subnets.Single();
        foreach (var last in (byte[])[50, 51])
        {
            var reserved = new ReservedIp
            {
                SubnetId = subnet.Id, Ip = new IPAddress([127, 78, 0, last]), MacAddress = MacAddress.Parse($"52:54:00:00:00:{last}"),
            };
            Done(await core.Networks.ReservedIps.CreateAsync(reserved, null));
        }

        await EventuallyAsync(() => networks.Subnets("test")[0].Reservations.Count == 2);
        var added = new AddressReservation.ForHardware(IPAddress.Parse("127.78.0.60"), HardwareAddress.Parse("52:54:00:00:00:60"));
        networks.AddReservation(added).Should().BeOfType<ReservationResult.Added>();
        networks.RemoveReservation(IPAddress.Parse("127.78.0.50")).Should().BeTrue();

        Done(await core.Networks.IpRanges.CreateAsync(
            new IpRange { SubnetId = subnet.Id, Start = IPAddress.Parse("127.78.0.10"), End = IPAddress.Parse("127.78.0.19") }, null));
        await EventuallyAsync(() => networks.Subnets("test")[0].Ranges.Count == 2);
        networks.Subnets("test")[0].Reservations.Select(each => each.Address).Should().BeEquivalentTo(
            [IPAddress.Parse("127.78.0.51"), added.Address]);
    }

    [Fact]
    public async Task Subnets_of_the_application_are_leased_whatever_is_stored()
    {
        await using var server = await ComposedServer.StartAsync(DhcpMode.Full);
        var (core, networks) = (server.Get<MaasCore>(), server.Get<MaasNetworks>());
        var subnet = (await core.Topology.GetAsync(TestContext.Current.CancellationToken)).Subnets.Single();
        var own = networks.Subnets("test")[0] with { Ranges = [AddressRange.Parse("127.78.0.30-127.78.0.39")] };
        await networks.ReplaceSubnetsAsync("test", [own], TestContext.Current.CancellationToken);
        Done(await core.Networks.IpRanges.CreateAsync(
            new IpRange { SubnetId = subnet.Id, Start = IPAddress.Parse("127.78.0.10"), End = IPAddress.Parse("127.78.0.19") }, null));

        await server.Get<BootNetworks>().Find("test")!.FollowAsync(
            await core.Topology.GetAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        networks.Subnets("test")[0].Ranges.Should().Equal(own.Ranges);
    }

    private static T Done<T>(RecordEdit<T> edit)
        where T : StoredRecord => edit.Should().BeOfType<RecordEdit<T>.Done>().Which.Record;

    // The host follows in the background: at once, or within seconds on a loaded machine.
    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeout.Token);
    }
}
