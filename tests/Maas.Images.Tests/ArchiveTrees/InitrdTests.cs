using System.Text;
using Maas.Images.Archives;
using Maas.Images.FileTrees;
using Maas.Images.Tests.Trees;

namespace Maas.Images.Tests.ArchiveTrees;

/// <summary>Initrds as Linux takes them: archives one behind the other, each compressed or not, with zeros between.</summary>
public sealed class InitrdTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("gzip", "zstd -q", "cat")]
    [InlineData("zstd -q", "gzip -9", "zstd -q --no-check", "cat", "cat", "bzip2")]
    [InlineData("bzip2", "xz --check=crc32", "gzip", "gzip")]
    // eight zeros end the legacy LZ4: what follows could be its next block's length, for Linux too
    [InlineData("xz --check=crc32", "lz4 -q -l", "gzip -n", "cat")]
    [InlineData("lz4 -q -l", "lz4 -q", "cat")]
    [InlineData("lz4 -q -l", "zstd -q -19", "xz --check=crc32 --block-size=4096", "xz --check=crc32")]
    [InlineData("cat", "gzip", "cat", "zstd -q", "gzip")]
    public async Task Archives_in_any_mixture_are_one_tree(params string[] packers)
    {
        await using (var initrd = File.Create(_folder["initrd"]))
        {
            for (var i = 0; i < packers.Length; i++)
            {
                await Tools.ShellAsync(
                    _folder.Path,
                    $"mkdir -p {i}/d && seq {i} {9000 * (i + 1)} > {i}/d/{i} && echo {i} > {i}/last && cd {i} && find . | cpio -o -H " +
                    $"newc --quiet | {packers[i]} > ../packed{i}");
                initrd.Write(await File.ReadAllBytesAsync(_folder[$"packed{i}"], Cancel));
                initrd.Write(new byte[((4 - (initrd.Position % 4)) % 4) + (i % 2 * 8)]);
            }
        }

        using var image = await DiskImage.OpenAsync(_folder["initrd"], null, Cancel);
        var tree = image.OpenTree();

        tree.Walk()
            .Where(entry => entry.Kind == FileKind.File)
            .Select(entry => entry.Path)
            .Should()
            .BeEquivalentTo(Enumerable.Range(0, packers.Length).Select(i => $"d/{i}").Append("last"));
        for (var i = 0; i < packers.Length; i++)
            Read(tree, $"d/{i}").Should().Equal(await File.ReadAllBytesAsync(_folder[$"{i}/d/{i}"], Cancel));
        Read(tree, "last").Should().Equal(Encoding.ASCII.GetBytes($"{packers.Length - 1}\n"));
    }

    [Fact]
    public async Task What_stands_behind_a_compressed_archive_needs_no_zeros_before_it_unless_it_is_not_compressed()
    {
        using var image =
            await OpenAsync([
                .. Packed(CompressionFormat.Zstandard, Cpio("a")),
                .. Packed(CompressionFormat.Gzip, Cpio("b")),
                .. Packed(CompressionFormat.Zstandard, Cpio("c"))
            ]);

        image.OpenTree().Walk().Select(entry => entry.Path).Should().BeEquivalentTo("a", "b", "c");
    }

    [Fact]
    public async Task A_compressed_archive_may_hold_several_with_zeros_between()
    {
        using var image = await OpenAsync([
            .. Packed(CompressionFormat.Gzip, [.. Cpio("a"), .. new byte[512], .. Cpio("b")]),
            0,
            0,
            0,
            .. Packed(CompressionFormat.Zstandard, [.. new byte[4], .. Cpio("c"), .. Cpio("d"), 0])
        ]);

        image.OpenTree().Walk().Select(entry => entry.Path).Should().BeEquivalentTo("a", "b", "c", "d");
    }

    [Fact]
    public async Task Its_bytes_are_the_first_archive_unpacked_and_the_others_as_far_from_a_multiple_of_four_as_they_stood()
    {
        byte[] first = Packed(CompressionFormat.Gzip, [.. Cpio("a"), 0, 0, 0]);
        var zeros = new byte[4 - (first.Length % 4)];
        using var image = await OpenAsync([.. first, .. zeros, .. Cpio("b")]);
        using var plain = new MemoryStream();
        await using (var disk = image.OpenRead()) await disk.CopyToAsync(plain, Cancel);

        image.Compression.Should().Be("gzip");
        (plain.Length % 4).Should().Be(0, "an archive is of whole words, and the second was aligned");
        using var again = await OpenAsync(plain.ToArray());
        again.OpenTree().Walk().Select(entry => entry.Path).Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public async Task What_is_no_archive_is_refused_where_one_would_be()
    {
        var (first, text) = (Packed(CompressionFormat.Gzip, Cpio("a")), "text"u8.ToArray());

        await RefusedAsync([.. first, .. text], "something other than an archive");
        await RefusedAsync([.. first, .. Packed(CompressionFormat.Zstandard, text)], "cpio header");
        await RefusedAsync(
            [.. first, .. Packed(CompressionFormat.Zstandard, [.. Cpio("b"), .. Packed(CompressionFormat.Gzip, Cpio("c"))])],
            "cpio header");
        await RefusedAsync(
            [.. Packed(CompressionFormat.Gzip, text), .. Packed(CompressionFormat.Zstandard, Cpio("b"))],
            "gzip stream*something else follows it");
        await RefusedAsync([.. first, .. Packed(CompressionFormat.Zstandard, Cpio("b"))[..^5]], "zstandard stream*cut short");
        await RefusedAsync(
            [.. Packed(CompressionFormat.Zstandard, Cpio("a")), .. Packed(CompressionFormat.Gzip, Cpio("b"))[..^9]],
            "gzip stream*cut short");
    }

    [Fact]
    public async Task A_bomb_among_them_ends_at_the_limit_and_so_does_a_heap_of_them()
    {
        var bomb = Packed(CompressionFormat.Zstandard, [.. Cpio("b"), .. new byte[30_000_000]]);
        await RefusedAsync([.. Packed(CompressionFormat.Gzip, Cpio("a")), .. bomb], "zstandard stream*more than the * bytes allowed");
        await RefusedAsync(
            [
                .. Packed(CompressionFormat.Gzip, [.. Cpio("a"), .. new byte[6_000_000]]),
                .. Packed(CompressionFormat.Zstandard, [.. Cpio("b"), .. new byte[6_000_000]])
            ],
            "bytes allowed");

        await RefusedAsync(
            [.. Cpio("a"), .. Enumerable.Repeat<byte[]>([.. Packed(CompressionFormat.Gzip, Cpio("b")), 0], 300).SelectMany(one => one)],
            "more than 256 compressed archives");
    }

    private static async Task RefusedAsync(byte[] initrd, string reason)
    {
        var open = async () =>
        {
            using var image = await OpenAsync(initrd);
            image.OpenTree();
        };
        (await open.Should().ThrowAsync<InvalidImageException>()).WithMessage($"*{reason}*");
    }

    private static Task<DiskImage> OpenAsync(byte[] initrd) =>
        DiskImage.OpenAsync(new MemoryStream(initrd), new() { MostUnpackedBytes = 10_000_000 }, Cancel);

    private static byte[] Cpio(string name)
    {
        using var archive = new MemoryStream();
        using (var cpio = new CpioWriter(archive, leaveOpen: true)) cpio.WriteFile(name, "content"u8);
        return archive.ToArray();
    }

    private static byte[] Packed(CompressionFormat format, byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var stream = Compression.OpenWrite(packed, format)) stream.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Read(IFileTree tree, string path)
    {
        using var content = tree.OpenRead(path);
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
