using System.Net;
using CsCheck;
using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;

namespace Maas.Core.Tests.Network.Interfaces;

public class LinkRulesTests
{
    private static readonly string[] Modes = ["auto", "dhcp", "static", "link_up", "x"];
    private static readonly NetworkView View = NetworkPlan.View;
    private readonly NetworkPlan _plan = new(2);

    private IIdSource Ids => _plan.Ids;

    [Fact]
    public void An_interface_has_an_address_of_each_family_with_numbers_that_stay()
    {
        _plan.Link(1, "STATIC", 1, "10.0.0.5");
        var first = _plan["eth0"].Links.Single().Id;
        _plan.Link(1, "static", 2, "fd00::5");
        _plan["eth0"].Links.Select(link => link.Address!.ToString()).Should().Equal("10.0.0.5", "fd00::5");
        _plan["eth0"].Links[0].Id.Should().Be(first);
        var bridge = _plan.Bridge("br0", _plan.Vlan(1));
        _plan.Link(bridge, "static", 3, "10.0.10.5");
        _plan["eth0"].Links.Should().HaveCount(2);
    }

    [Theory]
    [InlineData("", null, "", "mode", "This field is required.")]
    [InlineData("some", null, "", "mode", "'some' is not a valid mode.  It should be one of: 'auto', 'dhcp', 'static', 'link_up'.")]
    [InlineData("auto", null, "", "subnet", "This field is required.")]
    [InlineData("static", null, "", "subnet", "This field is required.")]
    [InlineData("auto", 4L, "", "subnet", "Select a valid choice. That choice is not one of the available choices.")]
    [InlineData("auto", 99L, "", "subnet", "Select a valid choice. That choice is not one of the available choices.")]
    [InlineData("static", 1L, "10.1", "ip_address", "Enter a valid IPv4 or IPv6 address.")]
    [InlineData("static", 2L, "fe80::1%1", "ip_address", "Enter a valid IPv4 or IPv6 address.")]
    [InlineData("static", 1L, "10.9.0.1", "ip_address", "IP address is not in the given subnet '10.0.0.0/24:10.0.0.0/24(vid=0)'.")]
    [InlineData("static", 1L, "10.0.0.150", "ip_address", "IP address is inside a dynamic range 10.0.0.100 to 10.0.0.200.")]
    public void A_link_has_a_mode_and_what_the_mode_needs(string mode, long? subnet, string address, string field, string message) =>
        _plan.Refuses(config => LinkRules.Link(
            config, 1, new LinkRequest { Mode = mode, Subnet = subnet, Address = address }, View, Ids), field, message);

    [Fact]
    public void A_second_DHCP_and_an_address_in_use_are_refused()
    {
        _plan.Link(1, "dhcp");
        Refuses(new LinkRequest { Mode = "DHCP" }, "mode", "Interface is already set to DHCP.");
        _plan.Link(1, "static", 1, "10.0.0.5");
        _plan["eth0"].Links.Should().ContainSingle("an address replaces that of DHCP").Which.Mode.Should().Be(LinkMode.Static);
        _plan.Refuses(config => LinkRules.Link(config, 2, new LinkRequest { Mode = "static", Subnet = 1, Address = "10.0.0.5" }, View, Ids),
            "ip_address", "IP address is already in use.");
        _plan.Link(1, "dhcp", 2);
        Refuses(new LinkRequest { Mode = "dhcp", Subnet = 1 }, "mode", "Interface is already set to DHCP from 'six:fd00::/64(vid=0)'.");
        Refuses(new LinkRequest { Mode = "link_up" }, "mode",
            "Cannot configure interface to link up (with no IP address) while other links are "
            + "already configured. Specify force=True to override this behavior and delete all links.");
        _plan.Do(config => LinkRules.Link(config, 1, new LinkRequest { Mode = "link_up", Force = true }, View, Ids));
        _plan["eth0"].Links.Should().ContainSingle().Which.Mode.Should().Be(LinkMode.LinkUp);
        _plan.Do(config => LinkRules.Link(config, 1, new LinkRequest { Mode = "auto", Subnet = 4, Force = true }, View, Ids));
        _plan["eth0"].Vlan.Should().Be(20);

        void Refuses(LinkRequest request, string field, string message) =>
            _plan.Refuses(config => LinkRules.Link(config, 1, request, View, Ids), field, message);
    }

