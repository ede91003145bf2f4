using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Hosting.Naming;

namespace Maas.Hosting.Tests.Naming;

public class HostTableTests
{
    private static readonly IPAddress S_leased = IPAddress.Parse("10.0.0.100"), S_reported = IPAddress.Parse("10.0.0.7");

    [Fact]
    public void A_machine_is_found_at_what_its_card_leases_both_ways()
    {
        var table = HostTable.Of(
            [Machine("node-1", "52:54:00:00:00:01", reported: "10.0.0.7")], [Lease(S_leased, "52:54:00:00:00:01")], "maas");
        table.AddressesOf("node-1").Should().Equal(S_leased);
        table.HostAt(S_leased).Should().Be("node-1");
        table.HostAt(S_reported).Should().BeNull("it has another address now");
    }

    [Fact]
    public void A_machine_without_a_lease_is_found_where_it_reported_from()
    {
        var table = HostTable.Of([Machine("node-1", "52:54:00:00:00:01", reported: "10.0.0.7")], [], "maas");
        table.AddressesOf("node-1").Should().Equal(S_reported);
        table.HostAt(S_reported).Should().Be("node-1");
    }

    [Fact]
    public void An_address_that_somebody_else_leases_now_is_not_its_former_owners()
    {
        var table = HostTable.Of(
            [Machine("node-1", "52:54:00:00:00:01", reported: "10.0.0.100")], [Lease(S_leased, "52:54:00:00:00:99")], "maas");
        table.AddressesOf("node-1").Should().BeEmpty("the name exists, and has no address");
        table.HostAt(S_leased).Should().BeNull("nobody knows the machine that has it");
    }

    [Fact]
    public void A_machine_of_another_domain_has_no_name_in_this_one()
    {
        var table = HostTable.Of(
            [Machine("node-1", "52:54:00:00:00:01", reported: null) with { Domain = "elsewhere" }], [Lease(S_leased, "52:54:00:00:00:01")],
                "maas");
        table.AddressesOf("node-1").Should().BeNull();
        table.HostAt(S_leased).Should().BeNull();
    }

    [Fact]
    public void A_machine_that_no_administrator_accepted_has_no_name()
    {
        var enlisted = Machine("wpad", "52:54:00:00:00:01", reported: "10.0.0.7") with { Status = MachineStatus.New };
        var table = HostTable.Of([enlisted], [Lease(S_leased, "52:54:00:00:00:01")], "maas");
        table.AddressesOf("wpad").Should().BeNull("everybody on the link can enlist one, under any name");
        table.HostAt(S_leased).Should().BeNull();
    }

    [Fact]
    public void A_device_is_found_at_the_addresses_of_its_links_and_at_what_its_card_leases()
    {
        var device = new Device
        {
            SystemId = SystemId.New(),
            Hostname = "printer",
            Network = new NetworkConfig
            {
                Interfaces =
                [
                    new NodeInterface
                    {
                        Id = 1,
                        Name = "eth0",
                        MacAddress = MacAddress.Parse("52:54:00:00:00:01"),
                        Links = [new InterfaceLink { Id = 1, Mode = LinkMode.Static, Address = S_reported }],
                    },
                ],
            },
        };
        var table = HostTable.Of([], [Lease(S_leased, "52:54:00:00:00:01")], "maas", devices: [device, device with { Domain = "other" }]);
        table.AddressesOf("printer").Should().Equal(S_reported, S_leased);
        table.HostAt(S_reported).Should().Be("printer");
        table.Says(HostTable.Of([], [], "maas", devices: [device])).Should().BeFalse();
    }

    [Fact]
    public void A_change_of_an_address_is_a_change()
    {
        var before = HostTable.Of([Machine("node-1", "52:54:00:00:00:01", reported: "10.0.0.7")], [], "maas");
        before.Says(HostTable.Of([Machine("node-1", "52:54:00:00:00:01", reported: "10.0.0.7")], [], "maas")).Should().BeTrue();
        before.Says(HostTable.Of([Machine("node-1", "52:54:00:00:00:01", reported: "10.0.0.8")], [], "maas")).Should().BeFalse();
    }

    private static Machine Machine(string name, string mac, string? reported) =>
        new() { Id = SystemId.New(), Status = MachineStatus.Ready, Hostname = name, MacAddresses = [MacAddress.Parse(mac)], IpAddresses =
        reported is null ? [] : [reported] };

    private static (IPAddress, HardwareAddress) Lease(IPAddress address, string mac) => (address, HardwareAddress.Parse(mac));
}
