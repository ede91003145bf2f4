using System.Text.Json;
using Maas.Core.Network.Interfaces;
using Maas.Judges;

namespace Maas.Core.Tests.Network.Interfaces;

public class CloudInitNetworkConfigTests
{
    // cloud-init reads it as its data sources do, and writes it for each of the systems that it supports.
    private const string Probe = """
        import os, sys, tempfile, yaml
        from cloudinit.net import eni, netplan, networkd
        from cloudinit.net.network_state import parse_net_config_data
        text = sys.stdin.read()
        for name, module in (("eni", eni), ("netplan", netplan), ("networkd", networkd)):
            if name not in sys.argv[1:]: continue
            folder = tempfile.mkdtemp()
            module.Renderer({}).render_network_state(parse_net_config_data(yaml.safe_load(text)), target=folder)
            for root, _, files in os.walk(folder):
                for file in sorted(files):
                    print("##", name, file)
                    print(open(os.path.join(root, file)).read())
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_interface_is_in_the_section_of_its_type()
    {
        using var document = JsonDocument.Parse(CloudInitNetworkConfig.Write(Everything().Config, NetworkPlan.View));
        var root = document.RootElement;
        root.GetProperty("version").GetInt32().Should().Be(2);
        Text("ethernets.eth0.match").Should().Be("""{"macaddress":"52:54:00:00:00:01"}""");
        Text("ethernets.eth0.addresses").Should().Be("""["10.0.0.5/24","fd00::5/64"]""");
        Text("ethernets.eth0.gateway4").Should().Be("\"10.0.0.1\"");
        Text("ethernets.eth0.gateway6").Should().Be("\"fd00::1\"");
        Text("ethernets.eth0.nameservers").Should().Be("""{"addresses":["10.0.0.2"],"search":["maas"]}""");
        Text("ethernets.eth3.dhcp4").Should().Be("true");
        Text("ethernets.eth4.optional").Should().Be("true");
        Text("bonds.bond0.interfaces").Should().Be("""["eth1","eth2"]""");
        Text("bonds.bond0.parameters").Should().Be(
            """{"mode":"802.3ad","mii-monitor-interval":100,"lacp-rate":"slow","transmit-hash-policy":"layer3+4"}""");
        Text("vlans.bond0.10").Should().StartWith("""{"id":10,"link":"bond0",""");
        Text("bridges.br0.parameters").Should().Be("""{"stp":true,"forward-delay":4}""");
        Text("bridges.br0.routes").Should().Be("""[{"to":"172.16.0.0/12","via":"10.0.10.254","metric":50}]""");
        Text("bridges.br0.nameservers").Should().Be("""{"addresses":["192.0.2.53"],"search":["maas"]}""");
        CloudInitNetworkConfig.Write(Everything().Config, NetworkPlan.View).Should().NotContain("eth5", "it is disabled");

        string Text(string path)
        {
            var (section, name, rest) = path.Split('.') switch
            {
                [var a, "bond0", "10"] => (a, "bond0.10", ""),
                [var a, var b, var c] => (a, b, c),
                var other => throw new InvalidOperationException(string.Join('.', other)),
            };
            var one = root.GetProperty(section).GetProperty(name);
            var raw = (rest.Length == 0 ? one : one.GetProperty(rest)).GetRawText();
            return string.Concat(raw.Where(letter => !char.IsWhiteSpace(letter)));
        }
    }

    [Theory]
    [InlineData("eni", "10.0.0.5/24", "fd00::5/64", "bond-mode 802.3ad", "bridge_ports bond0.10", "gateway 10.0.0.1",
        "gateway fd00::1", "eth3 inet dhcp")]
    [InlineData("netplan", "10.0.0.5/24", "fd00::5/64", "mode: 802.3ad", "172.16.0.0/12", "gateway4: 10.0.0.1", "dhcp4: true", "mtu: 1500")]
    [InlineData("networkd", "Address=10.0.0.5/24", "Gateway=10.0.0.1", "Gateway=fd00::1", "DHCP=ipv4", "DNS=10.0.0.2")]
    public async Task Cloud_init_writes_it_for_its_systems(string renderer, params string[] lines)
    {
        Judge.Require("cloud-init", "cloud-init");
        var text = CloudInitNetworkConfig.Write(Everything().Config, NetworkPlan.View);
        var verdict = (await Judge.RunAsync("/usr/bin/python3", ["-c", Probe, renderer], text, Cancel)).Approved();
        foreach (var line in lines) verdict.Output.Should().Contain(line);
    }

    [Fact]
    public async Task Netplan_takes_every_key_and_makes_the_configuration_of_networkd()
    {
        Judge.Require("netplan", "netplan.io");
        var folder = Directory.CreateTempSubdirectory("maas-netplan-");
        try
        {
            var file = Path.Combine(folder.CreateSubdirectory("etc/netplan").FullName, "50-cloud-init.yaml");
            await File.WriteAllTextAsync(file, "network:\n  " + CloudInitNetworkConfig.Write(Everything().Config, NetworkPlan.View)
                .Replace("\n", "\n  ", StringComparison.Ordinal).TrimEnd(), Cancel);

            (await Judge.RunAsync("netplan", ["generate", "--root-dir", folder.FullName], null, Cancel)).Approved();

            var files = Directory.GetFiles(Path.Combine(folder.FullName, "run/systemd/network"));
            var made = string.Concat(files.Order().Select(File.ReadAllText));
            foreach (var line in (string[])["Address=10.0.0.5/24", "Address=fd00::5/64", "Gateway=10.0.0.1", "Mode=802.3ad", "Id=10",
                "Kind=bridge", "Destination=172.16.0.0/12", "DHCP=ipv4", "Bond=bond0", "Bridge=br0"])
                made.Should().Contain(line);
            // Another key than netplan's is refused, so that the approval above says something.
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancel)).Replace("\"stp\"", "\"stpx\"",
                StringComparison.Ordinal), Cancel);
            (await Judge.RunAsync("netplan", ["generate", "--root-dir", folder.FullName], null, Cancel)).ExitCode.Should().NotBe(0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Cloud_init_makes_the_configuration_of_a_system_of_the_RHEL_family()
    {
        Judge.Require("cloud-init");
        var folder = Directory.CreateTempSubdirectory("maas-sysconfig-");
        try
        {
            var file = Path.Combine(folder.FullName, "network.yaml");
            await File.WriteAllTextAsync(file, "network:\n  " + CloudInitNetworkConfig.Write(Everything().Config, NetworkPlan.View)
                .Replace("\n", "\n  ", StringComparison.Ordinal).TrimEnd(), Cancel);

            (await Judge.RunAsync(
                "cloud-init",
                ["devel", "net-convert", "-p", file, "-k", "yaml", "-d", folder.FullName, "-D", "rhel", "-O", "sysconfig"],
                null, Cancel)).Approved();

            var made = string.Concat(Directory.GetFiles(Path.Combine(folder.FullName, "etc/sysconfig/network-scripts")).Order()
                .Select(File.ReadAllText));
            made.Should().ContainAll(
                "BONDING_MASTER=yes", "mode=802.3ad", "MASTER=bond0", "TYPE=Bridge", "BRIDGE=br0", "VLAN=yes", "IPADDR=10.0.0.5",
                "IPV6ADDR=fd00::5/64", "GATEWAY=10.0.0.1");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static NetworkPlan Everything()
    {
        var plan = new NetworkPlan(6);
        plan.Link(1, "static", 1, "10.0.0.5");
        plan.Link(1, "static", 2, "fd00::5");
        var bond = plan.Do(config => InterfaceRules.CreateBond(config, new InterfaceRequest
        {
            Name = "bond0", Parents = [2, 3], BondMode = "802.3ad", BondLacpRate = "slow", BondHashPolicy = "layer3+4",
        }, NetworkPlan.View, plan.Ids));
        var vlan = plan.Vlan(bond);
        var bridge = plan.Do(config => InterfaceRules.CreateBridge(config, new InterfaceRequest
        {
            Name = "br0", Parents = [vlan], BridgeStp = true, BridgeForwardDelay = 4,
        }, NetworkPlan.View, plan.Ids));
        plan.Link(bridge, "static", 3, "10.0.10.5");
        plan.Link(4, "dhcp");
        plan.Do(config => InterfaceRules.Update(config, 6, new InterfaceRequest { Enabled = false }, NetworkPlan.View, plan.Ids));
        return plan;
    }
}
