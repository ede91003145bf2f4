using System.CommandLine;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Ext;

namespace ImageTool.Verbs;

/// <summary><c>build-ext4 DIR OUT</c>: a directory as an ext4 file system.</summary>
internal static class BuildExt4Verb
{
    private static readonly Argument<string> Source = new("dir") { Description = "A directory." };
    private static readonly Argument<string> Output = new("out") { Description = "The file system image to write." };
    private static readonly Option<string> Label = new("--label") { Description = "Up to 16 bytes.", DefaultValueFactory = _ => "" };
    private static readonly Option<long?> Length = Numbers.SizeOption("--length", "The file system's size; what is needed unless said");
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-ext4", "Makes an ext4 file system of a directory.") { Source, Output, Label, Length, Force };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await new Ext4Builder { Label = arguments.GetRequiredValue(Label), AllowDevice = arguments.GetValue(Force) }
                .BuildAsync(
                    new FolderTree(arguments.GetRequiredValue(Source)),
                    arguments.GetRequiredValue(Output),
                    arguments.GetValue(Length),
                    cancellationToken);
            return 0;
        });
        return command;
    }
}