    [Fact]
    public void A_default_gateway_is_a_link_that_has_one()
    {
        _plan.Refuses(config => LinkRules.SetDefaultGateway(config, 1, null, View), "__all__", "This interface has no usable gateways.");
        Refuses(new LinkRequest { Mode = "dhcp", Subnet = 1, DefaultGateway = true }, "default_gateway", "Cannot use in mode 'dhcp'.");
        var vlan = _plan.Vlan(1);
        _plan.Refuses(config => LinkRules.Link(
            config, vlan, new LinkRequest { Mode = "auto", Subnet = 3, DefaultGateway = true }, View, Ids),
            "default_gateway",
            "Cannot set as default gateway because subnet 10.0.10.0/24:10.0.10.0/24(vid=10) doesn't provide a gateway IP address.");
        _plan.Link(1, "auto", 1);
        _plan.Link(1, "auto", 2);
        _plan.Do(config => LinkRules.SetDefaultGateway(config, 1, null, View));
        var chosen = (_plan.Config.DefaultGatewayIPv4, _plan.Config.DefaultGatewayIPv6);
        chosen.Should().Be((_plan["eth0"].Links[0].Id, _plan["eth0"].Links[1].Id));
        _plan.Refuses(config => LinkRules.SetDefaultGateway(config, 1, 99, View),
            "link_id", $"'99' is not a valid link_id.  It should be one of: '{chosen.DefaultGatewayIPv4}', '{chosen.DefaultGatewayIPv6}'.");
        _plan.Do(config => LinkRules.Link(config, 2, new LinkRequest { Mode = "auto", Subnet = 1, DefaultGateway = true }, View, Ids));
        _plan.Config.DefaultGatewayIPv4.Should().Be(_plan["eth1"].Links[0].Id);
        _plan.Config = LinkRules.ClearDefaultGateways(_plan.Config);
        InterfaceView.DefaultGatewaysOf(_plan.Config, View).Should().Equal(_plan["eth0"].Links);
        var other = View with
        {
            Subnets = View.Subnets.Values.Append(
                new SubnetView(5, 1, IPNetwork.Parse("10.5.0.0/24")) { Gateway = IPAddress.Parse("10.5.0.1") })
                    .ToDictionary(subnet => subnet.Id),
        };
        var two = LinkRules.Link(_plan.Config, 1, new LinkRequest { Mode = "auto", Subnet = 5 }, other, Ids);
        LinkRules.SetDefaultGateway(((NetworkResult.Changed)two).Config, 1, null, other).Should().Be(new NetworkResult.Refused(
            "link_id", "This field is required; Interface has more than one usable IPv4 gateway."));

        void Refuses(LinkRequest request, string field, string message) =>
            _plan.Refuses(config => LinkRules.Link(config, 1, request, View, Ids), field, message);
    }

    [Fact]
    public void The_last_link_leaves_an_interface_that_is_up()
    {
        LinkRules.FindIssue(_plan.Config).Should().Be("Node must be configured to use a network");
        _plan.Link(1, "auto", 1);
        LinkRules.FindIssue(_plan.Config).Should().BeNull();
        var link = _plan["eth0"].Links.Single().Id;
        _plan.Config = LinkRules.AssignAddress(_plan.Config, link, IPAddress.Parse("10.0.0.9"));
        _plan["eth0"].Links.Single().Address!.ToString().Should().Be("10.0.0.9");
        _plan.Refuses(config => LinkRules.Unlink(config, 1, 99, Ids), "id", $"'99' is not a valid id.  It should be one of: '{link}'.");
        _plan.Do(config => LinkRules.Unlink(config, 1, link, Ids));
        _plan["eth0"].Links.Should().ContainSingle().Which.Mode.Should().Be(LinkMode.LinkUp);
        LinkRules.Unlink(_plan.Config, 99, 1, Ids).Should().Be(new NetworkResult.NotFound());
    }

