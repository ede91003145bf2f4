using System.Text.Json;

namespace Maas.Api.Tests.Storage;

/// <summary>Volume groups, RAIDs, bcaches and cache sets, as Terraform creates, reads, updates and deletes them.</summary>
public class StorageGroupTests
{
    [Fact]
    public async Task A_volume_group_and_its_logical_volume_are_created_read_updated_and_deleted()
    {
        await using var host = await StorageHost.StartAsync();
        var (b, c) = (await host.DiskAsync("sdb"), await host.DiskAsync("sdc"));
        var group = (await host.PostAsync("volume-groups/", ("name", "vg0"), ("block_devices", b))).Expect(200).Json;
        var id = group.GetProperty("id").GetRawText();
        group.GetProperty("devices")[0].GetProperty("name").GetString().Should().Be("sdb");
        (group.GetProperty("used_size").GetRawText(), group.GetProperty("human_size").GetString()).Should().Be(("0", "1000.0 GB"));
        var size = group.GetProperty("size").GetInt64();

        var volume = (await host.PostAsync($"volume-group/{id}/?op=create_logical_volume", ("name", "lv0"), ("size", "10G"))).Expect(200)
            .Json;
        var lv = volume.GetProperty("id").GetRawText();
        (volume.GetProperty("name").GetString(), volume.GetProperty("type").GetString(), volume.GetProperty("numa_node").ValueKind)
            .Should().Be(("vg0-lv0", "virtual", JsonValueKind.Null));
        (await host.PostAsync($"blockdevices/{lv}/?op=format", ("fstype", "ext4"))).Expect(200);
        (await host.PostAsync($"blockdevices/{lv}/?op=mount", ("mount_point", "/srv"))).Expect(200).Json.GetProperty("used_for")
            .GetString().Should().Be("ext4 formatted filesystem mounted at /srv");
        (await host.PutAsync($"blockdevices/{lv}/", ("size", "20G"), ("name", "lv1"))).Expect(200).Json.GetProperty("name").GetString()
            .Should().Be("vg0-lv1");

        var updated = (await host.PutAsync($"volume-groups/{id}/", ("name", "vg1"), ("add_block_devices", c))).Expect(200).Json;
        updated.GetProperty("resource_uri").GetString().Should().Be($"/MAAS/api/2.0/nodes/{host.Machine.Id}/volume-group/{id}/");
        (updated.GetProperty("name").GetString(), updated.GetProperty("size").GetInt64()).Should()
            .Be(("vg1", (2 * size) + (4 << 20)), "each physical volume loses an extent, after the rests of both were added up");
        updated.GetProperty("logical_volumes").GetArrayLength().Should().Be(1);
        (await host.DeleteAsync($"volume-group/{id}/")).Expect(400).Json.TryGetProperty("__all__", out _).Should().BeTrue();
        (await host.DeleteAsync($"blockdevices/{b}/")).Expect(400);
        (await host.PostAsync($"volume-group/{id}/?op=delete_logical_volume", ("id", lv))).Expect(204);
        (await host.PostAsync($"volume-group/{id}/?op=delete_logical_volume", ("id", lv))).Expect(204);
        (await host.PostAsync($"volume-group/{id}/?op=delete_logical_volume")).Expect(400);
        (await host.DeleteAsync($"volume-group/vg1/")).Expect(204);
        (await host.GetAsync($"volume-group/{id}/")).Expect(404).Text.Should().Be("No VolumeGroup matches the given query.");
        (await host.GetAsync("volume-groups/")).Expect(200).Text.Should().Be("[]");
    }

    [Fact]
    public async Task A_RAID_is_created_read_updated_and_deleted()
    {
        await using var host = await StorageHost.StartAsync();
        var (b, c, d) = (await host.DiskAsync("sdb"), await host.DiskAsync("sdc"), await host.DiskAsync("sdd"));
        (await host.PostAsync("raids/", ("level", "raid-1"), ("block_devices", b))).Expect(400);
        (await host.PostAsync("raids/", ("level", "raid-7"), ("block_devices", b))).Expect(400).Json.GetProperty("level")[0].GetString()
            .Should().Be("Select a valid choice. raid-7 is not one of the available choices.");
        var raid = (await host.PostAsync(
            "raids/", ("name", "md0"), ("level", "raid-1"), ("block_devices", $"{b},{c}"), ("spare_devices", d))).Expect(200).Json;
        var id = raid.GetProperty("id").GetRawText();
        (raid.GetProperty("devices").GetArrayLength(), raid.GetProperty("spare_devices").GetArrayLength()).Should().Be((2, 1));

        var updated = (await host.PutAsync($"raid/{id}/", ("name", "md7"), ("remove_spare_devices", d))).Expect(200).Json;
        (updated.GetProperty("name").GetString(), updated.GetProperty("virtual_device").GetProperty("name").GetString(),
            updated.GetProperty("spare_devices").GetRawText()).Should().Be(("md7", "md7", "[]"));
        updated.GetProperty("resource_uri").GetString().Should().EndWith($"/raid/{id}/");
        var device = updated.GetProperty("virtual_device").GetProperty("id").GetRawText();
        (await host.PostAsync($"blockdevices/{device}/partitions/")).Expect(200);
        (await host.PostAsync($"blockdevices/{device}/?op=set_boot_disk")).Expect(400).Text.Should()
            .Be("Cannot set a virtual block device as the boot disk.");
        (await host.GetAsync($"raid/md7/")).Expect(200).Json.GetProperty("level").GetString().Should().Be("raid-1");
        (await host.DeleteAsync($"raid/{id}/")).Expect(204);
        (await host.GetAsync($"raid/{id}/")).Expect(404).Text.Should().Be("No RAID matches the given query.");
        (await host.GetAsync($"blockdevices/{device}/")).Expect(404);
    }

