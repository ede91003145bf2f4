using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Advisories;

/// <summary>
/// Attacks by the content of images, named by their advisories. Mirrors that forge, roll back or freeze metadata are in
/// <c>HostileSourceTests</c> and <c>SimplestreamsSourceTests</c>; <c>tests/Maas.Fuzz.Tests</c> searches for more.
/// </summary>
public sealed class HostileImageTests : IDisposable
{
    private const string Honest = "honest-name"; // 11 characters: one entry of a FAT's long name

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Names
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var command in ForgedImage.Commands)
                foreach (var name in (string[])["../../evil1", "/tmp/evil12", "a/../../e12", ".\0aaaaaaaaa", "..\0aaaaaaaa"])
                    all.Add(command, name);
            return all;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task CVE_2026_48681_A_name_in_an_image_leads_nowhere_but_into_the_destination(string command, string name)
    {
        // Ironic: an ISO 9660 whose names were paths wrote where it liked.
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllTextAsync(_folder[$"tree/{Honest}"], "evil", Cancel);
        var image = await ForgedImage.MakeAsync(_folder, command, Honest, name);

        await ExtractAsync(image);

        OutsideOf("destination").Should().BeEmpty();
        File.Exists("/tmp/evil12").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(ForgedImage.Commands), MemberType = typeof(ForgedImage))]
    public async Task A_link_and_a_directory_of_one_name_do_not_write_through_the_link(string command)
    {
        // Zip slip's second form: the link is made first, and the directory of the same name is written through it.
        // no links there
        if (command.StartsWith("mkfs.fat", StringComparison.Ordinal) || command.Contains(" -J ", StringComparison.Ordinal)) return;
        Directory.CreateDirectory(_folder["tree/honest-namf"]);
        Directory.CreateDirectory(_folder["outside"]);
        await File.WriteAllTextAsync(_folder["tree/honest-namf/file"], "evil", Cancel);
        File.CreateSymbolicLink(_folder[$"tree/{Honest}"], _folder["outside"]);
        var image = await ForgedImage.MakeAsync(_folder, command, "honest-namf", Honest);

        await ExtractAsync(image);

        Directory.EnumerateFileSystemEntries(_folder["outside"]).Should().BeEmpty();
    }

    [Theory]
    [InlineData("qemu-img create -q -u -f qcow2 -b /etc/passwd -F raw image 1M", "backing file")]
    [InlineData(
        "qemu-img create -q -f qcow2 -o data_file=/tmp/maas-data-file-test,data_file_raw=on image 1M; rm -f /tmp/maas-data-file-test",
        "external data file")]
    [InlineData(
        "printf '# Disk DescriptorFile\\nversion=1\\ncreateType=\"monolithicFlat\"\\nRW 2048 FLAT \"/etc/passwd\" 0\\n' > image",
        "other files")]
    public async Task CVE_2024_44082_An_image_does_not_make_its_reader_read_other_files(string line, string reason)
    {
        // Ironic and others let the image tell its format, and with it a file of the host that became the disk's content.
        await Tools.ShellAsync(_folder.Path, line);
        File.Copy(_folder["image"], _folder["innocent.raw"]);

        var open = async () =>
        {
            using var image = await DiskImage.OpenAsync(_folder["innocent.raw"], null, Cancel);
            await using var disk = image.OpenRead();
            return disk.ReadByte();
        };

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{reason}*");
    }

    [Theory]
    [InlineData("ext2 -O ^dir_index")]
    [InlineData("ext4 -O ^metadata_csum,^has_journal")]
    public async Task A_directory_that_holds_its_own_ancestor_is_walked_to_the_second_finding(string kind)
    {
        Directory.CreateDirectory(_folder["tree/a/b"]);
        await Tools.ShellAsync(
            _folder.Path,
            $"mke2fs -q -F -t {kind} -b 1024 -N 64 -d tree image 600K && debugfs -w -R 'link <2> a/b/again' image > /dev/null 2>&1");

        await RefusedAsync(await File.ReadAllBytesAsync(_folder["image"], Cancel), "*second time*");
    }

    [Fact]
    public async Task An_ISO_directory_that_is_its_own_child_is_walked_to_the_second_finding()
    {
        Directory.CreateDirectory(_folder["tree/AA"]);
        await Tools.RunAsync("genisoimage", "-quiet", "-o", _folder["image"], _folder["tree"]);
        var image = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var record = image.AsSpan().IndexOf("\u0002AA"u8) - 32;
        image.AsSpan((16 * 2048) + 156 + 2, 16).CopyTo(image.AsSpan(record + 2)); // the root's extent and length

        await RefusedAsync(image, "*second time*");
    }

    [Fact]
    public async Task A_continuation_area_that_continues_in_itself_ends()
    {
        // SUSP's CE: the Linux kernel looped for ever over one (CVE-2014-9420).
        Directory.CreateDirectory(_folder["tree"]);
        File.CreateSymbolicLink(_folder["tree/link"], string.Join('/', Enumerable.Repeat("component-of-a-long-link", 12)));
        await Tools.RunAsync("xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", _folder["image"], _folder["tree"]);
        var image = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var looped = 0;
        for (var at = 0; at + 28 < image.Length; at++)
        {
            if (!image.AsSpan(at).StartsWith("CE\u001c\u0001"u8)) continue;
            var area = (int)((BitConverter.ToUInt32(image, at + 4) * 2048) + BitConverter.ToUInt32(image, at + 12));
            if (area <= 0 || area + 28 > image.Length || area == at) continue;
            image.AsSpan(at, 28).CopyTo(image.AsSpan(area));
            looped++;
        }

        looped.Should().BePositive();
        await RefusedAsync(image, "*");
    }

    [Fact]
    public async Task Links_that_go_round_in_circles_lead_nowhere()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir tree && ln -s b tree/a && ln -s a tree/b && ln -s ../../../../etc/passwd tree/up && tar -cf image -C tree .");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.OpenTree().Resolve("a/file").Should().BeNull();
        image.OpenTree().Resolve("up").Should().BeNull("above the root of an image is nothing");
    }

    [Theory]
    [InlineData("head -c 300M /dev/zero | gzip -1 > image")]
    [InlineData("head -c 300M /dev/zero | zstd -q -1 > image")]
    [InlineData("head -c 300M /dev/zero | xz -0 > image")]
    public async Task A_decompression_bomb_ends_at_the_limit_and_leaves_nothing(string line)
    {
        await Tools.ShellAsync(_folder.Path, line);
        Directory.CreateDirectory(_folder["scratch"]);

        var open =
            () => DiskImage.OpenAsync(
                _folder["image"], new() { MostUnpackedBytes = 1 << 20, TemporaryDirectory = _folder["scratch"] }, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage("*more than*");
        Directory.EnumerateFileSystemEntries(_folder["scratch"]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(
        "ext4",
        "mke2fs -q -F -t ext4 -O ^metadata_csum,^has_journal -b 1024 -N 64 -d tree image 600K && debugfs -w -R 'sif file size " +
        "0x0fffffffffff' image > /dev/null 2>&1")]
    [InlineData("squashfs", "truncate -s 64M tree/file && mksquashfs tree image -quiet -no-progress > /dev/null; truncate -s 1 tree/file")]
    [InlineData("tar", "truncate -s 8T tree/file && tar -S -cf image -C tree .; truncate -s 1 tree/file")]
    public async Task A_file_whose_size_lies_is_not_written_beyond_the_limit(string format, string line)
    {
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllTextAsync(_folder["tree/file"], "x", Cancel);
        await Tools.ShellAsync(_folder.Path, line);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        tree.Format.Should().Be(format);
        var extract = () => tree.ExtractAsync(tree.Root, _folder["destination"], new ExtractionOptions { MostBytes = 1 << 20 }, Cancel);

        (await extract.Should().ThrowAsync<InvalidImageException>()).WithMessage("*more than*");
        Directory.EnumerateFiles(_folder["destination"]).Sum(file => new FileInfo(file).Length).Should().BeLessThan(1 << 20);
    }

    [Fact]
    public async Task Two_blocks_of_a_VHD_that_share_their_bytes_are_refused()
    {
        await Tools.ShellAsync(_folder.Path, "head -c 6M /dev/urandom > raw && qemu-img convert -f raw -O vpc raw image");
        var image = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        image.AsSpan(1536, 4).CopyTo(image.AsSpan(1540)); // the first block's place for the second

        var open = () => DiskImage.OpenAsync(new MemoryStream(image), null, Cancel);

        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage("*overlaps another*");
    }

    private async Task ExtractAsync(byte[] bytes)
    {
        Directory.CreateDirectory(_folder["deep/er"]);
        try
        {
            using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);
            var tree = image.OpenTree();
            await tree.ExtractAsync(tree.Root, _folder["deep/er/destination"], null, Cancel);
        }
        catch (InvalidImageException refused)
        {
            refused.Structure.Should().NotBeEmpty();
        }
    }

    private IEnumerable<string> OutsideOf(string destination) =>
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"/{destination}/", StringComparison.Ordinal)
                && !file.StartsWith(_folder["tree"], StringComparison.Ordinal)
                && file != _folder["image"]);

    private static async Task RefusedAsync(byte[] bytes, string message)
    {
        var walk = async () =>
        {
            using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);
            var tree = image.OpenTree();
            return tree.Walk().Take(1_000_000).Count();
        };

        (await walk.Should().ThrowAsync<InvalidImageException>()).WithMessage(message).Which.Structure.Should().NotBeEmpty();
    }
}
