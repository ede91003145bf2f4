using System.CommandLine;
using Maas.Images.FileTrees;
using Maas.Images.Formats.Fat;
using Maas.Images.Outputs;

namespace ImageTool.Verbs;

/// <summary>
/// <c>build-fat DIR OUT [--label L] [--bits 12|16|32] [--size BYTES]</c>: a FAT volume of a directory; a cloud-init seed is one with the
/// label CIDATA.
/// </summary>
internal static class BuildFatVerb
{
    private static readonly Argument<string> Folder = new("dir") { Description = "What goes in." };
    private static readonly Argument<string> Output = new("out") { Description = "The volume to write." };
    private static readonly Option<string> Label = new("--label")
    {
        Description = "The volume's label (CIDATA for a cloud-init seed).",
        DefaultValueFactory = _ => ""
    };
    private static readonly Option<int?> Bits = Numbers.Option("--bits", "12, 16 or 32; by the size unless given.");
    private static readonly Option<long?> Size = Numbers.SizeOption("--size", "The volume's size; what the files need unless given");
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("build-fat", "Makes a FAT volume of a directory.") { Folder, Output, Label, Bits, Size, Force };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var builder = new FatBuilder
            {
                Label = arguments.GetRequiredValue(Label),
                Bits = arguments.GetValue(Bits),
                Length = arguments.GetValue(Size),
            };
            builder.AddTree(new FolderTree(arguments.GetRequiredValue(Folder)));
            await using var volume = builder.Build();
            await ImageOutput.WriteAsync(
                arguments.GetRequiredValue(Output), volume, OutputOption.Of(arguments.GetValue(Force)), cancellationToken);
            return 0;
        });
        return command;
    }
}
