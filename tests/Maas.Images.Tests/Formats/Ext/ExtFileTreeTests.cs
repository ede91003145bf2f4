using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Formats.Ext;

public sealed class ExtFileTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "-t ext2")]
    [InlineData(2, "-t ext3")]
    [InlineData(3, "-t ext4")]
    [InlineData(4, "-t ext2 -b 1024 -I 128")]
    [InlineData(5, "-t ext4 -b 1024 -O inline_data,64bit,metadata_csum -I 512")]
    [InlineData(6, "-t ext4 -O meta_bg,^resize_inode,metadata_csum_seed -g 1024 -b 1024")]
    [InlineData(7, "-t ext4 -O ^extents,^64bit,^metadata_csum,uninit_bg")]
    [InlineData(8, "-t ext4 -O bigalloc -C 16384")]
    [InlineData(9, "-t ext4 -b 65536 -I 256")]
    [InlineData(10, "-t ext4 -O large_dir,ea_inode,sparse_super2,orphan_file,casefold -E packed_meta_blocks=1")]
    [InlineData(11, "-t ext4 -O ^has_journal,^flex_bg,^sparse_super,^resize_inode -b 4096 -I 1024")]
    public async Task A_tree_that_mke2fs_wrote_reads_back_equal(int seed, string options)
    {
        SampleTree.Make(_folder["tree"], seed);
        await Tools.RunAsync("mke2fs", ["-q", "-F", "-d", _folder["tree"], .. options.Split(' '), _folder["image"], "96M"]);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.Volumes[0].Content.Should().StartWith("ext");
        TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));
    }

    [Fact]
    public async Task Directories_with_a_hash_tree_are_read_by_their_leaves()
    {
        SampleTree.Make(_folder["tree"], 20, TreeFeatures.Modes);
        Directory.CreateDirectory(_folder["tree/huge"]);
        for (var i = 0; i < 3000; i++)
            await File.WriteAllTextAsync(
                _folder[$"tree/huge/an entry whose name takes some room, so that blocks fill up, {i}"], "", Cancel);
        await Tools.RunAsync(
            "mke2fs", "-q", "-F", "-t", "ext4", "-b", "1024", "-N", "8000", "-d", _folder["tree"], _folder["image"], "96M");
        (await Judge.RunAsync("e2fsck", ["-fyD", _folder["image"]], cancellationToken: Cancel)).ExitCode.Should().BeLessThan(2);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        (await Tools.RunAsync("debugfs", "-R", "htree_dump /huge", _folder["image"])).Should().Contain("Root node dump");
        image.OpenTree().List(image.OpenTree().Find("huge")!).Should().HaveCount(3000);
        TreeListing.Of(image.OpenTree(), times: false).Should().Equal(TreeListing.Of(_folder["tree"], times: false));
    }

    [Theory]
    [InlineData("metadata_csum,64bit")]
    [InlineData("^metadata_csum,^64bit")]
    public async Task What_stands_only_in_the_journal_is_read_from_there(string features)
    {
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllTextAsync(_folder["tree/file"], new string('a', 4096), Cancel);
        await File.WriteAllTextAsync(_folder["newer"], new string('b', 4096), Cancel);
        await Tools.RunAsync(
            "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-O", features, "-d", _folder["tree"], _folder["image"], "32M");
        var block = (await Tools.RunAsync("debugfs", "-R", "blocks /file", _folder["image"])).Trim();
        await File.WriteAllTextAsync(
            _folder["commands"], $"jo{(features[0] == '^' ? "" : " -c")}\njw -b {block} {_folder["newer"]}\njc\n", Cancel);
        await Tools.RunAsync("debugfs", "-w", "-f", _folder["commands"], _folder["image"]);
        (await Tools.RunAsync("debugfs", "-R", "features", _folder["image"])).Should().Contain("needs_recovery");

        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel))
        using (var file = new StreamReader(image.OpenTree().OpenRead("file")))
            (await file.ReadToEndAsync(Cancel)).Should().Be(new string('b', 4096));

        (await Judge.RunAsync("e2fsck", ["-fy", _folder["image"]], cancellationToken: Cancel)).ExitCode.Should().BeLessThan(2);
        (await Tools.RunAsync("debugfs", "-R", "cat /file", _folder["image"])).Should().Be(new string('b', 4096));
    }

    [Fact]
    public async Task Owners_devices_links_labels_and_attributes_are_read()
    {
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllTextAsync(_folder["tree/file"], "content", Cancel);
        await File.WriteAllBytesAsync(_folder["value"], new byte[3000], Cancel);
        await Tools.RunAsync(
            "mke2fs",
            "-q",
            "-F",
            "-t",
            "ext4",
            "-b",
            "4096",
            "-L",
            "a label",
            "-U",
            "12345678-9abc-def0-1122-334455667788",
            "-d",
            _folder["tree"],
            _folder["image"],
            "32M");
        await File.WriteAllTextAsync(_folder["commands"], $"""
            mknod disk b 8 300
            mknod null c 1 3
            mknod pipe p
            set_inode_field file uid 100000
            set_inode_field file gid 70000
            set_inode_field file mode 0104755
            ea_set file user.short value
            ea_set -f {_folder["value"]} file user.long
            set_inode_field file mtime 20410506070809
            """, Cancel);
        await Tools.RunAsync("debugfs", "-w", "-f", _folder["commands"], _folder["image"]);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree().Should().BeOfType<ExtFileTree>().Subject;
        var file = tree.Find("file")!;

        tree.Label.Should().Be("a label");
        tree.Uuid.Should().Be(new Guid("12345678-9abc-def0-1122-334455667788"));
        (file.UserId, file.GroupId).Should().Be((100000u, 70000u));
        file.Mode.Should().HaveFlag(UnixFileMode.SetUser);
        file.ModifiedAt.Year.Should().Be(2041);
        tree.Find("disk")!.Device.Should().Be(new DeviceNumber(8, 300));
        tree.Find("null")!.Should()
            .Match<FileEntry>(entry => entry.Kind == FileKind.CharacterDevice && entry.Device == new DeviceNumber(1, 3));
        tree.Find("pipe")!.Kind.Should().Be(FileKind.Pipe);
        tree.ExtendedAttributes(file)["user.short"].ToArray().Should().Equal("value"u8.ToArray());
        tree.ExtendedAttributes(file)["user.long"].Length.Should().Be(3000);
    }

    [Fact]
    public async Task An_attribute_whose_name_no_attribute_has_is_damage()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir tree && touch tree/file && mke2fs -q -F -t ext4 -O ^metadata_csum -d tree image 4M && debugfs -w -R 'ea_set file " +
            "user.abc value' image");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        var entry = bytes.AsSpan().IndexOf("abc\0"u8) - 16;
        bytes[entry + 1].Should().Be(1, "that is user.");
        bytes[entry + 1] = 2; // an access list, which has no more name than that

        using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);
        var tree = image.OpenTree();

        tree.Invoking(damaged => damaged.ExtendedAttributes(damaged.Find("file")!))
            .Should()
            .Throw<InvalidImageException>()
            .WithMessage("*one is named system.posix_acl_accessabc*");
    }

    [Fact]
    public async Task Damage_under_a_checksum_is_named_with_its_place()
    {
        Directory.CreateDirectory(_folder["tree"]);
        await Tools.RunAsync("mke2fs", "-q", "-F", "-t", "ext4", "-d", _folder["tree"], _folder["image"], "32M");
        var bytes = await File.ReadAllBytesAsync(_folder["image"], Cancel);
        bytes[1024 + 120] ^= 1; // the label

        using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);

        image.Invoking(damaged => damaged.OpenTree()).Should().Throw<InvalidImageException>()
            .Which.Should().Match<InvalidImageException>(fault => fault.Offset == 1024 + 1020 && fault.Structure == "ext superblock");
    }
}
