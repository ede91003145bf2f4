using Maas.Images.FileTrees;
using Maas.Images.Iso;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Iso;

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
        SampleTree.Make(_folder["tree"], seed, command.StartsWith("genisoimage", StringComparison.Ordinal) ? TreeFeatures.All & ~(TreeFeatures.OddNames | TreeFeatures.LongLinks) : TreeFeatures.All);
        await Tools.RunAsync(command.Split(' ')[0], [.. command.Split(' ')[1..], "-o", _folder["iso"], _folder["tree"]]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var tree = image.OpenTree().Should().BeOfType<IsoFileTree>().Subject;

        tree.Names.Should().Be("rock ridge");
        TreeListing.Of(tree, features).Where(line => !line.StartsWith("rr_moved|", StringComparison.Ordinal)).Should().Equal(TreeListing.Of(_folder["tree"], features));
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
        await Tools.RunAsync("xorriso", "-as", "mkisofs", "-quiet", "-R", "-b", "bios.img", "-no-emul-boot", "-boot-load-size", "4", "-eltorito-alt-boot", "-e", "efi.img", "-no-emul-boot", "-o", _folder["iso"], _folder["tree"]);

        using var image = await DiskImage.OpenAsync(_folder["iso"], null, Cancel);
        var entries = ((IsoFileTree)image.OpenTree()).BootEntries;

        entries.Select(entry => (entry.Platform, entry.IsBootable, entry.Emulation, entry.SectorCount)).Should().Equal(
            (IsoBootPlatform.Bios, true, 0, 4), (IsoBootPlatform.Efi, true, 0, 128));
    }
}
