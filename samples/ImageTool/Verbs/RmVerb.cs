using System.CommandLine;
using Maas.Images;
using Maas.Images.FileTrees;

namespace ImageTool.Verbs;

/// <summary><c>rm IMAGE[:PART] PATH [-r]</c>: a name out of an image.</summary>
internal static class RmVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION]: raw, a qcow2 or a fixed VHD." };
    private static readonly Argument<string> Inside = new("path") { Description = "A file, link or empty directory." };
    private static readonly Option<bool> Recursive = new("--recursive", "-r") { Description = "A directory and everything below." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("rm", "Removes a file from an image.") { Image, Inside, Recursive };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            ImageAddress.Parse(arguments.GetRequiredValue(Image)),
            arguments.GetRequiredValue(Inside),
            arguments.GetValue(Recursive),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, string path, bool recursive, CancellationToken cancellationToken)
    {
        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        var tree = edit.OpenTree(address.Partition);
        if (recursive) tree.DeleteTree(path);
        else tree.Delete(path);
        await edit.CommitAsync(cancellationToken);
        return 0;
    }
}
