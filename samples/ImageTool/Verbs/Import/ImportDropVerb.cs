using System.CommandLine;
using Maas.Images.Downloads;
using Maas.Images.Import;

namespace ImageTool.Verbs.Import;

/// <summary>
/// <c>import drop LIBRARY SOURCE</c>: lets go of a source's files, finished or not, and gives back what nothing else needs.
/// </summary>
internal static class ImportDropVerb
{
    private static readonly Argument<string> Source = new("source") { Description = "The name that list shows." };
    private static readonly Option<bool> Parts = new("--parts")
    {
        Description = "Only the parts of files that an import which was stopped has left."
    };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("drop", "Drops what came from a source.") { ImportOptions.Library, Source, Parts };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var (library, source) = (ImportOptions.OpenExisting(arguments), arguments.GetRequiredValue(Source));
            if (!library.HasImport(source))
                throw new FileNotFoundException(
                    $"{arguments.GetRequiredValue(ImportOptions.Library)} has nothing from {source}; import list shows what it has.");
            using var http = Downloader.CreateClient();
            var import = new ImageImport(library, new Downloader(http));
            if (arguments.GetValue(Parts)) await import.DiscardAsync(source, cancellationToken);
            else await import.RemoveAsync(source, cancellationToken);
            var given = await library.CollectAsync(TimeSpan.Zero, uploadsIdleFor: null, cancellationToken);
            Console.Out.WriteLine($"{given.Blobs} files, {Sizes.Of(given.Bytes)} given back");
            return 0;
        });
        return command;
    }
}
