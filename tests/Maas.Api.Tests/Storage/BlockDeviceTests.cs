using System.Text.Json;
using System.Text.RegularExpressions;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Storage;

/// <summary>Disks, partitions and file systems, as Terraform and Ansible create, read, update and delete them.</summary>
public partial class BlockDeviceTests
{
    [Fact]
    public async Task A_block_device_is_created_read_updated_and_deleted()
    {
        await using var host = await StorageHost.StartAsync();
        var created = (await host.PostAsync(
            "blockdevices/", ("name", "sdz"), ("model", "M"), ("serial", "Z"), ("size", "10G"), ("block_size", "512"))).Expect(200).Json;
        var id = created.GetProperty("id").GetRawText();
        (created.GetProperty("size").GetRawText(), created.GetProperty("type").GetString(), created.GetProperty("resource_uri").GetString())
            .Should().Be(("10000000000", "physical", $"/MAAS/api/2.0/nodes/{host.Machine.Id}/blockdevices/{id}/"));

        var updated = (await host.PutAsync($"blockdevices/{id}/", ("name", "sdy"), ("size", "20G"))).Expect(200).Json;
        updated.GetProperty("resource_uri").ValueKind.Should().Be(JsonValueKind.String, "gomaasapi requires it of every PUT");
        (updated.GetProperty("name").GetString(), updated.GetProperty("size").GetInt64(), updated.GetProperty("serial").GetString())
            .Should().Be(("sdy", 20_000_000_000, "Z"));
        (await host.PostAsync($"blockdevices/{id}/?op=add_tag", ("tag", "fast"))).Expect(200)
            .Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).Should().Equal("fast");
        (await host.PostAsync($"blockdevices/{id}/?op=remove_tag", ("tag", "fast"))).Expect(200)
            .Json.GetProperty("tags").GetArrayLength().Should().Be(0);
        (await host.PostAsync($"blockdevices/{id}/?op=add_tag")).Expect(400).Json.GetProperty("tag")[0].GetString()
            .Should().Be("This field is required.");
        (await host.GetAsync($"blockdevices/{id}/")).Expect(200).Json.GetProperty("name").GetString().Should().Be("sdy");

