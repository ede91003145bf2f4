using Maas.Images;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Iso;

namespace ImageLoad;

/// <summary>ISO 9660.</summary>
internal static class IsoRows
{
    private const string Kernel = "install.amd/vmlinuz", Initrd = "install.amd/initrd.gz";

    private static readonly Func<string, string> Content = Outcome.In((iso, to) => new Command("bsdtar", "-x", "-f", iso, "-C", to));

    public static IEnumerable<Row> All(Inputs inputs) =>
    [
        new("ISO: kernel and initrd out", to => TakeAsync(inputs.Iso, to, Kernel, Initrd),
            new(
                "bsdtar",
                to => [new("mkdir", to), new("bsdtar", "-x", "-f", inputs.Iso, "-C", to, "--strip-components", "1", Kernel, Initrd)]),
            new("7z", to => [new("7z", "e", "-y", "-bd", $"-o{to}", inputs.Iso, Kernel, Initrd)]),
            new(
                "xorriso",
                to =>
                [
                    new(
                        "xorriso",
                        "-osirrox",
                        "on",
                        "-indev",
                        $"stdio:{inputs.Iso}",
                        "-extract",
                        Kernel,
                        $"{to}/vmlinuz",
                        "-extract",
                        Initrd,
                        $"{to}/initrd.gz")
                ])),
        new("ISO: list", to => ListAsync(inputs.Iso, to),
            new Tool("bsdtar", to => [new("bsdtar", "-t", "-f", inputs.Iso) { Output = to }])) { Digest = Outcome.OfListing },
        new("ISO: extract all", to => TakeAsync(inputs.Iso, to, ""),
            new("bsdtar", to => [new("mkdir", to), new("bsdtar", "-x", "-f", inputs.Iso, "-C", to)]),
            new("7z", to => [new("7z", "x", "-y", "-bd", $"-o{to}", inputs.Iso)])),
        new("ISO: build", to => BuildAsync(inputs.IsoTree, to),
            new("genisoimage", to => [new("genisoimage", "-quiet", "-J", "-R", "-o", to, inputs.IsoTree)]),
            new("xorriso", to => [new("xorriso", "-as", "mkisofs", "-quiet", "-J", "-R", "-o", to, inputs.IsoTree)])) { Digest = Content },
        new("ISO of 4.5 GB: first 64 KiB of a build", _ => ReadAsync(inputs.HugeTree, 64 << 10)),
        new("ISO of 4.5 GB: read all of a build", _ => ReadAsync(inputs.HugeTree, long.MaxValue)),
        new("ISO of 4.5 GB: read all its files", _ => ReadFilesAsync(inputs.HugeIso)),
    ];

    private static async Task TakeAsync(string image, string to, params string[] paths)
    {
        using var opened = await DiskImage.OpenAsync(image);
        var tree = opened.OpenTree();
        foreach (var path in paths) await tree.ExtractAsync(tree.Find(path) ?? throw new FileNotFoundException(path), to);
    }

    private static async Task ListAsync(string image, string to)
    {
        using var opened = await DiskImage.OpenAsync(image);
        await File.WriteAllLinesAsync(to, opened.OpenTree().Walk().Select(entry => entry.Path));
    }

    private static async Task BuildAsync(string folder, string to)
    {
        await using var image = Plan(folder);
        await using var file = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await image.CopyToAsync(file);
    }

    /// <summary>Reads a build from its start, as a server would that hands it on.</summary>
    private static async Task ReadAsync(string folder, long most)
    {
        await using var image = Plan(folder);
        await ReadAsync(image, most);
    }

    private static async Task ReadFilesAsync(string iso)
    {
        using var opened = await DiskImage.OpenAsync(iso);
        var tree = opened.OpenTree();
        foreach (var entry in tree.Walk())
        {
            await using var content = tree.OpenRead(entry);
            await ReadAsync(content, long.MaxValue);
        }
    }

    private static async Task ReadAsync(Stream stream, long most)
    {
        var buffer = new byte[64 << 10];
        for (var left = most; left > 0;)
        {
            var read = await stream.ReadAsync(buffer);
            if (read == 0) break;
            left -= read;
        }
    }

    private static Stream Plan(string folder)
    {
        var iso = new IsoBuilder { Label = "INSTALL" };
        iso.AddTree(new FolderTree(folder));
        return iso.Build();
    }
}
