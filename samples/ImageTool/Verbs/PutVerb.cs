using System.CommandLine;
using Maas.Images;

namespace ImageTool.Verbs;

/// <summary><c>put IMAGE[:PART] FILE PATH</c>: a file of this machine into an image.</summary>
internal static class PutVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION]: raw, a qcow2 or a fixed VHD." };
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
        await using var edit = await DiskImage.EditAsync(address.File, null, cancellationToken);
        await edit.OpenTree(address.Partition).WriteFileAsync(path, content, null, cancellationToken);
        await edit.CommitAsync(cancellationToken);
        return 0;
    }
}
