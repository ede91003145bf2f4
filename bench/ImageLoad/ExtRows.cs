using Maas.Images;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;

namespace ImageLoad;

/// <summary>ext4.</summary>
internal static class ExtRows
{
    private const string File70 = "boot/initrd.img", Small = "etc/replaced", Large = "srv/replaced";
    private const string LengthOfBuilt = "700M";

    public static IEnumerable<Row> All(Inputs inputs) =>
    [
        new("ext4: read a file of 70 MB", to => ReadAsync(inputs.Ext4, File70, to),
            new Tool("debugfs", to => [new("debugfs", "-R", $"dump /{File70} {to}", inputs.Ext4)])),
        new("ext4: all files", to => ExtractAsync(inputs.Ext4, to),
            new Tool("debugfs", to => [new("mkdir", to), new("debugfs", "-R", $"rdump / {to}", inputs.Ext4)])),
        Replace("ext4: replace a file of 1.5 KB", Small, inputs, inputs.Small),
        Replace("ext4: replace a file of 50 MB", Large, inputs, inputs.Large),
        new("ext4: build of 400 MB", to => new Ext4Builder().BuildAsync(new FolderTree(inputs.RootFileSystem), to, 700 << 20),
            new Tool("mke2fs", to => [new("mke2fs", "-q", "-F", "-t", "ext4", "-d", inputs.RootFileSystem, to, LengthOfBuilt)]))
            { Digest = Outcome.In((image, to) => new("debugfs", "-R", $"rdump / {to}", image)) },
    ];

    /// <summary>
    /// Every run puts other content into the same image; the outcome is the file, in an image that e2fsck finds nothing wrong with.
    /// </summary>
    private static Row Replace(string name, string path, Inputs inputs, Func<int, string> content)
    {
        int ours = 0, theirs = 0;
        return new(
            name, to => PutAsync(to, path, content(ours++)), new Tool("e2cp", to => [new("e2cp", content(theirs++), $"{to}:/{path}")]))
        {
            IsRemoved = false,
            Prepare = to => File.Copy(inputs.Ext4, to),
            Digest = image =>
            {
                _ = new Command("e2fsck", "-fn", image).Run();
                _ = new Command("debugfs", "-R", $"dump /{path} {image}.file", image).Run();
                return Outcome.Of($"{image}.file");
            },
        };
    }

    private static async Task ReadAsync(string image, string path, string to)
    {
        using var opened = await DiskImage.OpenAsync(image);
        await using var content = opened.OpenTree().OpenRead(path);
        await using var file = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        await content.CopyToAsync(file);
    }

    private static async Task ExtractAsync(string image, string to)
    {
        using var opened = await DiskImage.OpenAsync(image);
        var tree = opened.OpenTree();
        await tree.ExtractAsync(tree.Root, to);
    }

    private static async Task PutAsync(string image, string path, string from)
    {
        await using var edit = await DiskImage.EditAsync(image);
        await using var content = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await edit.OpenTree().WriteFileAsync(path, content);
        await edit.CommitAsync();
    }
}