        (await host.DeleteAsync($"blockdevices/{id}/")).Expect(204);
        (await host.GetAsync($"blockdevices/{id}/")).Expect(404).Text.Should().Be("No BlockDevice matches the given query.");
        (await host.DeleteAsync($"blockdevices/{id}/")).Expect(404);
    }

    [Theory]
    [InlineData("size", "name=sdz&model=M&serial=Z&block_size=512")]
    [InlineData("block_size", "name=sdz&model=M&serial=Z&size=10G")]
    [InlineData("size", "name=sdz&model=M&serial=Z&block_size=512&size=ten")]
    [InlineData("size", "name=sdz&model=M&serial=Z&block_size=512&size=-1")]
    [InlineData("size", "name=sdz&model=M&serial=Z&block_size=512&size=99999999999999999999999999E")]
    [InlineData("name", "name=../x&model=M&serial=Z&block_size=512&size=10G")]
    [InlineData("__all__", "name=sda&model=M&serial=Z&block_size=512&size=10G")]
    [InlineData("__all__", "name=sdz&block_size=512&size=10G")]
    [InlineData("numa_node", "name=sdz&model=M&serial=Z&block_size=512&size=10G&numa_node=x")]
    [InlineData("colour", "name=sdz&model=M&serial=Z&block_size=512&size=10G&colour=red")]
    public async Task A_block_device_that_cannot_be_is_refused_by_its_field_and_leaves_nothing(string field, string form)
    {
        await using var host = await StorageHost.StartAsync();
        var before = (await host.GetAsync("blockdevices/")).Text;
        var fields = form.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1])).ToArray();

        (await host.PostAsync("blockdevices/", fields)).Expect(400).Json.EnumerateObject().Select(each => each.Name).Should().Equal(field);

        (await host.GetAsync("blockdevices/")).Text.Should().Be(before);
    }

    [Fact]
    public async Task A_partition_is_created_formatted_mounted_tagged_and_deleted_under_both_spellings()
    {
        await using var host = await StorageHost.StartAsync();
        var sdb = await host.DiskAsync("sdb");
        var created = (await host.PostAsync($"blockdevices/{sdb}/partitions/", ("size", "10G"), ("bootable", "true"))).Expect(200).Json;
        var id = created.GetProperty("id").GetRawText();
        (created.GetProperty("type").GetString(), created.GetProperty("bootable").GetBoolean(), created.GetProperty("path").GetString())
            .Should().Be(("partition", true, "/dev/disk/by-dname/sdb-part1"));
        created.GetProperty("device_id").GetRawText().Should().Be(sdb);
        created.GetProperty("filesystem").ValueKind.Should().Be(JsonValueKind.Null);
        created.GetProperty("resource_uri").GetString().Should()
            .Be($"/MAAS/api/2.0/nodes/{host.Machine.Id}/blockdevices/{sdb}/partition/{id}");

        foreach (var path in (string[])[$"partition/{id}", $"partition/{id}/", $"partitions/{id}", $"partitions/{id}/",
            "partition/sdb-part1"])
            (await host.GetAsync($"blockdevices/{sdb}/{path}")).Expect(200).Text.Should().Be(
                (await host.GetAsync($"blockdevices/{sdb}/partition/{id}")).Text, path);
        var item = $"blockdevices/{sdb}/partition/{id}";
        (await host.PostAsync($"{item}?op=format", ("fstype", "ext4"), ("label", "data"))).Expect(200)
            .Json.GetProperty("filesystem").GetProperty("label").GetString().Should().Be("data");
        var mounted = (await host.PostAsync($"{item}?op=mount", ("mount_point", "/srv"), ("mount_options", "noatime"))).Expect(200).Json
            .GetProperty("filesystem");
        (mounted.GetProperty("mount_point").GetString(), mounted.GetProperty("mount_options").GetString()).Should().Be(("/srv", "noatime"));
        (await host.PostAsync($"{item}?op=unformat")).Expect(400).Text.Should()
            .StartWith("Filesystem is mounted and cannot be unformatted.");
        (await host.PostAsync($"{item}?op=unmount")).Expect(200);
        (await host.PostAsync($"{item}?op=unmount")).Expect(400).Text.Should().Be("Filesystem is already unmounted.");
        (await host.PostAsync($"{item}?op=unformat")).Expect(200).Json.GetProperty("used_for").GetString().Should().Be("Unused");
        (await host.PostAsync($"{item}?op=add_tag", ("tag", "x"))).Expect(200).Json.GetProperty("tags")[0].GetString().Should().Be("x");
        (await host.PostAsync($"{item}?op=remove_tag", ("tag", "x"))).Expect(200).Json.GetProperty("tags").GetArrayLength().Should().Be(0);
        (await host.GetAsync($"blockdevices/{sdb}/partitions/")).Expect(200).Json.GetArrayLength().Should().Be(1);
        (await host.DeleteAsync(item)).Expect(204);
        (await host.GetAsync(item)).Expect(404).Text.Should().Be("No Partition matches the given query.");
        (await host.GetAsync($"blockdevices/{sdb}/partitions/")).Expect(200).Text.Should().Be("[]");
        (await host.GetAsync("blockdevices/77/partitions/")).Expect(404);
    }

    [Fact]
    public async Task Sizes_are_integers_in_the_raw_text_that_of_a_RAID_10_too()
    {
        await using var host = await StorageHost.StartAsync();
        var (b, c, d) = (await host.DiskAsync("sdb"), await host.DiskAsync("sdc"), await host.DiskAsync("sdd"));
        var raid = (await host.PostAsync(
            "raids/", ("level", "raid-10"), ("block_devices", b), ("block_devices", c), ("block_devices", d))).Expect(200);
        foreach (var reply in (Reply[])[raid, await host.GetAsync("raids/"), await host.GetAsync("blockdevices/"),
            await host.Host.GetAsync(host.Host.Bob, $"machines/{host.Machine.Id}/")])
        {
            var sizes = SizePattern().Matches(reply.Expect(200).Text);
            sizes.Should().HaveCountGreaterThan(3);
            sizes.Select(size => size.Groups["size"].Value).Should().OnlyContain(size => size.All(char.IsAsciiDigit));
        }

        const string Expected = "1500000001536"; // three halves of a disk, less a superblock, which is a whole number
        raid.Json.GetProperty("size").GetRawText().Should().Be((long.Parse(Expected) - (128 * 1024)).ToString());
        raid.Json.GetProperty("virtual_device").GetProperty("size").GetRawText().Should().Be(raid.Json.GetProperty("size").GetRawText());
    }

    [Fact]
    public async Task Storage_is_cleared_and_built_again()
    {
        await using var host = await StorageHost.StartAsync();
        var layout = $"machines/{host.Machine.Id}/?op=set_storage_layout";
        var start = (await host.GetAsync("blockdevices/")).Expect(200).Text;
        var cleared = (await host.Host.PostAsync(host.Host.Admin, layout, ("storage_layout", "blank"))).Expect(200).Json;
        cleared.GetProperty("blockdevice_set").EnumerateArray().Should()
            .OnlyContain(disk => disk.GetProperty("partitions").GetArrayLength() == 0);
        var sda = await host.DiskAsync("sda");
        List<string> partitions = [];
        for (var i = 0; i < 2; i++)
        {
            var id = (await host.PostAsync($"blockdevices/{sda}/partitions/", ("size", "536870912"))).Expect(200).Json.GetProperty("id");
            partitions.Add($"blockdevices/{sda}/partition/{id.GetRawText()}");
            (await host.PostAsync($"{partitions[i]}?op=format", ("fstype", "vfat"))).Expect(200);
        }

        (await host.PostAsync($"{partitions[0]}?op=mount")).Expect(400).Text.Should()
            .Be("{\"mount_point\":[\"This field is required.\"]}");
        (await host.PostAsync($"{partitions[0]}?op=mount", ("mount_point", "/boot/efi"))).Expect(200);
        (await host.PostAsync($"{partitions[1]}?op=mount", ("mount_point", "/boot/efi"))).Expect(400).Text.Should()
            .Be("{\"__all__\":[\"Another filesystem is already mounted at /boot/efi.\"]}");
        (await host.PostAsync($"{partitions[0]}?op=unmount")).Expect(200);
        foreach (var partition in partitions)
        {
            (await host.PostAsync($"{partition}?op=unformat")).Expect(200);
            (await host.DeleteAsync(partition)).Expect(204);
        }

        (await host.Host.PostAsync(host.Host.Admin, layout, ("storage_layout", "blank"))).Expect(200);
        (await host.GetAsync("blockdevices/")).Expect(200).Text.Should().Be(start);
        (await host.Host.PostAsync(host.Host.Admin, layout)).Expect(400).Json.GetProperty("storage_layout")[0].GetString().Should()
            .Be("This field is required.");
        await host.Host.DoAsync(host.Machine.Id, new MachineCommand.Allocate("bob"));
        (await host.Host.PostAsync(host.Host.Admin, layout, ("storage_layout", "blank"))).Expect(409).Text.Should()
            .Be("Cannot change the storage layout on a machine that is not Ready.");
    }

    [GeneratedRegex("\"(used_|available_)?size\":(?<size>[^,}\\]]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SizePattern();
}
