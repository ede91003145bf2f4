using Maas.Images.FileTrees;
using Maas.Images.Formats.SquashFs;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Formats.SquashFs;

public sealed class SquashBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, SquashCompression.Gzip, 128 << 10, null)]
    [InlineData(2, SquashCompression.Xz, 128 << 10, null)]
    [InlineData(3, SquashCompression.Lz4, 4096, null)]
    [InlineData(4, SquashCompression.Lz4, 1 << 20, 9)]
    [InlineData(5, SquashCompression.Zstandard, 16 << 10, 3)]
    [InlineData(6, SquashCompression.Gzip, 4096, 1)]
    [InlineData(7, SquashCompression.Xz, 1 << 20, null)]
    public async Task A_built_tree_reads_back_equal_by_us_and_by_unsquashfs(
        int seed,
        SquashCompression compression,
        int blockSize,
        int? level)
    {
        SampleTree.Make(_folder["tree"], seed);
        await Tools.ShellAsync(
            _folder["tree"],
            "seq 200000 > text && mkdir crowd && cd crowd && seq -f 'a crowd of empty files whose names fill the listing %g' 1000 | " +
            "xargs -d '\\n' touch");
        await WriteAsync(
            new SquashBuilder { Compression = compression, BlockSize = blockSize, Level = level }, _folder["tree"], _folder["image"]);

        using (var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel))
            TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));
        await Tools.RunAsync("unsquashfs", "-strict-errors", "-quiet", "-no-progress", "-d", _folder["out"], _folder["image"]);
        TreeListing.Of(_folder["out"]).Should().Equal(TreeListing.Of(_folder["tree"]));
        (await Tools.RunAsync("unsquashfs", "-s", _folder["image"])).Should().Contain("superblock on").And.Contain(
            "Filesystem is exportable via NFS");
        new FileInfo(_folder["image"]).Length.Should()
            .BeLessThan(new DirectoryInfo(_folder["tree"]).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));
    }

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes_whatever_the_number_of_threads()
    {
        SampleTree.Make(_folder["tree"], 9);
        await WriteAsync(new SquashBuilder { Threads = 1 }, _folder["tree"], _folder["one"]);
        await WriteAsync(new SquashBuilder { Threads = 5 }, _folder["tree"], _folder["five"]);

        (await File.ReadAllBytesAsync(_folder["five"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["one"], Cancel));
    }

    [Fact]
    public async Task Owners_hard_links_devices_and_attributes_are_what_unsquashfs_lists()
    {
        Judge.RequireRoot();
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir -p tree/dir && echo x > tree/a && ln tree/a tree/b && ln tree/a tree/dir/c && mknod tree/null c 1 3 && mknod " +
            "tree/loop b 7 300 && mkfifo tree/pipe && chown 1000:70000 tree/a && chmod 4755 tree/a && ln -s a tree/link && echo y > " +
            "tree/plain");
        await Tools.RunAsync("setfattr", "-n", "user.note", "-v", "hello", _folder["tree/a"]);
        await Tools.RunAsync("setfattr", "-n", "user.note", "-v", "hello", _folder["tree/dir"]);
        await Tools.RunAsync("setfattr", "-n", "security.thing", "-v", new string('v', 3000), _folder["tree/plain"]);
        await WriteAsync(new SquashBuilder(), _folder["tree"], _folder["image"]);

        var listing = await Tools.RunAsync("unsquashfs", "-lln", _folder["image"]);
        listing.Should().MatchRegex(@"-rwsr-xr-x 1000/70000 +2 .*/a\n").And.MatchRegex(@"crw-r--r-- 0/0 +1, +3 .*/null\n").And.MatchRegex(
            "prw-r--r-- .*/pipe\n").And.Contain(
            "link -> a");
        await Tools.RunAsync("unsquashfs", "-strict-errors", "-quiet", "-no-progress", "-d", _folder["out"], _folder["image"]);
        (await Tools.ShellAsync(
            _folder["out"],
            "stat -c '%h %u:%g %a' a && stat -c %i a b dir/c | sort -u | wc -l && stat -c %t:%T loop && getfattr --only-values -n " +
            "user.note a dir && getfattr --only-values -n security.thing plain | wc -c"))
            .Should().Be("3 1000:70000 4755\n1\n7:12c\nhellohello3000\n");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        tree.Find("a")!.FileNumber.Should().Be(tree.Find("dir/c")!.FileNumber);
        tree.ExtendedAttributes(tree.Find("plain")!)["security.thing"].Length.Should().Be(3000);
    }

    [Fact]
    public async Task Equal_files_are_stored_once_and_zeros_take_no_room()
    {
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir tree && head -c 300000 /dev/urandom > tree/a && cp tree/a tree/b && head -c 300000 /dev/urandom > tree/c && " +
            "truncate -s 100M tree/hole && head -c 5000 tree/a > tree/small && cp tree/small tree/small2 && truncate -s 4300M " +
            "tree/huge && echo end >> tree/huge");
        await WriteAsync(new SquashBuilder { Compression = SquashCompression.Lz4, BlockSize = 1 << 20 }, _folder["tree"], _folder["image"]);

        new FileInfo(_folder["image"]).Length.Should().BeInRange(600_000, 700_000);
        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();
        await using var huge = tree.OpenRead("huge");
        huge.Position = 4300L << 20;
        using var end = new StreamReader(huge);
        (await end.ReadToEndAsync(Cancel)).Should().Be("end\n");
        await Tools.ShellAsync(
            _folder.Path,
            "unsquashfs -quiet -no-progress -d out image a b c small2 hole && cmp tree/b out/b && cmp tree/c out/c && cmp tree/small " +
            "out/small2 && test $(stat -c %s out/hole) = 104857600 && test $(stat -c %b out/hole) -lt 100");
    }

    [Fact]
    public async Task One_owner_and_one_time_can_be_given_to_all()
    {
        await Tools.ShellAsync(_folder.Path, "mkdir tree && echo x > tree/a");
        await WriteAsync(
            new SquashBuilder
            {
                Ownership = new FileOwnership { UserId = 7, GroupId = 8, ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(86400) }
            },
            _folder["tree"],
            _folder["image"]);

        (await Tools.RunAsync("unsquashfs", "-UTC", "-lln", _folder["image"])).Should()
            .MatchRegex(@"-rw-r--r-- 7/8 +2 1970-01-02 00:00 squashfs-root/a");
    }

    [Fact]
    public async Task What_cannot_be_written_is_refused()
    {
        Directory.CreateDirectory(_folder["tree"]);
        var tree = new FolderTree(_folder["tree"]);
        await new SquashBuilder { Compression = SquashCompression.Lzo }.Awaiting(it => it.WriteAsync(tree, new MemoryStream(), Cancel))
            .Should()
            .ThrowAsync<NotSupportedException>();
        await new SquashBuilder { BlockSize = 5000 }.Awaiting(it => it.WriteAsync(tree, new MemoryStream(), Cancel))
            .Should()
            .ThrowAsync<ArgumentException>();
        await new SquashBuilder { Level = 23 }.Awaiting(it => it.WriteAsync(tree, new MemoryStream(), Cancel))
            .Should()
            .ThrowAsync<ArgumentException>();
        using var empty = new MemoryStream();
        await new SquashBuilder().WriteAsync(tree, empty, Cancel);
        using var image = await DiskImage.OpenAsync(empty, null, Cancel);
        image.OpenTree().Walk().Should().BeEmpty();
    }

    private static async Task WriteAsync(SquashBuilder builder, string folder, string file)
    {
        await using var output = File.Create(file);
        await builder.WriteAsync(new FolderTree(folder), output, Cancel);
    }
}
