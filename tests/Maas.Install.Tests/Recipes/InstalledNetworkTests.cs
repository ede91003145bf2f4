using System.Net;
using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Judges;
using static Maas.Install.Tests.Recipes.SampleFiles;

namespace Maas.Install.Tests.Recipes;

/// <summary>
/// What the last scripts of the installers leave in an installed system, so that cloud-init's network configuration is the only one: run on
/// a folder with the files that the installer has written for its own connection.
/// </summary>
public sealed class InstalledNetworkTests : IDisposable
{
    private const string Netcfg = "auto ens3\niface ens3 inet dhcp\n";
    private const string Loopback = "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n";
    private const string Subiquity = "network: {config: disabled}\n";
    private const string Netplan = "network: {version: 2, ethernets: {ens3: {dhcp4: true}}}\n";
    private const string Drop = "etc/cloud/cloud.cfg.d/";

    // What cloud-init makes of its configuration files; it merges them by the order of their names.
    private const string Merge = """
        import json, sys
        from cloudinit import util
        print(json.dumps(util.read_conf_with_confd(sys.argv[1]).get("network")))
        """;

    // Answers the request for cloud-init's configuration, in which the machine's network configuration may be.
    private const string Fetch = """
        sleep() { exit 9; }
        fetch() {
            out=
            while [ $# -gt 0 ]; do
                case $1 in -o|-O) out=$2 ;; esac
                shift
            done
            case $out in */99-zz-maas.cfg) cat "$served" > "$out" ;; esac
        }
        curl() { fetch "$@"; }
        wget() { fetch "$@"; }

        """;

    // The commands of Debian's installer.
    private const string Installer = """
        logger() { echo "logged $*"; }
        debconf-set() { echo "debconf-set $*"; }
        apt-install() { echo "apt-install $*"; }
        in-target() { echo "in-target $*"; }

        """;

