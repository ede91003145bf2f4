using Maas.Core.Inventory;
using Maas.Core.Nodes;

namespace Maas.Core.Tests.Nodes;

public class HardwareSyncTests
{
    private static readonly Hardware Known = new()
    {
        Cpu = new Processor { Count = 4 },
        MemoryMiB = 4096,
        Identity = new Identity { Uuid = "11223344-5566-7788-99aa-bbccddeeff00" },
        Disks = [new Disk { Name = "sda", Serial = "A", Size = 10 }, new Disk { Name = "sdb", Serial = "B", Size = 10 }],
        Interfaces = [new NetworkInterface { Name = "eth0", MacAddress = MacAddress.Parse("52:54:00:00:00:01"), LinkUp = true }],
    };

    [Fact]
    public void A_report_adds_what_is_new_and_takes_away_nothing_by_which_the_machine_is_known()
    {
        var merged = HardwareSync.Merge(Known, new Hardware
        {
            Cpu = new Processor { Count = 8 },
            MemoryMiB = 8192,
            Identity = new Identity { Uuid = "another" },
            Disks =
            [
                new Disk { Name = "sda", Serial = "FORGED", Size = 99 }, new Disk { Name = "sdc", Serial = "B", Size = 10 },
                new Disk { Name = "nvme0n1", Serial = "N", Size = 20 },
            ],
            Interfaces =
            [
                new NetworkInterface { Name = "eth0", MacAddress = MacAddress.Parse("52:54:00:00:00:01"), LinkUp = false },
                new NetworkInterface { Name = "eth1", MacAddress = MacAddress.Parse("52:54:00:00:00:02") },
            ],
        });

        merged.Should().BeEquivalentTo(new { Cpu = new { Count = 8 }, MemoryMiB = 8192, Known.Identity });
        merged.Disks.Select(disk => disk.Name + disk.Serial).Should().Equal("sdaA", "sdbB", "nvme0n1N");
        merged.Interfaces.Select(nic => (nic.Name, nic.LinkUp)).Should().Equal(("eth0", false), ("eth1", false));
        HardwareSync.Merge(Known, new Hardware()).Disks.Should().Equal(Known.Disks);
    }

    [Fact]
    public void Reports_cannot_grow_the_inventory_beyond_what_is_read_of_one()
    {
        var merged = Known;
        for (var round = 0; round < 3; round++)
            merged = HardwareSync.Merge(merged, new Hardware
            {
                Disks = [.. Enumerable.Range(0, 500).Select(at => new Disk { Name = $"d{round}-{at}", Size = 1 })],
                Interfaces = [.. Enumerable.Range(0, 60).Select(at => new NetworkInterface
                {
                    Name = $"n{round}-{at}", MacAddress = MacAddress.Parse($"52:54:00:00:{round + 1:x2}:{at:x2}"),
                })],
            });

        (merged.Disks.Count, merged.Interfaces.Count).Should().Be((512, 64));
    }

    [Theory]
    [InlineData("15m", 900)]
    [InlineData("1h30m", 5400)]
    [InlineData("90s", 90)]
    [InlineData("24h", 86400)]
    public void An_interval_is_MAASs(string text, int seconds)
    {
        HardwareSync.TryReadInterval(text, out var interval).Should().BeTrue();
        interval.TotalSeconds.Should().Be(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("m")]
    [InlineData("30s")]
    [InlineData("25h")]
    [InlineData("-5m")]
    [InlineData("9999999m")]
    [InlineData("1d")]
    public void An_interval_that_is_none_or_out_of_range_is_refused(string text) =>
        HardwareSync.TryReadInterval(text, out _).Should().BeFalse();
}
