using System.CommandLine;
using Maas.Images;

namespace ImageTool.Verbs;

/// <summary><c>mkdir IMAGE[:PART] PATH</c>: a directory in an image.</summary>
internal static class MkdirVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION]: raw, a qcow2 or a fixed VHD." };
    private static readonly Argument<string> Inside = new("path") { Description = "The directory; the one above it is there." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("mkdir", "Makes a directory in an image.") { Image, Inside };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(ImageAddress.Parse(arguments.GetRequiredValue(Image)), arguments.GetRequiredValue(Inside), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, string path, CancellationToken cancellationToken)
    {
        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        edit.OpenTree(address.Partition).CreateDirectory(path);
        await edit.CommitAsync(cancellationToken);
        return 0;
    }
}
