using System.Text.Json;
using Maas.Core.Nodes;
using Maas.Core.Topology;

namespace Maas.Api.Tests.Storage;

/// <summary>The storage of machines as a whole: who may change it when, and what a machine shows of it.</summary>
public class MachineStorageTests
{
    private static readonly ReadOnlyMemory<byte> Layout = System.Text.Encoding.ASCII.GetBytes("""
        Looking at the disks {for a while}.
        {"vendor": "no layout"}
        {"layout": {
            "sda": {"type": "disk", "ptable": "gpt", "boot": true, "partitions": [{"name": "sda1", "size": "512M", "fs": "vfat"}]},
            "sdb": {"type": "disk"}, "sdc": {"type": "disk"}, "sdd": {"type": "disk"},
            "md0": {"type": "raid", "level": 1, "members": ["sdb", "sdc"], "fs": "ext4"},
            "vg0": {"type": "lvm", "members": ["sdd"], "volumes": [{"name": "lv0", "size": "100M", "fs": "xfs"}]}},
         "mounts": {"/": {"device": "md0"}, "/boot/efi": {"device": "sda1"}}}
        done
        """.ReplaceLineEndings("\n"));

    [Fact]
    public async Task A_machine_shows_all_of_its_storage()
    {
        await using var host = await StorageHost.StartAsync();
        var (b, c, d) = (await host.DiskAsync("sdb"), await host.DiskAsync("sdc"), await host.DiskAsync("sdd"));
        (await host.PostAsync("volume-groups/", ("name", "vg0"), ("block_devices", b))).Expect(200);
        (await host.PostAsync("volume-group/vg0/?op=create_logical_volume", ("name", "lv0"))).Expect(200);
        (await host.PostAsync("bcache-cache-sets/", ("cache_device", c))).Expect(200);
        (await host.PostAsync("bcaches/", ("cache_set", "cache0"), ("backing_device", d), ("cache_mode", "writeback"))).Expect(200);
        (await host.Host.PostAsync(
            host.Host.Admin, $"machines/{host.Machine.Id}/?op=mount_special", ("fstype", "tmpfs"), ("mount_point", "/tmp"))).Expect(200);

        var machine = await host.MachineAsync();

        Names("blockdevice_set").Should().Equal("sda", "sdb", "sdc", "sdd", "vg0-lv0", "bcache0");
        Names("physicalblockdevice_set").Should().Equal("sda", "sdb", "sdc", "sdd");
        Names("virtualblockdevice_set").Should().Equal("vg0-lv0", "bcache0");
        Names("volume_groups").Should().Equal("vg0");
        Names("bcaches").Should().Equal("bcache0");
        Names("cache_sets").Should().Equal("cache0");
        Names("raids").Should().BeEmpty();
        machine.GetProperty("special_filesystems")[0].GetProperty("mount_point").GetString().Should().Be("/tmp");
        machine.GetProperty("boot_disk").GetProperty("name").GetString().Should().Be("sda");
        machine.GetProperty("storage").GetDouble().Should().Be(4 * StorageHost.DiskSize / 1_000_000.0);
        foreach (var path in (string[])["machines/", $"nodes/{host.Machine.Id}/"])
        {
            var shown = (await host.Host.GetAsync(host.Host.Admin, path)).Expect(200).Json;
            if (shown.ValueKind == JsonValueKind.Array) shown = shown[0];
            shown.GetRawText().Should().Be(machine.GetRawText());
        }

        IEnumerable<string?> Names(string list) =>
            machine.GetProperty(list).EnumerateArray().Select(each => each.GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_owner_formats_and_mounts_a_copy_that_the_release_forgets()
    {
        await using var host = await StorageHost.StartAsync();
        var (api, b) = (host.Host, await host.DiskAsync("sdb"));
        (await api.PostAsync(api.Bob, $"{host.Path}blockdevices/{b}/?op=format", ("fstype", "ext4"))).Expect(403);
        (await api.PostAsync(api.Bob, "machines/?op=allocate")).Expect(200);
        (await api.PostAsync(api.Bob, $"{host.Path}blockdevices/{b}/?op=format", ("fstype", "ext4"))).Expect(200);
        (await api.PostAsync(api.Bob, $"{host.Path}blockdevices/{b}/?op=mount", ("mount_point", "/srv"))).Expect(200);
        (await api.PostAsync(api.Bob, $"machines/{host.Machine.Id}/?op=mount_special", ("fstype", "ramfs"), ("mount_point", "/r"))).Expect(
            200);
        (await api.PostAsync(api.Bob, $"machines/{host.Machine.Id}/?op=unmount_special", ("mount_point", "/x"))).Expect(400)
            .Json.TryGetProperty("mount_point", out _).Should().BeTrue();
        (await api.PostAsync(api.Bob, $"{host.Path}blockdevices/{b}/partitions/")).Expect(403);
        (await api.PostAsync(api.Admin, $"{host.Path}blockdevices/{b}/partitions/")).Expect(409).Text.Should()
            .Be("Cannot create partition because the node is not Ready.");
        (await api.PostAsync(api.Eve, $"{host.Path}blockdevices/{b}/?op=unmount")).Expect(404);

        (await api.PostAsync(api.Bob, $"machines/{host.Machine.Id}/?op=release")).Expect(200);

        var machine = await host.MachineAsync();
        machine.GetProperty("status_name").GetString().Should().Be("Ready");
        machine.GetProperty("special_filesystems").GetArrayLength().Should().Be(0);
        machine.GetProperty("blockdevice_set").EnumerateArray().Should()
            .OnlyContain(disk => disk.GetProperty("filesystem").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task A_machine_in_another_status_answers_409_with_MAASs_words_and_a_locked_one_403()
    {
        await using var host = await StorageHost.StartAsync();
        var (api, b) = (host.Host, await host.DiskAsync("sdb"));
        (await host.PostAsync($"blockdevices/{b}/partitions/", ("size", "1G"))).Expect(200);
        (await host.PostAsync("volume-groups/", ("name", "vg0"), ("block_devices", "sdc"))).Expect(200);
        await api.DoAsync(host.Machine.Id, new MachineCommand.Commission());
        (string Method, string Path, string Text)[] refused =
        [
            ("PUT", $"blockdevices/{b}/", "Cannot update block device because the machine is not Ready."),
            ("DELETE", $"blockdevices/{b}/", "Cannot delete block device because the machine is not Ready."),
            ("POST", $"blockdevices/{b}/?op=add_tag", "Cannot update block device because the machine is not Ready."),
            ("POST", $"blockdevices/{b}/?op=set_boot_disk", "Cannot set as boot disk because the machine is not Ready."),
            ("POST", $"blockdevices/{b}/?op=format", "Cannot format block device because the machine is not Ready or Allocated."),
            ("POST", $"blockdevices/{b}/?op=unmount", "Cannot unmount block device because the machine is not Ready or Allocated."),
            ("DELETE", $"blockdevices/{b}/partition/sdb-part1", "Cannot delete block device because the node is not Ready."),
            ("POST", $"blockdevices/{b}/partition/sdb-part1?op=mount",
                "Cannot mount partition because the node is not Ready or Allocated."),
            ("POST", "volume-groups/", "Cannot create volume group because the machine is not Ready."),
            ("PUT", "volume-group/vg0/", "Cannot update volume group because the machine is not Ready."),
            ("POST", "volume-group/vg0/?op=create_logical_volume", "Cannot create logical volume because the machine is not Ready."),
            ("POST", "raids/", "Cannot create RAID because the machine is not Ready."),
            ("POST", "bcaches/", "Cannot create Bcache because the machine is not Ready."),
            ("POST", "bcache-cache-sets/", "Cannot create cache set because the node is not Ready."),
        ];
        foreach (var (method, path, text) in refused)
        {
            var form = path.Contains("add_tag", StringComparison.Ordinal) ? ApiHost.Form(("tag", "x")) : ApiHost.Form();
            (await api.SendAsync(method, host.Path + path, api.Sign(api.Admin), form)).Expect(409).Text.Should().Be(text, path);
        }

        var id = host.Machine.Id;
        (await api.PostAsync(api.Admin, $"machines/{id}/?op=mount_special", ("fstype", "tmpfs"), ("mount_point", "/t"))).Expect(409).Text
            .Should().Be("Cannot mount the filesystem because the machine is not Ready or Allocated.");
        (await api.PostAsync(api.Admin, $"machines/{id}/?op=restore_storage_configuration")).Expect(409).Text.Should()
            .Be("Machine must be in a ready or failed testing state to restore storage configuration.");
        await api.DoAsync(id, new MachineCommand.Lock());
        (await api.PostAsync(api.Admin, $"machines/{id}/?op=set_storage_layout", ("storage_layout", "flat"))).Expect(403).Text.Should()
            .Be("The machine is locked.");
    }

    [Fact]
    public async Task The_custom_layout_is_what_a_commissioning_script_described()
    {
        await using var host = await StorageHost.StartAsync();
        var (api, id) = (host.Host, host.Machine.Id);
        (await api.PostAsync(api.Admin, $"machines/{id}/?op=set_storage_layout", ("storage_layout", "custom"))).Expect(400).Text.Should()
            .Contain("No custom storage layout configuration found");
        (await api.PostAsync(
            api.Admin, "scripts/", ("name", "50-layout"), ("type", "commissioning"), ("script", "#!/bin/sh\n# a layout\n"))).Expect(200);
        await api.DoAsync(id, new MachineCommand.Commission());
        foreach (var script in await api.Core.ScriptResults.PendingAsync(id, ApiHost.Cancellation))
        {
            var printed = script.Result.Name == "50-layout" ? Layout : StorageHost.Inventory;
            await api.Core.ScriptResults.ReportAsync(
                id, new ScriptReport { ResultId = script.Result.Id, ExitStatus = 0, Output = new(printed, printed, default) },
                ApiHost.Cancellation);
        }

        await api.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null));

        var machine = (await api.PostAsync(api.Admin, $"machines/{id}/?op=set_storage_layout", ("storage_layout", "custom"))).Expect(200)
            .Json;

        machine.GetProperty("raids")[0].GetProperty("level").GetString().Should().Be("raid-1");
        machine.GetProperty("volume_groups")[0].GetProperty("name").GetString().Should().Be("vg0");
    }

    [Fact]
    public async Task Layouts_are_applied_and_restored()
    {
        await using var host = await StorageHost.StartAsync();
        var (api, id) = (host.Host, host.Machine.Id);
        var lvm = (await api.PostAsync(
            api.Admin, $"machines/{id}/?op=set_storage_layout", ("storage_layout", "lvm"), ("vg_name", "data"), ("lv_size", "50%"))).Expect(
            200).Json;
        lvm.GetProperty("volume_groups")[0].GetProperty("name").GetString().Should().Be("data");
        (await api.PostAsync(api.Admin, $"machines/{id}/?op=set_storage_layout", ("storage_layout", "vmfs6"))).Expect(400).Json
            .GetProperty("storage_layout")[0].GetString().Should().StartWith("'vmfs6' is not a valid storage_layout.");
        (await api.PostAsync(api.Bob, $"machines/{id}/?op=set_storage_layout", ("storage_layout", "flat"))).Expect(403);

        var restored = (await api.PostAsync(api.Admin, $"machines/{id}/?op=restore_storage_configuration")).Expect(200).Json;

        restored.GetProperty("volume_groups").GetArrayLength().Should().Be(0);
        restored.GetProperty("boot_disk").GetProperty("partitions").EnumerateArray()
            .Select(part => part.GetProperty("filesystem").GetProperty("mount_point").GetString()).Should().Equal("/boot/efi", "/");
    }

    [Fact]
    public async Task A_failed_disk_of_a_deployed_machine_is_replaced_and_nothing_else_changes()
    {
        await using var host = await StorageHost.StartAsync();
        await host.Host.UploadImageAsync();
        (await host.PostAsync("volume-groups/", ("name", "vg0"), ("block_devices", "sdc"))).Expect(200);
        (await host.PostAsync("volume-group/vg0/?op=create_logical_volume", ("name", "lv0"))).Expect(200);
        await host.Host.DoAsync(host.Machine.Id, new MachineCommand.Allocate("bob"));
        (await host.Host.PostAsync(host.Host.Bob, $"machines/{host.Machine.Id}/?op=deploy")).Expect(200);
        await host.Host.DoAsync(host.Machine.Id, new MachineReport.NetbootOff());
        (await host.Host.DoAsync(host.Machine.Id, new MachineReport.UserDataFetched())).Status.Should().Be(MachineStatus.Deployed);

        var replaced = (await host.PutAsync("blockdevices/sdb/", ("serial", "NEW"), ("size", "1G"))).Expect(200).Json;

        (replaced.GetProperty("serial").GetString(), replaced.GetProperty("size").GetInt64()).Should().Be(("NEW", StorageHost.DiskSize));
        (await host.PutAsync("blockdevices/vg0-lv0/", ("name", "x"))).Expect(409).Text.Should()
            .Be("Cannot update virtual block device because the machine is Deployed.");
    }

    [Fact]
    public async Task Commissioning_that_skips_storage_keeps_it()
    {
        await using var host = await StorageHost.StartAsync();
        (await host.PostAsync("volume-groups/", ("name", "vg0"), ("block_devices", "sdb"))).Expect(200);
        (await host.Host.PostAsync(host.Host.Admin, $"machines/{host.Machine.Id}/?op=commission", ("skip_storage", "1"))).Expect(200);
        foreach (var script in await host.Host.Core.ScriptResults.PendingAsync(host.Machine.Id, ApiHost.Cancellation))
        {
            await host.Host.Core.ScriptResults.ReportAsync(host.Machine.Id, new Maas.Core.Nodes.ScriptReport
            {
                ResultId = script.Result.Id, ExitStatus = 0, Output = new(StorageHost.Inventory, StorageHost.Inventory, default),
            }, ApiHost.Cancellation);
        }

        (await host.MachineAsync()).GetProperty("volume_groups").GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("machines/")]
    [InlineData("nodes/")]
    [InlineData("/MAAS/api/1.0/nodes/?op=list")]
    public async Task A_list_of_machines_takes_as_many_calls_of_the_store_whatever_their_number(string path)
    {
        var calls = new StoreCalls();
        await using var host = await ApiHost.StartAsync(wrap: calls.Watch);
        await host.ReadyAsync("52:54:00:00:00:01");
        (await host.GetAsync(host.Admin, path)).Expect(200);
        var one = await CountAsync(1);
        for (var number = 2; number <= 12; number++) await host.ReadyAsync($"52:54:00:00:00:{number:x2}");

        one.Should().BePositive();
        (await CountAsync(12)).Should().Be(one);

        async Task<int> CountAsync(int machines)
        {
            // What was written already is not counted on: another epoch has every machine written anew.
            await host.Core.Networks.Zones.CreateAsync(new Zone { Name = $"zone-{machines}" }, null, ApiHost.Cancellation);
            var before = calls.Count;
            var controllers = path == "nodes/" ? 1 : 0;
            (await host.GetAsync(host.Admin, path)).Expect(200).Json.GetArrayLength().Should().Be(machines + controllers);
            return calls.Count - before;
        }
    }
}
