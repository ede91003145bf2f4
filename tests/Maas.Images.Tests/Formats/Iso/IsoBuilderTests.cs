using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Iso;

public sealed class IsoBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_built_tree_reads_back_equal_by_us_and_by_xorriso(int seed)
    {
        SampleTree.Make(_folder["tree"], seed);
        var builder = new IsoBuilder { Label = "BUILT" };
        builder.AddTree(new FolderTree(_folder["tree"]));
        await WriteAsync(builder, _folder["iso"]);

        using (var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel))
            TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));

        await Tools.RunAsync(
            "xorriso", "-abort_on", "WARNING", "-osirrox", "on", "-indev", _folder["iso"], "-extract", "/", _folder["out"]);
        TreeListing.Of(_folder["out"]).Should().Equal(TreeListing.Of(_folder["tree"]));
        (await Tools.RunAsync("isoinfo", "-d", "-i", _folder["iso"])).Should().Contain("Volume id: BUILT").And.Contain("Rock Ridge");
    }

    [Fact]
    public async Task Joliet_shows_the_same_files_to_those_who_know_no_Rock_Ridge()
    {
        SampleTree.Make(_folder["tree"], 8, TreeFeatures.DeepNesting);
        var builder = new IsoBuilder { Label = "both names" };
        builder.AddTree(new FolderTree(_folder["tree"]));
        builder.AddFile("what? a*b:c;d", "x"u8.ToArray());
        builder.AddFile("what_ a_b_c_d", "y"u8.ToArray());
        builder.AddFile("ünïcödé ☃ and a name that is longer than the sixty-four characters there are.conf", "z"u8.ToArray());
        await WriteAsync(builder, _folder["iso"]);

        Directory.CreateDirectory(_folder["out"]);
        await Tools.RunAsync("bsdtar", "--options", "!rockridge", "-xf", _folder["iso"], "-C", _folder["out"]);
        (await File.ReadAllTextAsync(_folder["out/what_ a_b_c_d"], Cancel)).Should().Be("x");
        (await File.ReadAllTextAsync(_folder["out/what_ a_b_c_d~1"], Cancel)).Should().Be("y");
        (await File.ReadAllTextAsync(_folder["out/ünïcödé ☃ and a name that is longer than the sixty-four cha.conf"], Cancel)).Should()
            .Be("z");
        foreach (var odd in Directory.GetFiles(_folder["out"], "*_ a_b*")
            .Append(_folder["out/ünïcödé ☃ and a name that is longer than the sixty-four cha.conf"]))
            File.Delete(odd);
        TreeListing.Of(_folder["out"], TreeFeatures.None).Should().Equal(TreeListing.Of(_folder["tree"], TreeFeatures.None));
        (await Tools.RunAsync("isoinfo", "-J", "-f", "-i", _folder["iso"])).Should()
            .Contain("/level1/level2/level3/level4/level5/level6/level7/level8/level9/level10/level11/level12/leaf");
        (await Tools.RunAsync("7z", "t", _folder["iso"])).Should().Contain("Everything is Ok");
    }

    [Fact]
    public async Task Directories_deeper_than_eight_are_moved_and_shown_where_they_belong()
    {
        var builder = new IsoBuilder();
        builder.AddFile("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/leaf", "deep"u8.ToArray());
        builder.AddFile("1/2/3/4/5/6/7/8/other", "less deep"u8.ToArray());
        await WriteAsync(builder, _folder["iso"]);

        using (var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel))
        {
            var tree = image.OpenTree();
            using var leaf = new StreamReader(tree.OpenRead("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/leaf"));
            (await leaf.ReadToEndAsync(Cancel)).Should().Be("deep");
            tree.List(tree.Root).Select(entry => entry.Name).Should().Equal(["1"], "the place of the moved ones is hidden");
        }

        await Tools.RunAsync(
            "xorriso", "-abort_on", "WARNING", "-osirrox", "on", "-indev", _folder["iso"], "-extract", "/", _folder["out"]);
        Directory.GetFileSystemEntries(_folder["out"]).Should().ContainSingle();
        (await File.ReadAllTextAsync(_folder["out/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/leaf"], Cancel)).Should().Be("deep");
    }

    [Fact]
    public async Task The_same_input_gives_the_same_bytes()
    {
        SampleTree.Make(_folder["tree"], 4);
        foreach (var name in new[] { "one", "two" })
        {
            var builder = new IsoBuilder();
            builder.AddTree(new FolderTree(_folder["tree"]));
            builder.AddBootImage(IsoBootPlatform.Efi, "sparse");
            builder.MakeHybrid();
            await WriteAsync(builder, _folder[name]);
        }

        (await File.ReadAllBytesAsync(_folder["two"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["one"], Cancel));
    }

    [Fact]
    public async Task A_file_of_five_GiB_has_two_extents_and_the_plan_reads_nothing_of_it()
    {
        const long Length = 5L << 30;
        using (var file = File.OpenHandle(_folder["big"], FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(file, Length);
            RandomAccess.Write(file, "the end"u8, Length - 7);
        }

        var builder = new IsoBuilder();
        builder.AddFile("big", _folder["big"]);
        builder.AddFile("small", "behind it"u8.ToArray());
        await using var iso = builder.Build();
        using (var image = await DiskImage.OpenAsync(iso, null, Cancel))
        {
            var tree = image.OpenTree();
            tree.Find("big")!.Length.Should().Be(Length);
            await using var big = tree.OpenRead("big");
            big.Position = Length - 7;
            using var end = new StreamReader(big);
            (await end.ReadToEndAsync(Cancel)).Should().Be("the end");
        }

        // The judge gets the head of the image and a hole of the right length.
        await using (var again = builder.Build())
        await using (var head = File.Create(_folder["iso"]))
        {
            var bytes = new byte[1 << 20];
            await again.ReadExactlyAsync(bytes, Cancel);
            await head.WriteAsync(bytes, Cancel);
            head.SetLength(again.Length);
        }

        (await Tools.RunAsync("xorriso", "-abort_on", "WARNING", "-indev", _folder["iso"], "-lsl", "/", "--")).Should()
            .Contain($"{Length} ");
        (await Tools.RunAsync("bsdtar", "-tvf", _folder["iso"])).Should().Contain($"{Length} ");
    }

    [Fact]
    public async Task Hard_links_share_their_bytes_and_devices_are_devices()
    {
        Judges.Judge.RequireRoot();
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir tree && head -c 100000 /dev/urandom > tree/a && ln tree/a tree/b && mknod tree/loop b 7 300 && mkfifo tree/pipe && " +
            "chown 5:6 tree/a");
        var builder = new IsoBuilder();
        builder.AddTree(new FolderTree(_folder["tree"]), "in/here");
        await WriteAsync(builder, _folder["iso"]);

        new FileInfo(_folder["iso"]).Length.Should().BeLessThan(180_000);
        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var tree = image.OpenTree();
        (tree.Find("in/here/a")!.LinkCount, tree.Find("in/here/a")!.UserId).Should().Be((2, 5u));
        tree.Find("in/here/loop")!.Device.Should().Be(new DeviceNumber(7, 300));
        tree.Find("in/here/pipe")!.Kind.Should().Be(FileKind.Pipe);
        (await Tools.RunAsync("bsdtar", "-tvf", _folder["iso"])).Should().Contain("7,300").And.Contain("in/here/b");
    }

    private static async Task WriteAsync(IsoBuilder builder, string file)
    {
        await using var iso = builder.Build();
        await using var output = File.Create(file);
        await iso.CopyToAsync(output, Cancel);
    }
}
