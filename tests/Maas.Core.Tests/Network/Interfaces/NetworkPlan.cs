using System.Net;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Network.Interfaces;

/// <summary>
/// A configuration that a test changes step by step. VLAN 1 is untagged, 10 has the tag 10 on the same fabric, 20 is untagged on another
/// one. Subnet 1 is 10.0.0.0/24 and 2 is fd00::/64 on VLAN 1, 3 is 10.0.10.0/24 on VLAN 10 without a gateway, 4 is 10.0.20.0/24 on VLAN 20.
/// </summary>
public sealed class NetworkPlan
{
    public NetworkPlan(int interfaces = 1)
    {
        for (var number = 1; number <= interfaces; number++)
            Do(config => InterfaceRules.CreatePhysical(
                config, new InterfaceRequest { MacAddress = $"52:54:00:00:00:{number:x2}", Vlan = 1 }, View, Ids));
    }

    public static NetworkView View { get; } = new()
    {
        NodeName = "one",
        Vlans = new[] { new VlanView(1, 1), new VlanView(10, 1, 10), new VlanView(20, 2, 0, 9000) }.ToDictionary(vlan => vlan.Id),
        Subnets = new[]
        {
            new SubnetView(1, 1, IPNetwork.Parse("10.0.0.0/24"))
            {
                Gateway = IPAddress.Parse("10.0.0.1"),
                NameServers = [IPAddress.Parse("10.0.0.2")],
                DynamicRanges = [new DynamicRange(IPAddress.Parse("10.0.0.100"), IPAddress.Parse("10.0.0.200"))],
            },
            new SubnetView(2, 1, IPNetwork.Parse("fd00::/64")) { Gateway = IPAddress.Parse("fd00::1"), Name = "six" },
            new SubnetView(3, 10, IPNetwork.Parse("10.0.10.0/24")),
            new SubnetView(4, 20, IPNetwork.Parse("10.0.20.0/24")) { Gateway = IPAddress.Parse("10.0.20.1") },
        }.ToDictionary(subnet => subnet.Id),
        Routes = [new RouteView(3, IPNetwork.Parse("172.16.0.0/12"), IPAddress.Parse("10.0.10.254"), 50)],
        SearchDomains = ["maas"],
        NameServers = [IPAddress.Parse("192.0.2.53")],
    };

    public SequentialIds Ids { get; } = new();

    public NetworkConfig Config { get; set; } = new();

    public NodeInterface this[string name] => Config.Interfaces.Single(one => one.Name == name);

    public long Do(Func<NetworkConfig, NetworkResult> rule)
    {
        var result = rule(Config);
        var changed = result.Should().BeOfType<NetworkResult.Changed>("it is {0}", result).Subject;
        Config = changed.Config;
        Check(Config);
        return changed.Id;
    }

    public void Refuses(Func<NetworkConfig, NetworkResult> rule, string field, string message) =>
        rule(Config).Should().Be(new NetworkResult.Refused(field, message));

    public void Link(long id, string mode, long? subnet = null, string address = "") => Do(config => LinkRules.Link(
        config, id, new LinkRequest { Mode = mode, Subnet = subnet, Address = address }, View, Ids));

    public long Bond(string name, params long[] parents) => Do(config => InterfaceRules.CreateBond(
        config, new InterfaceRequest { Name = name, Parents = parents }, View, Ids));

    public long Bridge(string name, long parent) => Do(config => InterfaceRules.CreateBridge(
        config, new InterfaceRequest { Name = name, Parents = [parent] }, View, Ids));

    public long Vlan(long parent, long vlan = 10) => Do(config => InterfaceRules.CreateVlan(
        config, new InterfaceRequest { Parents = [parent], Vlan = vlan }, View, Ids));

    /// <summary>What is true of every configuration, whatever operations led to it.</summary>
    public static void Check(NetworkConfig config)
    {
        config.Interfaces.Select(one => one.Id).Should().OnlyHaveUniqueItems();
        config.Interfaces.Select(one => one.Name).Should().OnlyHaveUniqueItems();
        config.Interfaces.SelectMany(one => one.Links).Select(link => link.Id).Should().OnlyHaveUniqueItems();
        config.Interfaces.SelectMany(one => one.Links).Select(link => link.Address).Where(address => address is not null)
            .Should().OnlyHaveUniqueItems();
        foreach (var one in config.Interfaces)
        {
            (one.Type == InterfaceType.Physical).Should().Be(one.Parents.Count == 0);
            one.Parents.All(parent => config.Interfaces.Any(other => other.Id == parent)).Should().BeTrue();
            one.Links.Count(link => link.Mode == LinkMode.Dhcp).Should().BeLessThanOrEqualTo(1);
            Depth(config, one, 0);
            if (one.Type == InterfaceType.Bond)
                one.Parents.Select(parent => config.Interfaces.Single(other => other.Id == parent))
                    .All(parent => parent.Vlan == one.Vlan && parent.Links.Count == 0).Should().BeTrue();
            foreach (var link in one.Links.Where(link => link.Subnet is not null))
                View.Subnets[link.Subnet!.Value].Vlan.Should().Be(one.Vlan);
        }

        var gateways = InterfaceView.DefaultGatewaysOf(config, View);
        gateways.Select(link => View.Subnets[link.Subnet!.Value].Cidr.BaseAddress.AddressFamily).Should().OnlyHaveUniqueItems();
        CloudInitNetworkConfig.Write(config, View).Should().StartWith("{");
        var json = new NodeConfig { Network = config }.ToJson();
        NodeConfig.FromJson(json).ToJson().Should().Be(json);
    }

    private static void Depth(NetworkConfig config, NodeInterface one, int depth)
    {
        depth.Should().BeLessThan(16, "no interface is built on itself");
        foreach (var parent in one.Parents) Depth(config, config.Interfaces.Single(other => other.Id == parent), depth + 1);
    }
}
