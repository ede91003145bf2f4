using System.Net;
using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Dashboard.Nodes;

namespace Maas.Dashboard.Tests.Nodes;

public sealed class DeploymentPlanTests
{
    [Fact]
    public void A_deployment_names_its_disk_when_it_is_written_to_one()
    {
        var written = new Deployment { Recipe = "debian/bookworm", Disk = new InstallDisk("sda", "S1") };
        var inMemory = new Deployment
        {
            OsSystem = Deployment.EnvironmentSystem, DistroSeries = Deployment.EnvironmentSeries, Ephemeral = true,
            Disk = new InstallDisk("", ""),
        };
        var image = new ImageReference(1, 2, "custom/debian-12", "tgz", 1, "");

        DeploymentPlan.Describe(written).Should().Be("debian/bookworm on sda");
        DeploymentPlan.Describe(inMemory).Should().Be("maas/ephemeral in memory");
        DeploymentPlan.Describe(inMemory with { Image = image }).Should().Be("custom/debian-12 in memory");
    }

    [Fact]
    public void A_layout_shows_each_partition_and_volume()
    {
        var config = new StorageConfig
        {
            BlockDevices =
            [
                new BlockDevice { Id = 1, Name = "sda", Size = 40L << 30 },
                new BlockDevice { Id = 2, Name = "nvme0n1", Size = 20L << 30, Tags = ["ssd"] },
            ],
        };

        Lines("flat").Should().Equal(
            "sda, 40 GiB: GPT partitioned with 2 partitions",
            "sda, partition 1, 512 MiB: fat32 formatted filesystem mounted at /boot/efi",
            "sda, partition 2, 39.5 GiB: ext4 formatted filesystem mounted at /",
            "nvme0n1, 20 GiB: Unused");
        Lines("lvm").Should().Contain("lvroot, 39.5 GiB: ext4 formatted filesystem mounted at /");
        Lines("bcache").Should().Contain(line => line.StartsWith("nvme0n1, partition 1") && line.Contains("Cache device for"));
        Lines("blank").Should().Equal("sda, 40 GiB: Unused", "nvme0n1, 20 GiB: Unused");
        Lines("").Should().Equal(Lines("blank"));

        IReadOnlyList<string> Lines(string layout) => DeploymentPlan.StorageLines(
            DeploymentPlan.Preview(config, layout).Should().BeOfType<StorageResult.Changed>().Subject.Config);
    }

    [Fact]
    public async Task Each_interface_says_how_it_gets_its_addresses()
    {
        await using var host = await DashboardHost.StartAsync();
        var topology = await host.Core.Topology.GetAsync(DashboardHost.Cancellation);
        InterfaceLink[] links =
        [
            new InterfaceLink { Id = 1, Mode = LinkMode.Static, Address = IPAddress.Parse("10.0.0.7") },
            new InterfaceLink { Id = 2, Mode = LinkMode.Auto },
            new InterfaceLink { Id = 3, Mode = LinkMode.Dhcp },
            new InterfaceLink { Id = 4, Mode = LinkMode.LinkUp },
        ];
        var config = new NetworkConfig
        {
            Interfaces =
            [
                new NodeInterface { Id = 1, Name = "eth0", MacAddress = MacAddress.Parse("52:54:00:00:00:01"), Links = links },
                new NodeInterface { Id = 2, Name = "eth1", Enabled = false },
                new NodeInterface { Id = 3, Name = "br0", Type = InterfaceType.Bridge },
            ],
        };

        DeploymentPlan.NetworkLines(config, topology).Should().Equal(
            "eth0 (physical, 52:54:00:00:00:01): 10.0.0.7; a free address; by DHCP; up, without an address",
            "eth1 (physical): not configured",
            "br0 (bridge): no link");
    }
}