    [Fact]
    public async Task A_bcache_and_its_cache_set_are_created_read_updated_and_deleted()
    {
        await using var host = await StorageHost.StartAsync();
        var (b, c, d) = (await host.DiskAsync("sdb"), await host.DiskAsync("sdc"), await host.DiskAsync("sdd"));
        (await host.PostAsync("bcache-cache-sets/")).Expect(400).Json.TryGetProperty("__all__", out _).Should().BeTrue();
        var set = (await host.PostAsync("bcache-cache-sets/", ("cache_device", b))).Expect(200).Json;
        var setId = set.GetProperty("id").GetRawText();
        (set.GetProperty("name").GetString(), set.GetProperty("cache_device").GetProperty("name").GetString()).Should()
            .Be(("cache0", "sdb"));
        var bcache = (await host.PostAsync(
            "bcaches/", ("backing_device", c), ("cache_set", setId), ("cache_mode", "WRITEBACK"))).Expect(200).Json;
        var id = bcache.GetProperty("id").GetRawText();
        (bcache.GetProperty("name").GetString(), bcache.GetProperty("cache_mode").GetString()).Should().Be(("bcache0", "writeback"));
        bcache.GetProperty("backing_device").GetProperty("name").GetString().Should().Be("sdc");
        bcache.GetProperty("cache_set").GetProperty("name").GetString().Should().Be("cache0");

        var updated = (await host.PutAsync($"bcache/{id}/", ("name", "fast"), ("cache_mode", "writearound"))).Expect(200).Json;
        (updated.GetProperty("name").GetString(), updated.GetProperty("virtual_device").GetProperty("name").GetString())
            .Should().Be(("fast", "fast"));
        updated.GetProperty("resource_uri").GetString().Should().EndWith($"/bcache/{id}/");
        (await host.PutAsync($"bcache-cache-set/{setId}/", ("cache_device", d))).Expect(200).Json.GetProperty("cache_device")
            .GetProperty("name").GetString().Should().Be("sdd");
        (await host.GetAsync("bcache-cache-set/cache0/")).Expect(200).Json.GetProperty("resource_uri").GetString().Should()
            .EndWith($"/bcache-cache-set/{setId}/");
        (await host.DeleteAsync($"bcache-cache-set/{setId}/")).Expect(400).Text.Should()
            .Be("Cannot delete cache set; it's currently in use.");
        (await host.DeleteAsync($"bcache/{id}/")).Expect(204);
        (await host.DeleteAsync($"bcache-cache-set/{setId}/")).Expect(204);
        (await host.GetAsync($"bcache/{id}/")).Expect(404).Text.Should().Be("No Bcache matches the given query.");
        (await host.GetAsync($"bcache-cache-set/{setId}/")).Expect(404).Text.Should().Be("No CacheSet matches the given query.");
        (await host.GetAsync("bcaches/")).Text.Should().Be("[]");
        (await host.GetAsync("bcache-cache-sets/")).Text.Should().Be("[]");
    }

    [Fact]
    public async Task There_are_no_VMFS_datastores()
    {
        await using var host = await StorageHost.StartAsync();
        (await host.GetAsync("vmfs-datastores/")).Expect(200).Text.Should().Be("[]");
        (await host.PostAsync("vmfs-datastores/", ("name", "datastore1"), ("block_devices", await host.DiskAsync("sdb")))).Expect(400)
            .Text.Should().Contain("no VMFS datastores");
        (await host.GetAsync("vmfs-datastore/1/")).Expect(404).Text.Should().Be("No VMFS matches the given query.");
        (await host.PutAsync("vmfs-datastore/1/", ("name", "x"))).Expect(404);
        (await host.DeleteAsync("vmfs-datastore/1/")).Expect(404);
    }

    [Fact]
    public async Task A_group_that_is_refused_leaves_nothing()
    {
        await using var host = await StorageHost.StartAsync();
        var before = (await host.MachineAsync()).GetRawText();
        var b = await host.DiskAsync("sdb");
        (string Path, (string, string)[] Form)[] refused =
        [
            ("raids/", [("level", "raid-5"), ("block_devices", b)]),
            ("raids/", [("level", "raid-0"), ("block_devices", "nothing")]),
            ("raids/", [("level", "raid-0"), ("block_devices", b), ("uuid", "x")]),
            ("volume-groups/", [("block_devices", b)]),
            ("volume-groups/", [("name", "vg0")]),
            ("bcaches/", [("backing_device", b), ("cache_mode", "writeback")]),
            ("bcaches/", [("backing_device", b), ("cache_set", "1"), ("cache_mode", "writeback")]),
            ("bcache-cache-sets/", [("cache_device", b), ("cache_partition", "1")]),
        ];
        foreach (var (path, form) in refused) (await host.PostAsync(path, form)).Expect(400).ContentType.Should().Be("application/json");
        (await host.MachineAsync()).GetRawText().Should().Be(before);
    }
}
