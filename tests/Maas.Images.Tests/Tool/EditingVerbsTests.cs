using Maas.Images.Tests.Disks;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Tool;

public sealed class EditingVerbsTests : IAsyncLifetime
{
    private readonly ToolBench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _bench.InitializeAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Files_are_put_into_a_disk_made_and_removed_and_the_file_system_stays_clean()
    {
        await _bench.DoAsync("put $disk:2 $new /etc/hostname");
        await _bench.DoAsync("put $disk - etc/motd", "from a pipe\n");
        await _bench.DoAsync("mkdir $disk:2 /srv");
        await _bench.DoAsync("put $disk:2 $new srv/new");
        await _bench.DoAsync("rm $disk:2 /etc/name");
        await _bench.DoAsync("rm -r $disk:2 /boot");
        await _bench.DoAsync("put $disk:1 $new /EFI/new.txt");

        await CopyAsync(2, "root");
        await Tools.RunAsync("e2fsck", "-fn", _bench["root"]);
        (await Tools.RunAsync("debugfs", "-R", "cat /etc/hostname", _bench["root"])).Should().Be("after\n");
        (await Tools.RunAsync("debugfs", "-R", "cat /etc/motd", _bench["root"])).Should().Be("from a pipe\n");
        (await Tools.RunAsync("debugfs", "-R", "ls -p /", _bench["root"])).Should().Contain("/srv/").And.NotContain("/boot/");
        (await Tools.RunAsync("debugfs", "-R", "ls -p /etc", _bench["root"])).Should().NotContain("/name/");
        await CopyAsync(1, "esp");
        (await Tools.ShellAsync(_bench.Path, "fsck.fat -n esp && mtype -i esp ::/EFI/new.txt")).Should().EndWith("after\n");
        File.Exists(_bench["disk.edit"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_file_is_put_into_a_qcow2_as_into_a_raw_disk()
    {
        await _bench.DoAsync("put $disk.qcow2:2 $new /etc/hostname");

        (await _bench.DoAsync("cat $disk.qcow2:2/etc/hostname")).Should().Be("after\n");
        await Tools.RunAsync("qemu-img", "check", _bench["disk.qcow2"]);
    }

    [Fact]
    public async Task A_file_is_put_behind_a_packed_initrd()
    {
        await Tools.ShellAsync(_bench.Path, "cd tree && find . | cpio -o -H newc --quiet | gzip >../initrd.gz && chmod 600 ../initrd.gz");

        await _bench.DoAsync("put $initrd.gz $new /etc/hostname");
        await _bench.DoAsync("put $initrd.gz - lib/hooks/preseed.cfg", "d-i locale\n");

        (await Tools.ShellAsync(_bench.Path, "stat -c %a initrd.gz")).Trim().Should().Be("600");
        (await _bench.DoAsync("cat $initrd.gz:/etc/hostname")).Should().Be("after\n");
        (await _bench.DoAsync("cat $initrd.gz:/lib/hooks/preseed.cfg")).Should().Be("d-i locale\n");
        (await _bench.DoAsync("cat $initrd.gz:/etc/os-release")).Should().Contain("ID=debian");
    }

    [Fact]
    public async Task A_file_that_is_put_has_the_mode_of_its_source_or_the_one_that_is_said()
    {
        await Tools.ShellAsync(_bench.Path, "chmod 755 new && cd tree && find . | cpio -o -H newc --quiet >../initrd");

        await _bench.DoAsync("put $disk:2 $new /etc/script");
        await _bench.DoAsync("put $disk:2 $new /etc/hostname");
        await _bench.DoAsync("put $disk:2 $new /etc/secret --mode 0600");
        await _bench.DoAsync("put $disk:1 $new /script");
        foreach (var line in (string[])
        [
            "put $initrd $new /init", "put $initrd $new /etc/hostname", "put $initrd $new /etc/secret --mode 0600"
        ])
            await _bench.DoAsync(line);

        foreach (var image in (string[])["ls $disk:2 /etc", "ls $initrd /etc"])
            (await _bench.DoAsync(image)).Should().MatchRegex("-rw-r--r-- .* hostname").And.MatchRegex("-rw------- .* secret");
        (await _bench.DoAsync("ls $disk:2/etc/script")).Should().StartWith("-rwxr-xr-x");
        (await _bench.DoAsync("ls $initrd /init")).Should().StartWith("-rwxr-xr-x");
    }

    [Fact]
    public async Task A_file_is_put_where_a_link_in_the_image_leads()
    {
        await Tools.ShellAsync(
            _bench.Path,
            "cd tree && mkdir -p usr/lib && ln -s usr/lib lib && ln -s boot/initrd-6.1 initrd.img && printf old >boot/initrd-6.1 && " +
            "find . | cpio -o -H newc --quiet >../initrd");
        await _bench.DoAsync("build-ext4 $tree $ext4");

        foreach (var image in (string[])["initrd", "ext4"])
        {
            await _bench.DoAsync($"put ${image} $new /initrd.img");
            await _bench.DoAsync($"put ${image} $new /lib/file");
            (await _bench.DoAsync($"ls ${image} /")).Should().Contain("initrd.img -> boot/initrd-6.1").And.Contain("lib -> usr/lib");
            (await _bench.DoAsync($"cat ${image} boot/initrd-6.1")).Should().Be("after\n");
            (await _bench.DoAsync($"cat ${image} usr/lib/file")).Should().Be("after\n");
        }
    }

    [Fact]
    public async Task A_disk_its_last_partition_and_the_file_system_in_it_are_grown()
    {
        await _bench.DoAsync("grow $disk 64M");

        new FileInfo(_bench["disk"]).Length.Should().Be(64 << 20);
        (await Tools.RunAsync("sgdisk", "-v", _bench["disk"])).Should().Contain("No problems found");
        await CopyAsync(2, "root");
        await Tools.RunAsync("e2fsck", "-fn", _bench["root"]);
        var blocks = (await Tools.RunAsync("dumpe2fs", "-h", _bench["root"])).Split('\n')
            .Single(line => line.StartsWith("Block count:", StringComparison.Ordinal));
        (long.Parse(blocks.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) * 4096).Should()
            .Be(new FileInfo(_bench["root"]).Length / 4096 * 4096);
    }

    [Fact]
    public async Task What_cannot_be_grown_is_said_while_its_partition_grows()
    {
        await Tools.ShellAsync(_bench.Path, "mkfs.fat -C fat 400 > /dev/null");

        (await _bench.RunAsync("grow $fat 1M")).Approved().Error.Should().Contain("fat12").And.Contain("stays as long as it was");
    }

    [Fact]
    public async Task An_ISO_is_patched_in_place_or_into_another_file()
    {
        var before = await SampleDisk.DigestAsync(_bench["live.iso"]);

        await _bench.DoAsync("patch-iso $live.iso isolinux/txt.cfg=$new --output $other.iso");
        (await SampleDisk.DigestAsync(_bench["live.iso"])).Should().Be(before);
        await _bench.DoAsync("patch-iso $live.iso isolinux/txt.cfg=$new isolinux/more.cfg=$tree/etc/hostname --add");

        (await SampleDisk.DigestAsync(_bench["live.iso"])).Should().NotBe(before);
        foreach (var iso in (string[])["other.iso", "live.iso"])
            (await Tools.RunAsync("bsdtar", "-xOf", _bench[iso], "isolinux/txt.cfg")).Should().Be("after\n");
        (await Tools.RunAsync("bsdtar", "-xOf", _bench["live.iso"], "isolinux/more.cfg")).Should().Be("before\n");
    }

    private async Task CopyAsync(int number, string name)
    {
        using var image = await DiskImage.OpenAsync(_bench["disk"], null, Cancel);
        await using var content = image.Volumes[number].OpenRead();
        await using var file = File.Create(_bench[name]);
        await content.CopyToAsync(file, Cancel);
    }
}
