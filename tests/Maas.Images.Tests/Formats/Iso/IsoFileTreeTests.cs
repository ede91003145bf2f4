using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Iso;

public sealed class IsoFileTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "genisoimage -quiet -R -J -joliet-long")]
    [InlineData(3, "xorriso -as mkisofs -quiet -R -J")]
    [InlineData(4, "xorriso -as mkisofs -quiet -r -iso-level 3")]
    [InlineData(5, "xorriso -compliance deep_paths_off -as mkisofs -quiet -R")]
    public async Task A_Rock_Ridge_tree_reads_back_equal(int seed, string command)
    {
        var features = command.Contains(" -r ", StringComparison.Ordinal) ? TreeFeatures.All & ~TreeFeatures.Modes : TreeFeatures.All;
        // genisoimage never finishes mangling some odd names into ISO's own, and writes broken fields for long links.
        SampleTree.Make(_folder["tree"], seed, command.StartsWith("genisoimage", StringComparison.Ordinal)
            ? TreeFeatures.All & ~(TreeFeatures.OddNames | TreeFeatures.LongLinks)
            : TreeFeatures.All);
        await Tools.RunAsync(command.Split(' ')[0], [.. command.Split(' ')[1..], "-o", _folder["iso"], _folder["tree"]]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var tree = image.OpenTree().Should().BeOfType<IsoFileTree>().Subject;

        tree.Names.Should().Be("rock ridge");
        TreeListing.Of(tree, features)
            .Where(line => !line.StartsWith("rr_moved|", StringComparison.Ordinal))
            .Should()
            .Equal(TreeListing.Of(_folder["tree"], features));
    }

    [Fact]
    public async Task A_Joliet_tree_has_its_long_names()
    {
        SampleTree.Make(_folder["tree"], 7, TreeFeatures.None);
        await Tools.RunAsync("genisoimage", "-quiet", "-J", "-o", _folder["iso"], _folder["tree"]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var tree = (IsoFileTree)image.OpenTree();

        tree.Names.Should().Be("joliet");
        TreeListing.Of(tree, TreeFeatures.None).Should().Equal(TreeListing.Of(_folder["tree"], TreeFeatures.None));
    }

    [Fact]
    public async Task Bare_ISO_names_lose_their_version()
    {
        Directory.CreateDirectory(_folder["tree/BOOT"]);
        await File.WriteAllTextAsync(_folder["tree/BOOT/README"], "x", Cancel);
        await File.WriteAllTextAsync(_folder["tree/KERNEL.IMG"], "x", Cancel);
        await Tools.RunAsync("genisoimage", "-quiet", "-V", "BARE", "-o", _folder["iso"], _folder["tree"]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var tree = image.OpenTree();

        tree.Label.Should().Be("BARE");
        tree.Walk().Select(entry => entry.Path).Should().BeEquivalentTo("BOOT", "BOOT/README", "KERNEL.IMG");
    }

    [Fact]
    public async Task Boot_entries_for_BIOS_and_EFI_are_listed()
    {
        Directory.CreateDirectory(_folder["tree"]);
        await File.WriteAllBytesAsync(_folder["tree/bios.img"], new byte[2048], Cancel);
        await File.WriteAllBytesAsync(_folder["tree/efi.img"], new byte[65536], Cancel);
        await Tools.RunAsync(
            "xorriso",
            "-as",
            "mkisofs",
            "-quiet",
            "-R",
            "-b",
            "bios.img",
            "-no-emul-boot",
            "-boot-load-size",
            "4",
            "-eltorito-alt-boot",
            "-e",
            "efi.img",
            "-no-emul-boot",
            "-o",
            _folder["iso"],
            _folder["tree"]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var entries = ((IsoFileTree)image.OpenTree()).BootEntries;

        entries.Select(entry => (entry.Platform, entry.IsBootable, entry.Emulation, entry.SectorCount)).Should().Equal(
            (IsoBootPlatform.Bios, true, 0, 4), (IsoBootPlatform.Efi, true, 0, 128));
    }

    [Fact]
    public async Task A_semicolon_in_a_name_of_level_four_is_no_version()
    {
        Directory.CreateDirectory(_folder["tree"]);
        foreach (var name in new[] { "a;b", "plain", "c;12x" })
            await File.WriteAllTextAsync(Path.Combine(_folder["tree"], name), name, Cancel);
        await Tools.RunAsync("genisoimage", "-quiet", "-iso-level", "4", "-o", _folder["iso"], _folder["tree"]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);

        image.OpenTree().Walk().Select(entry => entry.Path).Should().BeEquivalentTo("a;b", "plain", "c;12x");
    }

    [Fact]
    public async Task Two_files_of_one_Rock_Ridge_name_are_both_there()
    {
        Directory.CreateDirectory(_folder["tree/d"]);
        foreach (var name in new[] { "twinname1", "twinname2", "twinname3", "other" })
            await File.WriteAllTextAsync(Path.Combine(_folder["tree/d"], name), name, Cancel);
        await Tools.RunAsync("genisoimage", "-quiet", "-R", "-o", _folder["iso"], _folder["tree"]);
        var bytes = await File.ReadAllBytesAsync(_folder["iso"], Cancel);
        foreach (var name in new[] { "twinname2", "twinname3" })
        {
            // Only Rock Ridge's name, which follows flags of 0; the files keep their bytes.
            byte[] field = [(byte)'N', (byte)'M', 14, 1, 0, .. System.Text.Encoding.ASCII.GetBytes(name)];
            var at = bytes.AsSpan().IndexOf(field);
            bytes[at + 5 + 8] = (byte)'1';
        }

        await File.WriteAllBytesAsync(_folder["iso"], bytes, Cancel);
        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var tree = image.OpenTree();

        tree.List(tree.Find("d")!).Select(entry => entry.Name).Should()
            .HaveCount(4).And.OnlyHaveUniqueItems().And.Contain(["twinname1", "other"]);
        var done = await tree.ExtractAsync(tree.Root, _folder["out"], null, Cancel);
        done.Files.Should().Be(4);
        Directory.GetFiles(_folder["out/d"]).Select(File.ReadAllText).Should()
            .BeEquivalentTo("twinname1", "twinname2", "twinname3", "other");
        foreach (var entry in tree.List(tree.Find("d")!)) tree.Find(entry.Path).Should().NotBeNull("what is listed is found");
    }

    [Fact]
    public async Task Version_2_of_zisofs_is_named()
    {
        await Tools.ShellAsync(_folder.Path, "mkdir tree && yes line | head -c 300000 > tree/file");
        await Tools.RunAsync("xorriso", "-outdev", _folder["iso"], "-zisofs", "default", "-map", _folder["tree"], "/", "-set_filter_r",
            "--zisofs", "/file", "--", "-end");
        var bytes = await File.ReadAllBytesAsync(_folder["iso"], Cancel);
        var at = bytes.AsSpan().IndexOf(Convert.FromHexString("37E45396C9DBD607"));
        Convert.FromHexString("EF2255A1BC1B95A0").CopyTo(bytes, at);
        using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, Cancel);

        var read = () => image.OpenTree().OpenRead("file");

        read.Should().Throw<InvalidImageException>().WithMessage("*version 2 of zisofs is not read*");
    }

    [Theory]
    [InlineData(240)]
    [InlineData(241)]
    [InlineData(250)]
    [InlineData(255)]
    public async Task A_link_with_a_long_name_in_its_target_is_built_and_read_by_xorriso(int length)
    {
        var target = $"../{new string('x', length)}/y{new string('z', length - 1)}";
        var iso = new IsoBuilder();
        iso.AddSymbolicLink("d/link", target);
        await using (var built = iso.Build())
        await using (var file = File.Create(_folder["iso"])) await built.CopyToAsync(file, Cancel);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);

        image.OpenTree().Find("d/link")!.LinkTarget.Should().Be(target);
        await Tools.RunAsync("xorriso", "-osirrox", "on", "-indev", _folder["iso"], "-extract", "/", _folder["out"]);
        new FileInfo(_folder["out/d/link"]).LinkTarget.Should().Be(target);
    }
}
