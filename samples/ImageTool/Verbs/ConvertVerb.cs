using System.CommandLine;
using Spectre.Console;

namespace ImageTool.Verbs;

/// <summary><c>convert IN OUT</c>: any disk image, unpacked and unwrapped, as a raw one.</summary>
internal static class ConvertVerb
{
    private static readonly Argument<string> Image = new("in") { Description = "A disk image in any format." };
    private static readonly Argument<string> Output = new("out") { Description = "The raw image to write." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("convert", "Writes a disk image as a raw one, zeros as holes.") { Image, Output };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetRequiredValue(Image), arguments.GetRequiredValue(Output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string input, string output, CancellationToken cancellationToken)
    {
        using var image = await ImageAddress.Parse(input).OpenAsync(cancellationToken);
        await AnsiConsole.Progress().StartAsync(async screen =>
        {
            var bar = screen.AddTask("writing", maxValue: Math.Max(1, image.Length));
            await image.WriteRawAsync(output, new Progress<long>(done => bar.Value = done), cancellationToken);
        });
        return 0;
    }
}
