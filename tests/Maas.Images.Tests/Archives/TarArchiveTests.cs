using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;
using Maas.Judges;

namespace Maas.Images.Tests.Archives;

public sealed class TarArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, CompressionFormat.None)]
    [InlineData(2, CompressionFormat.Gzip)]
    [InlineData(3, CompressionFormat.Zstandard)]
    public async Task A_written_tree_reads_back_equal_by_us_and_by_tar(int seed, CompressionFormat compression)
    {
        SampleTree.Make(_folder["tree"], seed);
        var deep =
            Directory.CreateDirectory(
                Path.Combine([_folder["tree"], .. Enumerable.Repeat("a directory with a rather long name", 8)])).FullName;
        await File.WriteAllTextAsync(Path.Combine(deep, new string('n', 200)), "long", Cancel);
        await WriteAsync(_folder["one"], compression);
        await WriteAsync(_folder["two"], compression);

        (await File.ReadAllBytesAsync(_folder["two"], Cancel)).Should().Equal(await File.ReadAllBytesAsync(_folder["one"], Cancel));
        using (var image = await DiskImage.OpenAsync(_folder["one"], null, Cancel))
            TreeListing.Of(image.OpenTree()).Should().Equal(TreeListing.Of(_folder["tree"]));
        Directory.CreateDirectory(_folder["out"]);
        await Tools.RunAsync("tar", "-xpf", _folder["one"], "-C", _folder["out"]);
        TreeListing.Of(_folder["out"]).Should().Equal(TreeListing.Of(_folder["tree"]));
        Directory.CreateDirectory(_folder["bsd"]);
        await Tools.RunAsync("bsdtar", "-xpf", _folder["one"], "-C", _folder["bsd"]);
        TreeListing.Of(_folder["bsd"]).Should().Equal(TreeListing.Of(_folder["tree"]));
    }

    [Fact]
    public async Task Owners_devices_and_attributes_are_what_tar_restores()
    {
        Judge.RequireRoot();
        await Tools.ShellAsync(
            _folder.Path,
            "mkdir tree && echo x > tree/a && chown 3000000:4000000 tree/a && mknod tree/null c 1 3 && mkfifo tree/pipe && ln tree/a " +
            "tree/b");
        await Tools.RunAsync("setfattr", "-n", "user.note", "-v", "hello", _folder["tree/a"]);
        await WriteAsync(_folder["one"], CompressionFormat.None);

        (await Tools.RunAsync("tar", "--numeric-owner", "-tvf", _folder["one"])).Should().Contain("3000000/4000000").And.Contain(
            "1,3").And.Contain(
            "b link to a").And.Contain(
            "prw-r--r--");
        Directory.CreateDirectory(_folder["out"]);
        await Tools.RunAsync("tar", "--xattrs", "--numeric-owner", "-xpf", _folder["one"], "-C", _folder["out"]);
        (await Tools.ShellAsync(_folder["out"], "getfattr --only-values -n user.note a")).Should().Be("hello");
    }

    private async Task WriteAsync(string file, CompressionFormat compression)
    {
        await using var output = File.Create(file);
        await using var packed = Compression.OpenWrite(output, compression);
        await TarArchive.WriteAsync(new FolderTree(_folder["tree"]), packed, Cancel);
    }
}
