using System.CommandLine;
using Maas.Images;
using Maas.Images.FileTrees;

namespace ImageTool.Verbs;

/// <summary><c>cat IMAGE[:PART][/PATH] [PATH]</c>: a file's bytes to standard output.</summary>
internal static class CatVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "IMAGE[:PARTITION][/PATH]" };
    private static readonly Argument<string?> Inside = new("path") { Arity = ArgumentArity.ZeroOrOne, Description = "A path inside." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("cat", "Writes a file of an image to standard output.") { Image, Inside };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(ImageAddress.Parse(arguments.GetRequiredValue(Image)), arguments.GetValue(Inside), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ImageAddress address, string? path, CancellationToken cancellationToken)
    {
        using var image = await address.OpenAsync(cancellationToken);
        Warnings.Write(image, address.Partition);
        var name = path ?? address.Path;
        await using var output = Console.OpenStandardOutput();
        var tree = image.OpenTree(address.Partition);
        if (tree.Resolve(name) is null) throw new FileNotFoundException($"{address.Place} has no {name}.");
        try
        {
            await using var content = tree.OpenRead(name);
            await content.CopyToAsync(output, 1 << 20, cancellationToken);
        }
        catch (InvalidImageException damaged)
        {
            throw new InvalidImageException(name, damaged.Message.TrimEnd('.'), innerException: damaged);
        }

        return 0;
    }
}
