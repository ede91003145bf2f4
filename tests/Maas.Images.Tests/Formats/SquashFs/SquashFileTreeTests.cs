using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.SquashFs;

public sealed class SquashFileTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, "-comp gzip")]
    [InlineData(2, "-comp xz -Xbcj x86 -b 64K")]
    [InlineData(3, "-comp lz4 -Xhc -b 4096")]
    [InlineData(4, "-comp zstd -b 1M -always-use-fragments")]
    [InlineData(5, "-comp gzip -no-fragments -noI -noD")]
    [InlineData(6, "-comp zstd -noF -noX -no-exports -no-sparse -tailends")]
    [InlineData(7, "-comp lzo -b 4096")]
    [InlineData(8, "-comp lzo -Xalgorithm lzo1x_999 -Xcompression-level 9 -b 1M")]
    [InlineData(9, "-comp lzo -Xalgorithm lzo1x_1 -b 256K")]
    [InlineData(10, "-comp lzo -Xalgorithm lzo1x_1_11 -no-fragments")]
    [InlineData(11, "-comp lzo -Xalgorithm lzo1x_1_12 -always-use-fragments")]
    [InlineData(12, "-comp lzo -Xalgorithm lzo1x_1_15")]
    public async Task A_tree_that_mksquashfs_wrote_reads_back_equal(int seed, string options)
    {
        SampleTree.Make(_folder["tree"], seed);
        await Tools.RunAsync("mksquashfs", [_folder["tree"], _folder["image"], "-quiet", "-no-progress", .. options.Split(' ')]);

        using var image = await DiskImage.OpenAsync(_folder["image"], null, Cancel);

        TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));
    }
}
