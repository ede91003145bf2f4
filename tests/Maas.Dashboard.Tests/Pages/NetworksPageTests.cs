using System.Net;
using Bunit;
using Maas.Core;
using Maas.Core.Topology;
using Maas.Dashboard.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>Fabrics, VLANs, subnets and ranges: created, changed and deleted by the API's rules, and why each address is in use.</summary>
public sealed class NetworksPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task A_fabric_a_VLAN_a_subnet_and_a_range_are_created_changed_and_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<NetworksPage>();
        page.Press("Add fabric");
        page.WaitForElement("#fabric-name", Patience).Change("lab");
        page.Find("form").Submit();
        page.ShouldSay("The fabric was saved.");
        var fabric = (await TopologyAsync()).Fabrics.Single(each => each.Name == "lab");

        page.Press("Add VLAN");
        page.WaitForElement("#vlan-fabric", Patience).Change(fabric.Id.ToString());
        page.Find("#vlan-vid").Change("4095");
        page.Find("form").Submit();
        page.ShouldSay("vid: ");
        page.Find("#vlan-vid").Change("20");
        page.Find("#vlan-mtu").Change("9000");
        page.Find("form").Submit();
        page.ShouldSay("The VLAN was saved.");
        var vlan = (await TopologyAsync()).VlansOf(fabric.Id).Single(each => each.Vid == 20);
        vlan.Mtu.Should().Be(9000);

        page.Press("Add subnet");
        page.WaitForElement("#subnet-cidr", Patience).Change("10.1.0.0/24");
        page.Find("#subnet-vlan").Change(vlan.Id.ToString());
        page.Find("#subnet-gateway").Change("10.2.0.1");
        page.Find("form").Submit();
        page.ShouldSay("gateway_ip: Gateway IP must be within CIDR range.");
        page.Find("#subnet-gateway").Change("10.1.0.1");
        page.Find("form").Submit();
        page.ShouldSay("The subnet was saved.");

        page.Press("Add range to 10.1.0.0/24");
        page.WaitForElement("#range-start", Patience).Change("10.1.0.200");
        page.Find("#range-end").Change("10.1.0.100");
        page.Find("form").Submit();
        page.ShouldSay("end_ip: End IP address must not be less than Start IP address.");
        page.Find("#range-end").Change("10.1.0.220");
        page.Find("form").Submit();
        page.ShouldSay("The range was saved.");
        page.Press("Change 10.1.0.200 – 10.1.0.220");
        page.WaitForElement("#range-type", Patience).Change("Reserved");
        page.Find("#range-comment").Change("printers");
        page.Find("form").Submit();
        page.WaitForAssertion(() => page.Markup.Should().Contain("Reserved: 10.1.0.200 – 10.1.0.220 printers"), Patience);

        page.Confirm("Delete VLAN 20 of lab");
        page.ShouldSay("Can't delete VLAN; the following subnets are still present: 10.1.0.0/24");
        page.Confirm("Delete 10.1.0.200 – 10.1.0.220");
        page.ShouldSay("The range was deleted.");
        page.Confirm("Delete subnet 10.1.0.0/24 with its ranges and reserved addresses");
        page.ShouldSay("10.1.0.0/24 was deleted.");
        page.Confirm("Delete fabric lab with its VLANs");
        page.ShouldSay("Fabric lab was deleted.");
        (await TopologyAsync()).Fabrics.Should().ContainSingle();

        ValueTask<TopologySnapshot> TopologyAsync() => host.Core.Topology.GetAsync(Cancellation);
    }

    [Fact]
    public async Task The_reason_of_each_used_address_is_shown_and_a_subnet_in_use_is_deleted_only_on_purpose()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddReadyMachineAsync("52:54:00:00:00:01", "alpha");
        await host.Core.Networks.Subnets.CreateAsync(
            new Subnet
            {
                Cidr = IPNetwork.Parse("10.1.0.0/24"), VlanId = Vlan.DefaultId, Gateway = IPAddress.Parse("10.1.0.1"),
                DnsServers = [IPAddress.Parse("10.1.0.2")],
            },
            "admin", Cancellation);
        var subnet = (await host.Core.Topology.GetAsync(Cancellation)).FindSubnet(IPAddress.Parse("10.1.0.1"))!; // it was made
        await host.Core.Networks.ReservedIps.CreateAsync(
            new ReservedIp
            {
                SubnetId = subnet.Id, Ip = IPAddress.Parse("10.1.0.50"), MacAddress = MacAddress.Parse("52:54:00:00:00:99"),
                Comment = "ups",
            },
            "admin", Cancellation);
        await host.Core.Networks.Addresses.ReserveAsync(subnet.Id, IPAddress.Parse("10.1.0.9"), "", null, "bob", Cancellation);
        await using var context = PageContext.Of(host);
        var page = context.Render<NetworksPage>();

        page.WaitForAssertion(() => Rows(page).Should().ContainInOrder(
            "10.1.0.1 gateway of the subnet", "10.1.0.2 name server of the subnet", "10.1.0.9 reserved by a user bob",
            "10.1.0.50 reserved: DHCP gives it to one interface only 52:54:00:00:00:99 ups"), Patience);
        page.Confirm("Delete subnet 10.1.0.0/24 with its ranges and reserved addresses");
        page.ShouldSay("has IP addresses in use by nodes");
        await using var bobs = PageContext.Of(host, "bob");
        var forBob = bobs.Render<NetworksPage>();
        forBob.WaitForAssertion(() => Rows(forBob).Should().Contain("10.1.0.1 gateway of the subnet")
            .And.NotContain(row => row.StartsWith("10.1.0.9 ", StringComparison.Ordinal)), Patience);
        forBob.FindAll("form, [aria-label^=Delete], [aria-label^=Change]").Should().BeEmpty();
        page.Confirm("Delete although nodes have addresses: 10.1.0.0/24");
        page.ShouldSay("10.1.0.0/24 was deleted.");
        (await host.Core.Topology.GetAsync(Cancellation)).FindSubnet(subnet.Id).Should().BeNull();
        (await host.Core.Machines.GetAsync(machine.Id, Cancellation)).Should().NotBeNull();

        static IReadOnlyList<string> Rows(IRenderedComponent<NetworksPage> of) =>
            [.. of.FindAll("[aria-label='Addresses of 10.1.0.0/24'] tbody tr").Select(row => string.Join(
                ' ', row.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))];
    }

    [Fact]
    public async Task All_leases_are_reached_page_by_page_and_found()
    {
        await using var host = await DashboardHost.StartAsync();
        var machine = await host.AddMachineAsync("52:54:00:00:02:58", "last");
        await host.Core.Networks.Subnets.CreateAsync(
            new Subnet { Cidr = IPNetwork.Parse("10.1.0.0/16"), VlanId = Vlan.DefaultId }, "admin", Cancellation);
        await using var context = PageContext.Of(host);
        context.Services.AddSingleton<IDhcpStatus>(new ManyLeases(600));
        var page = context.Render<NetworksPage>();
        page.WaitForAssertion(() => Rows().Should().HaveCount(500), Patience);
        page.Find("nav [role=status]").TextContent.Should().Be("1 – 500 of 600");

        page.Press("Next leases of 10.1.0.0/16");

        page.WaitForAssertion(() => Rows().Should().HaveCount(100).And.Contain(row => row.Contains("last.maas")), Patience);
        page.Find($"a[href='machines/{machine.Id}']").TextContent.Should().Be("last.maas");
        page.Find("[aria-label='Find leases and addresses of 10.1.0.0/16']").Change("52:54:00:00:00:01");
        page.WaitForAssertion(() => Rows().Should().ContainSingle().Which.Should().Contain("10.1.0.1"), Patience);
        page.FindAll("nav").Should().BeEmpty("all that was found is shown");

        IReadOnlyList<string> Rows() =>
            [.. page.FindAll("[aria-label='Leases of 10.1.0.0/16'] tbody tr").Select(row => row.TextContent)];
    }

    /// <summary>Leases of the addresses 10.1.0.1, 10.1.0.2 and so on, to the hardware addresses of the same numbers.</summary>
    private sealed class ManyLeases(int count) : IDhcpStatus
    {
        public IReadOnlyList<LeasedAddress> ListLeases() =>
        [
            .. Enumerable.Range(1, count).Select(number => new LeasedAddress(
                IPAddress.Parse($"10.1.{number >> 8}.{number & 255}"),
                MacAddress.Parse($"52:54:00:00:{number >> 8:x2}:{number & 255:x2}"),
                DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "", "first in range")),
        ];

        public IReadOnlyList<SeenDhcpServer> ListOtherServers() => [];
    }
}
