using Maas.Core.Network.Interfaces;

namespace Maas.Core.Tests.Network.Interfaces;

public class InterfaceRulesTests
{
    private const string OtherFabric = "A VLAN interface can only belong to a tagged VLAN on the same fabric as its parent interface.";
    private static readonly NetworkView View = NetworkPlan.View;
    private readonly NetworkPlan _plan = new(3);

    private IIdSource Ids => _plan.Ids;

    [Fact]
    public void A_physical_interface_has_an_address_a_name_and_a_sane_MTU()
    {
        InterfaceRequest sound = new() { MacAddress = "52:54:00:00:01:01", Vlan = 1 };
        Refuses(sound with { MacAddress = null }, "mac_address", "This field is required.");
        Refuses(sound with { MacAddress = "nonsense" }, "mac_address", "'nonsense' is not a valid MAC address.");
        Refuses(sound with { MacAddress = "52-54-00-00-00-01" }, "mac_address", "This MAC address is already in use by one.");
        Refuses(sound with { Name = "eth0" }, "name", "Node one already has an interface named 'eth0'.");
        Refuses(sound with { Name = "a b" }, "name", "Enter a valid value.");
        Refuses(sound with { Name = new string('a', 16) }, "name", "Ensure this value has at most 15 characters (it has 16).");
        Refuses(sound with { Parents = [1] }, "parents", "A physical interface cannot have parents.");
        Refuses(sound with { Vlan = 99 }, "vlan", "Select a valid choice. That choice is not one of the available choices.");
        Refuses(sound with { Mtu = 551 }, "mtu", "Ensure this value is greater than or equal to 552.");
        Refuses(sound with { Mtu = 9000 }, "mtu", "Ensure this value is less than or equal to 1500.");
        Refuses(sound with { LinkConnected = false, LinkSpeed = 10 }, "__all__", "link_speed cannot be set when link_connected is false.");
        Refuses(sound with { LinkSpeed = -1 }, "link_speed", "Ensure this value is greater than or equal to 0.");
        Refuses(sound with { Tags = [""] }, "tags", "Enter a valid value.");
        _plan.Do(config => InterfaceRules.CreatePhysical(config, sound with { Vlan = 20, Mtu = 9000, Tags = ["fast"] }, View, Ids));
        _plan["eth3"].Links.Should().ContainSingle().Which.Mode.Should().Be(LinkMode.LinkUp);
        InterfaceView.EffectiveMtu(_plan.Config, _plan["eth3"], View).Should().Be(9000);

        void Refuses(InterfaceRequest request, string field, string message) =>
            _plan.Refuses(config => InterfaceRules.CreatePhysical(config, request, View, Ids), field, message);
    }

    [Fact]
    public void A_bond_is_of_free_physical_interfaces_on_one_VLAN()
    {
        InterfaceRequest sound = new() { Name = "bond0", Parents = [1, 2] };
        Refuses(sound with { Name = null }, "name", "This field is required.");
        Refuses(sound with { Parents = [] }, "parents", "A bond interface must have one or more parents.");
        Refuses(sound with { Parents = [9] }, "parents", "Select a valid choice. 9 is not one of the available choices.");
        Refuses(sound with { Vlan = 10 }, "parents", "All parents must belong to the same VLAN.");
        Refuses(sound with { BondMode = "fast" }, "bond_mode", "'fast' is not a valid bond_mode.  It should be one of: 'balance-rr', "
            + "'active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb'.");
        Refuses(sound with { BondLacpRate = "x" }, "bond_lacp_rate",
            "'x' is not a valid bond_lacp_rate.  It should be one of: 'fast', 'slow'.");
        Refuses(sound with { BondMiimon = -1 }, "bond_miimon", "Ensure this value is greater than or equal to 0.");
        Refuses(sound with { BondGratuitousArps = 256 }, "bond_num_grat_arp", "Ensure this value is less than or equal to 255.");
        _plan.Link(1, "auto", 1);
        var bond = _plan.Bond("bond0", 1, 2);
        _plan["eth0"].Links.Should().BeEmpty();
        _plan["bond0"].MacAddress.Should().Be(_plan["eth0"].MacAddress);
        _plan["bond0"].Bond.Should().Be(new BondParameters());
        Refuses(sound with { Name = "bond1" }, "parents", "Interfaces already in-use: eth0, eth1.");
        Refuses(sound with { Name = "bond1", Parents = [bond] }, "parents", "Only physical interfaces can be bonded.");
        _plan.Refuses(config => LinkRules.Link(config, 1, new LinkRequest { Mode = "auto", Subnet = 1 }, View, Ids),
            "bond", "Cannot link interface(eth0) when interface is in a bond(bond0).");
        _plan.Refuses(config => InterfaceRules.CreateVlan(config, new InterfaceRequest { Parents = [1], Vlan = 10 }, View, Ids),
            "parent", "A VLAN interface can't have a parent that is already in a bond.");
        _plan.Refuses(config => InterfaceRules.Update(config, 1, new InterfaceRequest { Vlan = 20 }, View, Ids),
            "vlan", "All parents must belong to the same VLAN.");
        _plan.Do(config => InterfaceRules.Update(
            config, bond, new InterfaceRequest { Parents = [2, 3], BondMode = "802.3ad", Vlan = 20 }, View, Ids));
        _plan["bond0"].MacAddress.Should().Be(_plan["eth1"].MacAddress);
        _plan["eth2"].Vlan.Should().Be(20);
        _plan["eth0"].Links.Should().ContainSingle("it is by itself again").Which.Mode.Should().Be(LinkMode.LinkUp);

        void Refuses(InterfaceRequest request, string field, string message) =>
            _plan.Refuses(config => InterfaceRules.CreateBond(config, request, View, Ids), field, message);
    }

