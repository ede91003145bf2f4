using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Formats.Ext;

public sealed class ExtGrowthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EditedImage _image;

    public ExtGrowthTests() => _image = new EditedImage(_folder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-t ext4", 64, 1500)]
    [InlineData("-t ext4 -b 1024", 40, 200)]
    [InlineData("-t ext4 -O ^flex_bg,^64bit,^metadata_csum", 150, 151)]
    [InlineData("-t ext2 -b 1024 -O ^sparse_super,^resize_inode", 20, 50)]
    [InlineData("-t ext3", 130, 700)]
    [InlineData("-t ext4 -O meta_bg,^resize_inode -g 1024 -b 1024", 20, 90)]
    [InlineData("-t ext4 -O ^metadata_csum,uninit_bg", 200, 600)]
    public async Task A_file_system_fills_a_larger_image_and_e2fsck_finds_it_clean(string options, int from, int to)
    {
        SampleTree.Make(_folder["tree"], to);
        await _image.MakeAsync($"{options} -d {_folder["tree"]}", $"{from}M");
        var before = await BlocksAsync();

        await GrowAsync((long)to << 20);

        await _image.CheckAsync();
        var (blocks, size) = await BlocksAsync();
        (blocks * size).Should().BeGreaterThan(before.Blocks * before.Size).And.BeGreaterThan(((long)to << 20) * 9 / 10);
        using (var image = await DiskImage.OpenAsync(_image.File, null, Cancel))
            TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));
        await _image.EditAsync(tree =>
            tree.WriteFileAsync(
                "more", new MemoryStream([.. Enumerable.Repeat((byte)9, Math.Min(to - from, 80) << 20 >> 1)]), null, Cancel));
    }

    [Fact]
    public async Task More_than_the_reserved_descriptors_allow_is_refused_and_changes_nothing()
    {
        await _image.MakeAsync("-t ext4 -b 1024 -O ^resize_inode", "40M");

        await using var edit = await DiskImage.EditAsync(_image.File, null, Cancel);
        edit.Grow(2L << 30);

        edit.Invoking(session => session.GrowFileSystem()).Should().Throw<NotSupportedException>().WithMessage("*reserved GDT*");
    }

    private async Task GrowAsync(long length)
    {
        await using var edit = await DiskImage.EditAsync(_image.File, null, Cancel);
        edit.Grow(length);
        edit.GrowFileSystem();
        await edit.CommitAsync(Cancel);
    }

    private async Task<(long Blocks, long Size)> BlocksAsync()
    {
        var lines = (await Tools.RunAsync("dumpe2fs", "-h", _image.File)).Split('\n');
        return (Field("Block count:"), Field("Block size:"));

        long Field(string name) =>
            long.Parse(
                lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim(),
                System.Globalization.CultureInfo.InvariantCulture);
    }
}
