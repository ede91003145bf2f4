using System.Net;
using Maas.Core.Constraints;
using Maas.Core.Network.Interfaces;
using Maas.Core.Topology;

namespace Maas.Core.Tests.Constraints;

public class InterfaceConstraintTests
{
    private static readonly TopologySnapshot Topology = new(
        1, [], [], [],
        [new Fabric { Id = 1 }, new Fabric { Id = 2, GivenName = "lab", ClassType = "10g" }],
        [new Space { Id = 1, GivenName = "db" }, new Space { Id = 2 }],
        [
            new Vlan { Id = 5001, FabricId = 1 }, new Vlan { Id = 5002, FabricId = 2, SpaceId = 1 },
            new Vlan { Id = 5003, FabricId = 2, Vid = 7, SpaceId = 2 },
        ],
        [
            new Subnet { Id = 1, VlanId = 5001, Cidr = IPNetwork.Parse("10.0.1.0/24") },
            new Subnet { Id = 2, VlanId = 5002, Cidr = IPNetwork.Parse("10.0.2.0/24"), GivenName = "data" },
            new Subnet { Id = 3, VlanId = 5002, Cidr = IPNetwork.Parse("fd00::/64") },
        ],
        [], [], []);

    // 1 on the default VLAN with an address, 2 on two subnets in db, 3 a VLAN without links, 4 disconnected.
    private static readonly NetworkConfig Config = new()
    {
        Interfaces =
        [
            new NodeInterface
            {
                Id = 1, Name = "eth0", Vlan = 5001, Tags = ["pxe"], LinkSpeed = 1000,
                Links = [new InterfaceLink { Id = 1, Mode = LinkMode.Static, Subnet = 1, Address = IPAddress.Parse("10.0.1.5") }],
            },
            new NodeInterface
            {
                Id = 2, Name = "eth1", Vlan = 5002, Tags = ["sriov", "e1000"], LinkSpeed = 10000,
                Links =
                [
                    new InterfaceLink { Id = 2, Mode = LinkMode.Auto, Subnet = 2 },
                    new InterfaceLink { Id = 3, Mode = LinkMode.Dhcp, Subnet = 3 },
                ],
            },
            new NodeInterface { Id = 3, Name = "eth1.7", Type = InterfaceType.Vlan, Vlan = 5003, Parents = [2] },
            new NodeInterface { Id = 4, Name = "eth2" },
        ],
    };

    [Theory]
    [InlineData("space=db", "2")]
    [InlineData("space=1", "2")]
    [InlineData("space=space-2", "3")]
    [InlineData("space=db,space=2", "2,3")]
    [InlineData("space=undefined", "1")]
    [InlineData("not_space=db", "1,3,4")]
    [InlineData("not_space=db,not_space=2", "1,4")]
    [InlineData("subnet=1", "1")]
    [InlineData("subnet=10.0.2.0/24", "2")]
    [InlineData("subnet=name:data", "2")]
    [InlineData("subnet=space:db", "2")]
    [InlineData("subnet=vid:0", "1,2")]
    [InlineData("subnet=nosuch", "")]
    [InlineData("not_subnet=data", "1,3,4")]
    [InlineData("subnet_cidr=10.0.2.77/24", "2")]
    [InlineData("subnet_cidr=fd00::/64", "2")]
    [InlineData("subnet_cidr=rubbish", "")]
    [InlineData("fabric=lab", "2,3")]
    [InlineData("fabric=0", "1")]
    [InlineData("fabric=fabric-0", "1")]
    [InlineData("not_fabric=lab", "1,4")]
    [InlineData("fabric_class=10g", "2,3")]
    [InlineData("vlan=5003", "3")]
    [InlineData("vid=7", "3")]
    [InlineData("vid=0x7", "3")]
    [InlineData("vid=untagged", "1,2")]
    [InlineData("ip=10.0.1.5", "1")]
    [InlineData("not_ip=10.0.1.5", "2,3,4")]
    [InlineData("mode=unconfigured", "2,3,4")]
    [InlineData("name=eth1", "2")]
    [InlineData("id=4", "4")]
    [InlineData("not_id=4", "1,2,3")]
    [InlineData("type=vlan", "3")]
    [InlineData("tag=sriov&&e1000", "2")]
    [InlineData("tag=sriov&&pxe", "")]
    [InlineData("not_tag=pxe", "2,3,4")]
    [InlineData("link_speed=1000", "1,2")]
    [InlineData("hostname=HOST", "1,2,3,4")]
    [InlineData("hostname=other", "")]
    [InlineData("space=db,name=eth0", "")]
    [InlineData("space=db,tag=e1000,link_speed=10000", "2")]
    public void Each_key_selects(string terms, string interfaces)
    {
        Resolve(terms, out var constraint).Should().BeNull();
        string.Join(',', constraint.Match(Config, "host")).Should().Be(interfaces);
    }

    [Theory]
    [InlineData("nonsense=1", "Unknown interfaces constraint: 'nonsense")]
    [InlineData("not_mode=unconfigured", "Unknown interfaces constraint: 'not_mode")]
    [InlineData("not_not_space=db", "Unknown interfaces constraint: 'not_not_space")]
    [InlineData("=x", "Unknown interfaces constraint: '")]
    [InlineData("space=nosuch", "No Space matches the given query.")]
    [InlineData("vid=4095", "VLAN tag (VID) out of range (0-4094; 0 for untagged.)")]
    [InlineData("vid=x", "VLAN tag (VID) out of range (0-4094; 0 for untagged.)")]
    [InlineData("mode=auto", "The only valid value for 'mode' is 'unconfigured'.")]
    [InlineData("id=eth0", "Interface ID must be numeric.")]
    [InlineData("ip=eth0", "Enter a valid IPv4 or IPv6 address.")]
    [InlineData("link_speed=fast", "Invalid link speed: number required.")]
    public void What_makes_no_sense_is_refused_in_the_words_of_MAAS(string terms, string reason) =>
        Resolve(terms, out _).Should().Be(reason);

    [Fact]
    public void Specifiers_within_specifiers_have_an_end()
    {
        var nested = string.Concat(Enumerable.Repeat("vlan:subnet:", 10_000)) + "1";
        Topology.Subnets(nested).Should().BeEmpty();
        Topology.Vlans("subnet:" + nested).Should().BeEmpty();
        Topology.Subnets("vlan:subnet:vlan:5001").Select(each => each.Id).Should().Equal(1);
        Topology.Vlans("space:nosuch").Should().BeEmpty();
    }

    private static string? Resolve(string terms, out InterfaceConstraint constraint)
    {
        LabeledConstraint.TryParse("0:" + terms, out var read).Should().BeNull();
        return InterfaceConstraint.TryResolve(read[0], Topology, out constraint);
    }
}