    [Fact]
    public void A_bridge_and_a_VLAN_have_one_parent()
    {
        RefusesVlan(new InterfaceRequest { Vlan = 10 }, "parent", "A VLAN interface must have exactly one parent.");
        RefusesVlan(new InterfaceRequest { Parents = [1] }, "vlan", "A VLAN interface must be connected to a tagged VLAN.");
        RefusesVlan(new InterfaceRequest { Parents = [1], Vlan = 1 }, "vlan", "A VLAN interface can only belong to a tagged VLAN.");
        _plan.Do(config => InterfaceRules.Update(config, 2, new InterfaceRequest { Vlan = 20 }, View, Ids));
        RefusesVlan(new InterfaceRequest { Parents = [2], Vlan = 10 }, "vlan", OtherFabric);
        var vlan = _plan.Vlan(1);
        _plan["eth0.10"].MacAddress.Should().Be(_plan["eth0"].MacAddress);
        RefusesVlan(new InterfaceRequest { Parents = [1], Vlan = 10 }, "name", "Node one already has an interface named 'eth0.10'.");
        RefusesVlan(new InterfaceRequest { Parents = [vlan], Vlan = 10 }, "parent",
            "A VLAN interface can't have another VLAN interface as parent.");
        _plan.Refuses(config => InterfaceRules.Update(config, 1, new InterfaceRequest { Vlan = 20 }, View, Ids), "vlan", OtherFabric);
        _plan.Refuses(config => InterfaceRules.Disconnect(config, 1), "vlan", "A VLAN interface must be connected to a tagged VLAN.");
        RefusesBridge(new InterfaceRequest { Name = "br0", Parents = [1, 2] }, "parent",
            "A bridge interface must have exactly one parent.");
        RefusesBridge(new InterfaceRequest { Name = "br0", Parents = [1], BridgeType = "x" },
            "bridge_type", "'x' is not a valid bridge_type.  It should be one of: 'standard', 'ovs'.");
        RefusesBridge(new InterfaceRequest { Name = "br0", Parents = [1], BridgeForwardDelay = -1 },
            "bridge_fd", "Ensure this value is greater than or equal to 0.");
        var bridge = _plan.Bridge("br0", vlan);
        _plan["br0"].Vlan.Should().Be(10);
        _plan.Link(bridge, "static", 3, "10.0.10.5");
        RefusesBridge(new InterfaceRequest { Name = "br1", Parents = [bridge] }, "parent",
            "A bridge interface can't have another bridge interface as parent.");
        RefusesBridge(new InterfaceRequest { Name = "br1", Parents = [vlan] },
            "parent", "A bridge interface can't have a parent that is already in a bond or a bridge.");
        _plan.Refuses(config => InterfaceRules.Update(config, vlan, new InterfaceRequest { Parents = [bridge] }, View, Ids),
            "parent", $"Select a valid choice. {bridge} is not one of the available choices.");
        _plan.Do(config => InterfaceRules.Delete(config, 1, Ids));
        _plan.Config.Interfaces.Select(one => one.Name).Should().Equal("eth1", "eth2");

        void RefusesVlan(InterfaceRequest request, string field, string message) =>
            _plan.Refuses(config => InterfaceRules.CreateVlan(config, request, View, Ids), field, message);

        void RefusesBridge(InterfaceRequest request, string field, string message) =>
            _plan.Refuses(config => InterfaceRules.CreateBridge(config, request, View, Ids), field, message);
    }

    [Fact]
    public void An_interface_is_disconnected_tagged_and_renamed()
    {
        _plan.Link(1, "auto", 1);
        _plan.Do(config => LinkRules.SetDefaultGateway(config, 1, null, View));
        _plan.Config.DefaultGatewayIPv4.Should().NotBeNull();
        _plan.Do(config => InterfaceRules.Disconnect(config, 1));
        _plan["eth0"].Should().Match<NodeInterface>(one => one.Vlan == null && one.Links.Count == 0);
        _plan.Config.DefaultGatewayIPv4.Should().BeNull("its link is gone");
        _plan.Do(config => InterfaceRules.AddTag(config, 1, "uplink"));
        _plan.Do(config => InterfaceRules.AddTag(config, 1, "uplink"));
        _plan["eth0"].Tags.Should().Equal("uplink");
        _plan.Do(config => InterfaceRules.RemoveTag(config, 1, "uplink"));
        _plan["eth0"].Tags.Should().BeEmpty();
        _plan.Refuses(config => InterfaceRules.AddTag(config, 1, ""), "tag", "Enter a valid value.");
        _plan.Bridge("br0", 2);
        _plan.Do(config => InterfaceRules.Update(
            config, 2, new InterfaceRequest { Name = "lan", MacAddress = "52:54:00:00:09:09" }, View, Ids));
        _plan["br0"].MacAddress.Should().Be(_plan["lan"].MacAddress, "it is the same address");
        _plan.Do(config => InterfaceRules.Update(config, 3, new InterfaceRequest { WithoutVlan = true, Mtu = 600 }, View, Ids));
        _plan["eth2"].Links.Should().BeEmpty();
        _plan.Do(config => InterfaceRules.Update(config, 3, new InterfaceRequest { Mtu = 0 }, View, Ids));
        _plan["eth2"].Mtu.Should().BeNull();
        InterfaceRules.Update(_plan.Config, 99, new InterfaceRequest(), View, Ids).Should().Be(new NetworkResult.NotFound());
    }
}