    [Fact]
    public void An_interface_is_recognised_by_its_address_and_gets_default_links()
    {
        var (one, two) = (Found("eth0", 1), Found("eth1", 2));
        SequentialIds ids = new();
        var first = NetworkDiscovery.Discover(new Hardware { Interfaces = [one, two] }, one.MacAddress, 1, null, ids);
        first = NetworkDiscovery.WithDefaultLinks(first, View, null, ids);
        first.Interfaces[0].Links.Should().ContainSingle().Which.Should()
            .Match<InterfaceLink>(link => link.Mode == LinkMode.Dhcp && link.Subnet == 1);
        first.Interfaces[1].Links.Should().BeEmpty("it is not connected to a VLAN");
        var again = NetworkDiscovery.Discover(
            new Hardware { Interfaces = [two with { Name = "eth0" }, one with { Name = "eth0" }] }, null, null, first, ids);
        again = NetworkDiscovery.WithDefaultLinks(again, View, first, ids);
        again.Interfaces.Select(found => found.Id).Should().Equal(1, 2);
        again.Interfaces[0].Links.Should().Equal(first.Interfaces[0].Links);
        again.BootInterface.Should().Be(1);
        NetworkPlan.Check(again);
        var lonely = NetworkDiscovery.WithDefaultLinks(again, View with { Subnets = new Dictionary<long, SubnetView>() }, null, ids);
        lonely.Interfaces[0].Links.Should().ContainSingle().Which.Should()
            .Match<InterfaceLink>(link => link.Mode == LinkMode.Dhcp && link.Subnet == null);

        static NetworkInterface Found(string name, byte last) =>
            new() { Name = name, MacAddress = MacAddress.From([0x52, 0x54, 0, 0, 0, last]), LinkUp = true, SpeedMbps = 1000 };
    }

    [Fact]
    public void No_sequence_of_operations_breaks_a_configuration() =>
        Gen.Select(Gen.Int[0, 10], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[0, 9]).List[1, 30].Sample(steps =>
        {
            var plan = new NetworkPlan(3);
            foreach (var (operation, a, b, c) in steps)
            {
                if (Run(plan.Config, plan.Ids, operation, a, b, c) is not NetworkResult.Changed changed) continue;
                plan.Config = changed.Config;
                NetworkPlan.Check(plan.Config);
            }
        }, iter: 500);

    private static NetworkResult Run(NetworkConfig config, IIdSource ids, int operation, int a, int b, int c)
    {
        long? vlan = b switch { < 3 => 1, < 6 => 10, < 8 => 20, _ => null };
        LinkRequest link = new()
        {
            Mode = Modes[b % Modes.Length],
            Subnet = c > 4 ? null : c,
            Address = b == 2 ? $"10.0.0.{a + 2}" : "",
            DefaultGateway = c == 1,
            Force = b > 7,
        };
        return operation switch
        {
            0 => InterfaceRules.CreateBond(config, new InterfaceRequest { Name = $"bond{c}", Parents = [a, b] }, View, ids),
            1 => InterfaceRules.CreateBridge(config, new InterfaceRequest { Name = $"br{c}", Parents = [a] }, View, ids),
            2 => InterfaceRules.CreateVlan(config, new InterfaceRequest { Parents = [a], Vlan = vlan }, View, ids),
            3 => InterfaceRules.Update(config, a, new InterfaceRequest { Vlan = vlan, WithoutVlan = vlan is null }, View, ids),
            4 => InterfaceRules.Update(config, a, new InterfaceRequest { Parents = c > 5 ? [b] : [b, c] }, View, ids),
            5 => c > 6 ? InterfaceRules.Delete(config, a, ids) : InterfaceRules.Disconnect(config, a),
            6 => LinkRules.Unlink(config, a, b, ids),
            7 => LinkRules.SetDefaultGateway(config, a, null, View),
            _ => LinkRules.Link(config, a, link, View, ids),
        };
    }
}
