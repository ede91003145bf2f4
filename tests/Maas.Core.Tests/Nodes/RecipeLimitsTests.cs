using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Core.Tests.Network.Interfaces;
using Maas.Core.Tests.Storage;

namespace Maas.Core.Tests.Nodes;

/// <summary>What an installer that follows no configuration may leave out of one, and what is refused.</summary>
public class RecipeLimitsTests
{
    private static readonly RecipeLimits Nothing = new() { Recipe = "flatcar/stable" };

    [Theory]
    [InlineData("blank", "flat")]
    [InlineData("flat", "flat")]
    [InlineData("flat", "lvm")] // one disk, one system on it: what the installer does
    [InlineData("lvm", "lvm")] // the default of this server
    public void A_layout_that_was_not_chosen_for_the_machine_is_no_configuration(string layout, string defaultLayout)
    {
        var plan = new StoragePlan(disks: 2);
        plan.Do(config => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = layout }, plan.Ids));
        Reasons(plan, defaultLayout: defaultLayout).Should().BeEmpty();
    }

    [Fact]
    public void Volume_groups_RAIDs_and_other_disks_are_named()
    {
        var volumes = new StoragePlan(disks: 2);
        volumes.Do(config => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = "lvm" }, volumes.Ids));
        Reasons(volumes).Should().ContainSingle().Which.Should().StartWith("The installer of flatcar/stable partitions the boot disk")
            .And.Contain("lvm-vg vgroot");

        var mirror = new StoragePlan(disks: 3);
        mirror.Do(config => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = "flat" }, mirror.Ids));
        mirror.Raid("raid-1", $"{mirror["sdb"].Id}", $"{mirror["sdc"].Id}");
        Reasons(mirror).Should().ContainSingle().Which.Should().Contain(": raid-1 md0.");

        var second = new StoragePlan(disks: 2);
        second.Do(config => StorageLayouts.Apply(config, new StorageLayoutRequest { Layout = "flat" }, second.Ids));
        second.Format(new StorageTarget.Device(second["sdb"].Id));
        second.Mount(new StorageTarget.Device(second["sdb"].Id), "/srv");
        Reasons(second).Should().ContainSingle().Which.Should().Contain(": the disk sdb.");
    }

    [Fact]
    public void Another_size_of_a_partition_is_a_configuration_too()
    {
        var plan = new StoragePlan();
        plan.Do(config => StorageLayouts.Apply(
            config, new StorageLayoutRequest { Layout = "flat", RootSize = $"{10 * StoragePlan.GiB}" }, plan.Ids));
        Reasons(plan).Should().ContainSingle().Which.Should().Contain("other partitions than those of the default layout");
    }

    [Fact]
    public void The_reasons_of_an_installer_that_follows_the_storage_configuration_are_kept()
    {
        var limits = new RecipeLimits
        {
            Recipe = "debian/bookworm", Plan = new DiskPlanResult.Refused(["One.", "Two."]), HasCloudInit = true,
        };
        limits.Find(new NodeConfig(), "flat", hasUserData: true).Should().Equal("One.", "Two.");
    }

    [Fact]
    public void Links_that_ask_DHCP_servers_are_no_configuration_and_others_are_named()
    {
        var plain = new NetworkPlan(interfaces: 2);
        plain.Link(1, "dhcp", 1);
        plain.Link(2, "link_up");
        ReasonsOf(plain).Should().BeEmpty();

        var address = new NetworkPlan();
        address.Link(1, "static", 1, "10.0.0.5");
        ReasonsOf(address).Should().ContainSingle().Which.Should().EndWith("the machine: an address of eth0.");

        var automatic = new NetworkPlan();
        automatic.Link(1, "auto", 1);
        ReasonsOf(automatic).Should().ContainSingle().Which.Should().Contain("an address of eth0");

        var bridge = new NodeInterface { Id = 9, Type = InterfaceType.Bridge, Name = "br0", Parents = [1] };
        var vlan = new NodeInterface { Id = 10, Type = InterfaceType.Vlan, Name = "eth0.5", Parents = [1] };
        plain.Config = plain.Config with { Interfaces = [.. plain.Config.Interfaces, bridge, vlan] };
        ReasonsOf(plain).Should().ContainSingle().Which.Should().EndWith("the machine: bridge br0, vlan eth0.5.");
        Nothing.Find(new NodeConfig(), "flat", hasUserData: false, addsBridges: true).Should().ContainSingle().Which.Should()
            .EndWith("a bridge on each interface.");
    }

    [Fact]
    public void A_system_with_cloud_init_gets_network_and_user_data()
    {
        var address = new NetworkPlan();
        address.Link(1, "static", 1, "10.0.0.5");
        var config = new NodeConfig { Network = address.Config };

        new RecipeLimits { Recipe = "debian/bookworm", HasCloudInit = true }.Find(config, "flat", hasUserData: true).Should().BeEmpty();
        Nothing.Find(new NodeConfig(), "flat", hasUserData: true).Should().Equal(
            "The system that flatcar/stable installs has no cloud-init of this server: it does not apply user data.");
    }

    private static IReadOnlyList<string> Reasons(StoragePlan plan, string defaultLayout = "flat") =>
        Nothing.Find(new NodeConfig { Storage = plan.Config }, defaultLayout, hasUserData: false);

    private static IReadOnlyList<string> ReasonsOf(NetworkPlan plan) =>
        Nothing.Find(new NodeConfig { Network = plan.Config }, "flat", hasUserData: false);
}
