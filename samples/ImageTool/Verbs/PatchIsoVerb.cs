using System.CommandLine;
using Maas.Images;
using Maas.Images.FileTrees;
using Maas.Images.Outputs;

namespace ImageTool.Verbs;

/// <summary><c>patch-iso IMAGE PATH=FILE… [--output OUT]</c>: other bytes for files of an ISO; in place, or into another file.</summary>
internal static class PatchIsoVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "The ISO." };
    private static readonly Argument<string[]> Changes = new("changes")
    {
        Description = "PATH=FILE: the file at PATH in the ISO gets FILE's bytes.",
        Arity = ArgumentArity.OneOrMore
    };
    private static readonly Option<string?> Output = new("--output")
    {
        Description = "Leave IMAGE as it is and write the changed ISO here."
    };
    private static readonly Option<bool> Add = new("--add")
    {
        Description = "Make files that the ISO does not have; without it a PATH that is not there is refused."
    };
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("patch-iso", "Changes files of an ISO.") { Image, Changes, Output, Add, Force };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (image, changes, output) = (arguments.GetRequiredValue(Image), arguments.GetRequiredValue(Changes), arguments.GetValue(Output));
        var patch = new IsoPatch();
        foreach (var change in changes)
        {
            var equals = change.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new IOException($"{change} is not PATH=FILE.");
            patch.Write(change[..equals], change[(equals + 1)..]);
        }

        if (!arguments.GetValue(Add)) await RequireThereAsync(image, changes, cancellationToken);
        if (output is null)
        {
            await patch.ApplyAsync(image, cancellationToken);
            return 0;
        }

        await using var iso = File.OpenRead(image);
        await using var patched = patch.Open(iso);
        await ImageOutput.WriteAsync(output, patched, OutputOption.Of(arguments.GetValue(Force)), cancellationToken);
        return 0;
    }

    /// <summary>A path that is mistyped must not make a file that nothing reads.</summary>
    private static async Task RequireThereAsync(string image, string[] changes, CancellationToken cancellationToken)
    {
        using var iso = await DiskImage.OpenAsync(image, null, cancellationToken);
        if (iso.Volumes[0].Content != "iso9660") return; // the patch says so itself
        var tree = iso.OpenTree(0);
        foreach (var path in changes.Select(change => change[..change.IndexOf('=', StringComparison.Ordinal)]))
            if (tree.Resolve(path) is null) throw new FileNotFoundException($"{image} has no file {path}; --add makes a new one.");
    }
}
