using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Fat;

public sealed class FatFileTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 12, 15_000, "-s 8")]
    [InlineData(2, 16, 40_000, "-s 4")]
    [InlineData(3, 32, 80_000, "-s 2")]
    [InlineData(4, 32, 66_000, "-s 1")]
    [InlineData(5, 16, 60_000, "-S 4096 -s 1 -f 1")]
    public async Task A_tree_that_mtools_copied_reads_back_equal(int seed, int bits, int kibibytes, string options)
    {
        SampleTree.Make(_folder["tree"], seed, TreeFeatures.None);
        await Tools.RunAsync("mkfs.fat", ["-C", "-F", $"{bits}", "-n", "A LABEL", .. options.Split(' '), _folder["image"], $"{kibibytes}"]);
        await Tools.ShellAsync(_folder["tree"], $"mcopy -s -i {_folder["image"]} * ::/");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);
        var tree = image.OpenTree();

        tree.Format.Should().Be($"fat{bits}");
        tree.Label.Should().Be("A LABEL");
        TreeListing.Of(tree, TreeFeatures.None, times: false)
            .Should()
            .Equal(TreeListing.Of(_folder["tree"], TreeFeatures.None, times: false));
    }

    [Fact]
    public async Task Names_are_found_in_any_case_and_by_their_short_form()
    {
        await File.WriteAllTextAsync(_folder["A long Name.conf"], "x", Cancel);
        await Tools.RunAsync("mkfs.fat", "-C", _folder["image"], "2000");
        await Tools.RunAsync("mcopy", "-i", _folder["image"], _folder["A long Name.conf"], "::/");

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        image.OpenTree().Find("a LONG name.CONF")!.Name.Should().Be("A long Name.conf");
        image.OpenTree().Find("ALONGN~1.CON")!.Name.Should().Be("A long Name.conf");
    }
}
