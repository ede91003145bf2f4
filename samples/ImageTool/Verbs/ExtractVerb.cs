using System.CommandLine;
using Maas.Images.FileTrees;

namespace ImageTool.Verbs;

/// <summary><c>extract IMAGE[:PART] PATH DEST</c>: a file, or everything in a directory, into DEST.</summary>
internal static class ExtractVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION]" };
    private static readonly Argument<string> Inside = new("path") { Description = "A file or directory inside; / for everything." };
    private static readonly Argument<string> Destination = new("dest") { Description = "A directory; nothing is written outside it." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command(
            "extract",
            "Takes files out of an image. Modes and times are kept; owners, set-user-id, set-group-id and sticky bits, extended attributes "
                + "and access control lists are not, and hard links become "
            + "files of their own. Device nodes, pipes and sockets are left out. To keep all of that, convert the partition and mount it.")
            {
                Image, Inside, Destination
            };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            ImageAddress.Parse(arguments.GetRequiredValue(Image)),
            arguments.GetRequiredValue(Inside),
            arguments.GetRequiredValue(Destination),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, string path, string destination, CancellationToken cancellationToken)
    {
        using var image = await address.OpenAsync(cancellationToken);
        Warnings.Write(image, address.Partition);
        var tree = image.OpenTree(address.Partition);
        var done = await tree.ExtractAsync(address.EntryIn(tree, path), destination, null, cancellationToken);
        Console.Out.WriteLine($"{done.Files} files, {done.Directories} directories, {done.Links} links, "
            + $"{Sizes.Of(done.Bytes)}{(done.Skipped == 0 ? "" : $"; {done.Skipped} device nodes, pipes and sockets left out")}");
        return 0;
    }
}
