using System.CommandLine;
using Maas.Images;
using Maas.Images.Archives;
using Maas.Images.FileTrees;

namespace ImageTool.Verbs;

/// <summary><c>put IMAGE[:PART] FILE PATH</c>: a file of this machine into an image, or behind an initrd.</summary>
internal static class PutVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION]: raw, a qcow2 or a fixed VHD; or an initrd, packed or not." };
    private static readonly Argument<string> Source = new("file") { Description = "A file; - for standard input." };
    private static readonly Argument<string> Inside = new("path") { Description = "Where it goes; a file that is there keeps its mode and owner." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("put", "Puts a file into an image.") { Image, Source, Inside };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            ImageAddress.Parse(arguments.GetRequiredValue(Image)), arguments.GetRequiredValue(Source), arguments.GetRequiredValue(Inside), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, string source, string path, CancellationToken cancellationToken)
    {
        await using var content = source == "-" ? Console.OpenStandardInput() : File.OpenRead(source);
        if (await FoldersForInitrdAsync(address, path, cancellationToken) is { } folders)
        {
            await AppendAsync(address.File, folders, path, content, cancellationToken);
            return 0;
        }

        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        await edit.OpenTree(address.Partition).WriteFileAsync(path, content, null, cancellationToken);
        await edit.CommitAsync(cancellationToken);
        return 0;
    }

    /// <summary>The directories on the way to a path that an initrd does not have yet; null for an image that is no initrd.</summary>
    private static async Task<IReadOnlyList<string>?> FoldersForInitrdAsync(ImageAddress address, string path, CancellationToken cancellationToken)
    {
        using var image = await address.OpenAsync(cancellationToken);
        if (image.Volumes[0].Content != "cpio") return null;
        var (tree, names) = (image.OpenTree(), path.Trim('/').Split('/'));
        return [.. Enumerable.Range(1, names.Length - 1).Select(depth => string.Join('/', names[..depth])).Where(folder => tree.Find(folder) is null)];
    }

    private static async Task AppendAsync(string initrd, IReadOnlyList<string> folders, string path, Stream content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        await using var before = File.OpenRead(initrd);
        await using var after = Initramfs.Append(before, cpio =>
        {
            foreach (var folder in folders) cpio.WriteDirectory(folder);
            cpio.WriteFile(path.Trim('/'), bytes.ToArray());
        });
        await OutputFile.WriteAsync(initrd, after, cancellationToken);
    }
}