    private readonly string _root = Directory.CreateTempSubdirectory("maas-target-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Debian_keeps_what_netcfg_wrote_where_no_network_is_planned()
    {
        Put("etc/network/interfaces", Netcfg);
        Put("sbin/ifup", "");

        var printed = await RunDebianAsync(null);

        Read("etc/network/interfaces").Should().Be(Netcfg);
        printed.Should().NotContain("apt-install").And.NotContain("debconf-set");
        Files(Drop).Should().Equal("99-zz-maas.cfg");
    }

    [Fact]
    public async Task A_static_address_on_Debian_replaces_what_netcfg_wrote_and_needs_no_package()
    {
        Put("etc/network/interfaces", Netcfg);
        Put("etc/NetworkManager/system-connections/ens3", "[connection]\n");
        Put("sbin/ifup", "");

        var printed = await RunDebianAsync(Static);

        Read("etc/network/interfaces").Should().Be(Loopback);
        Files("etc/NetworkManager/system-connections").Should().BeEmpty();
        printed.Should().Contain("debconf-set netcfg/target_network_config loopback\n").And.NotContain("apt-install");
        Files(Drop).Should().Equal("99-zz-maas.cfg");
    }

    [Fact]
    public async Task A_bond_a_bridge_or_a_VLAN_on_Debian_is_made_by_netplan_which_is_installed_for_it()
    {
        foreach (var type in (InterfaceType[])[InterfaceType.Bond, InterfaceType.Bridge, InterfaceType.Vlan])
        {
            Put("etc/network/interfaces", Netcfg);
            Put("sbin/ifup", "");

            var printed = await RunDebianAsync(Above(type));

            Read("etc/network/interfaces").Should().Be(Loopback);
            printed.Should().Contain("apt-install netplan.io\nin-target systemctl enable systemd-networkd.service\n");
            Read($"{Drop}99-zz-maas-network.cfg").Should().Be(
                "system_info: {network: {renderers: [netplan], activators: [netplan]}}\n");
        }
    }

    [Fact]
    public async Task An_Ubuntu_of_Debians_installer_has_netplan_already_and_loses_the_installers_file()
    {
        Put("etc/netplan/01-netcfg.yaml", Netplan);

        (await RunDebianAsync(Above(InterfaceType.Bond))).Should().NotContain("apt-install");

        Files("etc/netplan").Should().BeEmpty();
        Files(Drop).Should().Equal("99-zz-maas.cfg");
    }

    [Fact]
    public async Task Debians_installer_reports_that_the_package_for_a_bond_cannot_be_installed()
    {
        Put("sbin/ifup", "");

        (await RunDebianAsync(Above(InterfaceType.Bond), "apt-install() { return 100; }\n", exitCode: 9)).Should().Contain(
            "logged -t maas The package netplan.io, which the network configuration needs, was not installed.\n");
    }

    [Theory]
    [InlineData("00-installer-config.yaml", "subiquity-disable-cloudinit-networking.cfg", Subiquity)] // 20.04 and 22.04
    [InlineData("50-cloud-init.yaml", "90-installer-network.cfg", Netplan)] // 24.04
    public async Task Ubuntus_installer_leaves_nothing_that_disables_or_changes_a_planned_network(string netplan, string drop, string text)
    {
        Judge.Require("cloud-init");
        foreach (var config in (NetworkConfig[])[Static, Above(InterfaceType.Bond)])
        {
            Put($"etc/netplan/{netplan}", Netplan);
            Put("etc/netplan/99-own.yaml", "network: {version: 2}\n");
            Put($"{Drop}{drop}", text);
            Put("etc/cloud/cloud.cfg", "{}\n");

            await RunAsync("dash", Write(Ubuntu, "ubuntu/late").Replace("/target/", $"{_root}/"), config);

            Files("etc/netplan").Should().Equal("99-own.yaml");
            Files(Drop).Should().Equal("99-zz-maas.cfg");
            var merged = (await Judge.RunAsync("/usr/bin/python3", ["-c", Merge, $"{_root}/etc/cloud/cloud.cfg"], "", Token)).Approved();
            using var network = System.Text.Json.JsonDocument.Parse(merged.Output);
            using var planned = System.Text.Json.JsonDocument.Parse(CloudInitNetworkConfig.Write(config, View));
            System.Text.Json.JsonElement.DeepEquals(network.RootElement, planned.RootElement).Should().BeTrue("it is {0}", merged.Output);
        }
    }

    [Fact]
    public async Task Ubuntus_installer_keeps_its_own_connection_where_no_network_is_planned()
    {
        Put("etc/netplan/00-installer-config.yaml", Netplan);
        Put($"{Drop}subiquity-disable-cloudinit-networking.cfg", Subiquity);

        await RunAsync("dash", Write(Ubuntu, "ubuntu/late").Replace("/target/", $"{_root}/"), null);

        Read("etc/netplan/00-installer-config.yaml").Should().Be(Netplan);
        Files(Drop).Should().Equal("99-zz-maas.cfg", "subiquity-disable-cloudinit-networking.cfg");
    }

    [Theory]
    [InlineData(false, "eth0.nmconnection", "ifcfg-eth0", "ifcfg-lo")]
    [InlineData(true, "ifcfg-lo")]
    public async Task Anacondas_connections_are_removed_where_a_network_is_planned(bool isPlanned, params string[] left)
    {
        Put("etc/NetworkManager/system-connections/eth0.nmconnection", "[connection]\n");
        Put("etc/sysconfig/network-scripts/ifcfg-eth0", "BOOTPROTO=dhcp\n");
        Put("etc/sysconfig/network-scripts/ifcfg-lo", "DEVICE=lo\n");
        var section = Write(Rocky).Split("\n%").Single(part => part.StartsWith("post", StringComparison.Ordinal));
        var post = section[(section.IndexOf('\n') + 1)..].Replace("/etc/", $"{_root}/etc/");

        await RunAsync("bash", post, isPlanned ? Above(InterfaceType.Vlan) : null);

        Files("etc/NetworkManager/system-connections").Concat(Files("etc/sysconfig/network-scripts")).Should().Equal(left);
    }

    [Fact]
    public async Task A_kickstart_does_not_need_the_folders_of_connections()
    {
        var section = Write(Rocky).Split("\n%").Single(part => part.StartsWith("post", StringComparison.Ordinal));

        await RunAsync("bash", section[(section.IndexOf('\n') + 1)..].Replace("/etc/", $"{_root}/etc/"), Static);

        Files(Drop).Should().Equal("99-zz-maas.cfg");
    }

    private static NetworkView View { get; } = new()
    {
        Vlans = new Dictionary<long, VlanView> { [1] = new(1, 1), [2] = new(2, 1, 5) },
        Subnets = new Dictionary<long, SubnetView> { [1] = new(1, 1, IPNetwork.Parse("10.0.0.0/24")) },
    };

    private static NodeInterface Card { get; } = new()
    {
        Id = 1, Name = "ens3", MacAddress = MacAddress.Parse("52:54:00:12:34:56"), Vlan = 1,
    };

    private static IReadOnlyList<InterfaceLink> Address { get; } =
        [new() { Id = 1, Mode = LinkMode.Static, Subnet = 1, Address = IPAddress.Parse("10.0.0.5") }];

    private static NetworkConfig Static { get; } = new() { Interfaces = [Card with { Links = Address }] };

    private static NetworkConfig Above(InterfaceType type) => new()
    {
        Interfaces =
        [
            Card,
            new NodeInterface
            {
                Id = 2, Name = "above", Type = type, Parents = [1], Vlan = type == InterfaceType.Vlan ? 2 : 1, Links = Address,
                Bond = type == InterfaceType.Bond ? new BondParameters() : null,
                Bridge = type == InterfaceType.Bridge ? new BridgeParameters() : null,
            },
        ],
    };

    private Task<string> RunDebianAsync(NetworkConfig? planned, string stubs = "", int exitCode = 0) => RunAsync(
        "bash",
        Installer + stubs + Write(Debian, "debian/installer").Replace("/target/", $"{_root}/").Replace("\n\"$1\"\n", "\nlate\n"),
        planned,
        exitCode);

    /// <summary>Runs a script whose request for cloud-init's configuration is answered as the server does.</summary>
    private async Task<string> RunAsync(string shell, string script, NetworkConfig? planned, int exitCode = 0)
    {
        var served = Path.Combine(_root, "served");
        var network = planned is null ? "" : $"network: {CloudInitNetworkConfig.Write(planned, View).ReplaceLineEndings(" ")}\n";
        await File.WriteAllTextAsync(served, $"#cloud-config\ndatasource_list: [ MAAS ]\n{network}", Token);
        Directory.CreateDirectory(Path.Combine(_root, Drop));
        var run = await Judge.RunAsync(shell, [], $"served={served}\n{Fetch}{script}", Token);
        run.ExitCode.Should().Be(exitCode, "it says {0}", run.Error);
        return run.Output;
    }

    private void Put(string name, string text)
    {
        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // it is in a folder
        File.WriteAllText(path, text);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_root, name));

    private IEnumerable<string> Files(string folder) =>
        Directory.Exists(Path.Combine(_root, folder))
            ? Directory.EnumerateFiles(Path.Combine(_root, folder)).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)
            : [];
}
