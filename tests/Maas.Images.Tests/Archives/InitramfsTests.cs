using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.Archives;

public sealed class InitramfsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat", CompressionFormat.Gzip)]
    [InlineData("cat", CompressionFormat.Zstandard)]
    public async Task What_is_appended_is_listed_and_unpacked_by_initramfs_tools(string packer, CompressionFormat compression)
    {
        await MakeAsync(packer, compression);

        (await Tools.RunAsync("lsinitramfs", _folder["more"])).Should().Contain("bin/tool").And.Contain("etc/preseed.cfg");
        await Tools.RunAsync("unmkinitramfs", _folder["more"], _folder["out"]);
        Directory.GetFiles(_folder["out"], "preseed.cfg", SearchOption.AllDirectories).Should().ContainSingle().Which.Should()
            .Match(path => File.ReadAllText(path) == "d-i\n");
    }

    [Theory]
    [InlineData("gzip", CompressionFormat.None, "cat")]
    [InlineData("zstd", CompressionFormat.None, "cat")]
    [InlineData("xz --check=crc32", CompressionFormat.Gzip, "gzip -dc")]
    [InlineData("gzip", CompressionFormat.Zstandard, "zstd -dc")]
    public async Task Behind_an_initrd_of_any_kind_stands_an_archive_that_cpio_reads(
        string packer,
        CompressionFormat compression,
        string unpacker)
    {
        await MakeAsync(packer, compression);

        var aligned = (new FileInfo(_folder["initrd"]).Length + 7) / 4 * 4; // at least four zeros
        await Tools.ShellAsync(_folder.Path, "cmp -n $(stat -c %s initrd) initrd more");
        (await Tools.ShellAsync(_folder.Path, $"tail -c +{aligned + 1} more | {unpacker} | cpio -t --quiet")).Should()
            .Be("etc\netc/preseed.cfg\n");
    }

    [Fact]
    public async Task What_is_appended_wins()
    {
        await MakeAsync("cat", CompressionFormat.Gzip, "etc");

        using var image = await DiskImage.OpenAsync(_folder["more"], null, Cancel);
        using var preseed = new StreamReader(image.OpenTree().OpenRead("etc/preseed.cfg"));
        (await preseed.ReadToEndAsync(Cancel)).Should().Be("d-i\n");
    }

    private async Task MakeAsync(string packer, CompressionFormat compression, string more = "")
    {
        await Tools.ShellAsync(
            _folder.Path,
            $"mkdir -p in/bin in/etc && echo tool > in/bin/tool && echo old > in/etc/preseed.cfg && (cd in && find bin {more} | cpio " +
            $"-o -H newc --quiet) | {packer} > initrd");
        await using var initrd = File.OpenRead(_folder["initrd"]);
        await using var appended = Initramfs.Append(initrd, cpio =>
        {
            cpio.WriteDirectory("etc");
            cpio.WriteFile("etc/preseed.cfg", "d-i\n"u8);
        }, compression);
        await using var output = File.Create(_folder["more"]);
        await appended.CopyToAsync(output, Cancel);
    }

    [Theory]
    [InlineData("lz4 -q -l")]
    [InlineData("gzip -n")]
    [InlineData("cat")]
    public async Task At_least_four_zeros_stand_before_what_is_appended(string packer)
    {
        // The kernel takes the four bytes behind legacy LZ4 as the next block's length.
        using var folder = new TemporaryFolder();
        for (var extra = 0; extra < 4; extra++)
        {
            await Trees.Tools.ShellAsync(folder.Path,
                $"head -c {1000 + extra} /dev/urandom > file && echo file | cpio -o -H newc --quiet | {packer} > initrd");
            var before = await File.ReadAllBytesAsync(folder["initrd"], TestContext.Current.CancellationToken);
            await using var appended = Initramfs.Append(new MemoryStream(before), cpio => cpio.WriteFile("preseed.cfg", "x"u8.ToArray()));
            using var after = new MemoryStream();
            await appended.CopyToAsync(after, TestContext.Current.CancellationToken);

            var bytes = after.ToArray();
            var start = bytes.AsSpan().LastIndexOf("070701"u8);
            start = bytes.AsSpan(0, start).LastIndexOf("070701"u8); // the trailer is last, the file before it
            (start % 4).Should().Be(0);
            bytes.AsSpan(before.Length, start - before.Length).ToArray().Should()
                .HaveCountGreaterThanOrEqualTo(4).And.OnlyContain(one => one == 0);
            using var image = await DiskImage.OpenAsync(new MemoryStream(bytes), null, TestContext.Current.CancellationToken);
            image.OpenTree().Walk().Select(entry => entry.Path).Should().BeEquivalentTo("file", "preseed.cfg");
        }
    }
}
