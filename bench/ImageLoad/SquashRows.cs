using Maas.Images;
using Maas.Images.FileTrees;
using Maas.Images.Formats.SquashFs;

namespace ImageLoad;

/// <summary>SquashFS.</summary>
internal static class SquashRows
{
    private const string Level = "9"; // of both packers: ours unless set otherwise, and mksquashfs' for gzip

    private static readonly Func<string, string> Content = Outcome.In((image, to) => new Command("unsquashfs", "-f", "-d", to, image));

    public static IEnumerable<Row> All(Inputs inputs) =>
    [
        Extract("squashfs gzip: all files", inputs.SquashGzip),
        Extract("squashfs zstd: all files", inputs.SquashZstd),
        Build("squashfs gzip: build of 400 MB", SquashCompression.Gzip, "gzip", inputs),
        Build("squashfs zstd: build of 400 MB", SquashCompression.Zstandard, "zstd", inputs),
    ];

    private static Row Extract(string name, string image) => new(name, to => ExtractAsync(image, to),
        new("unsquashfs", to => [new("unsquashfs", "-d", to, image)]),
        new("unsquashfs, one thread", to => [new("unsquashfs", "-p", "1", "-d", to, image)]));

    private static Row Build(string name, SquashCompression compression, string theirs, Inputs inputs) =>
        new(name, to => BuildAsync(inputs.RootFileSystem, to, compression),
        new Tool(
            "mksquashfs",
            to => [new("mksquashfs", inputs.RootFileSystem, to, "-noappend", "-comp", theirs, "-Xcompression-level", Level)]))
        {
            Digest = Content
        };

    private static async Task ExtractAsync(string image, string to)
    {
        using var opened = await DiskImage.OpenAsync(image);
        var tree = opened.OpenTree();
        await tree.ExtractAsync(tree.Root, to);
    }

    private static async Task BuildAsync(string folder, string to, SquashCompression compression)
    {
        await using var file = new FileStream(to, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        await new SquashBuilder { Compression = compression }.WriteAsync(new FolderTree(folder), file);
    }
}
