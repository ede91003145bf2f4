using System.CommandLine;
using Maas.Images.Downloads;
using Maas.Images.Import;
using Maas.Images.Library;

namespace ImageTool.Verbs.Import;

/// <summary><c>import drop LIBRARY SOURCE</c>: lets go of a source's files, finished or not, and gives back what nothing else needs.</summary>
internal static class ImportDropVerb
{
    private static readonly Argument<string> Source = new("source") { Description = "The name that list shows." };
    private static readonly Option<bool> Parts = new("--parts") { Description = "Only the parts of files that an import which was stopped has left." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("drop", "Drops what came from a source.") { ImportOptions.Library, Source, Parts };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var library = ImageLibrary.Open(arguments.GetRequiredValue(ImportOptions.Library));
            using var http = Downloader.CreateClient();
            var import = new ImageImport(library, new Downloader(http));
            if (arguments.GetValue(Parts)) await import.DiscardAsync(arguments.GetRequiredValue(Source), cancellationToken);
            else await import.RemoveAsync(arguments.GetRequiredValue(Source), cancellationToken);
            var given = await library.CollectAsync(TimeSpan.Zero, uploadsIdleFor: null, cancellationToken);
            Console.Out.WriteLine($"{given.Blobs} files, {Sizes.Of(given.Bytes)} given back");
            return 0;
        });
        return command;
    }
}
