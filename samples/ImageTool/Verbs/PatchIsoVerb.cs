using System.CommandLine;
using Maas.Images.Iso;

namespace ImageTool.Verbs;

/// <summary><c>patch-iso IMAGE PATH=FILE… [--output OUT]</c>: other bytes for files of an ISO; in place, or into another file.</summary>
internal static class PatchIsoVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "The ISO." };
    private static readonly Argument<string[]> Changes = new("changes") { Description = "PATH=FILE: the file at PATH in the ISO gets FILE's bytes.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Output = new("--output") { Description = "Leave IMAGE as it is and write the changed ISO here." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("patch-iso", "Changes files of an ISO.") { Image, Changes, Output };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(arguments.GetRequiredValue(Image), arguments.GetRequiredValue(Changes), arguments.GetValue(Output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string image, string[] changes, string? output, CancellationToken cancellationToken)
    {
        var patch = new IsoPatch();
        foreach (var change in changes)
        {
            var equals = change.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new IOException($"{change} is not PATH=FILE.");
            patch.Write(change[..equals], change[(equals + 1)..]);
        }

        if (output is null)
        {
            await patch.ApplyAsync(image, cancellationToken);
            return 0;
        }

        await using var iso = File.OpenRead(image);
        await using var patched = patch.Open(iso);
        await OutputFile.WriteAsync(output, patched, cancellationToken);
        return 0;
    }
}
