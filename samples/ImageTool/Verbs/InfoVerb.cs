using System.CommandLine;
using Maas.Images;
using Maas.Images.Formats.Iso;
using Maas.Images.Formats.Partitions;
using Spectre.Console;

namespace ImageTool.Verbs;

/// <summary><c>info IMAGE</c>: what an image is wrapped in, how it is divided, and what is on it.</summary>
internal static class InfoVerb
{
    private static readonly Argument<string> Image = new("image") { Description = "A disk image, ISO, file system, archive or kernel." };

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("info", "What an image is.") { Image };
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments.GetRequiredValue(Image), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, CancellationToken cancellationToken)
    {
        var address = ImageAddress.Parse(name);
        using var whole = await address.OpenAsync(cancellationToken);
        using var part = address.Partition is null
            ? null
            : await DiskImage.OpenAsync(address.VolumeIn(whole.Volumes).OpenRead(), null, cancellationToken);
        var image = part ?? whole;
        var wrapping = image.Compression.Length == 0 ? "" : $", {image.Compression}";
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{image.Format}[/]{wrapping}, {Sizes.Of(image.Length)}{FileName.Printable(TableOf(image))}");

        var table = new Table().Border(TableBorder.Minimal).AddColumns("#", "Offset", "Size", "Content", "Label", "Type", "Name");
        foreach (var volume in image.Volumes.Where(volume => volume.Partition is not null || volume.Content.Length != 0))
        {
            table.AddRow(new[]
            {
                $"{volume.Number}", $"{volume.Partition?.Offset ?? 0}", Sizes.Of(volume.Length), volume.Content, LabelOf(volume),
                volume.Partition is { } partition ? PartitionTypes.NameOf(partition.Type) : "", volume.Partition?.Name ?? "",
            }.Select(cell => Markup.Escape(FileName.Printable(cell))).ToArray());
        }

        if (table.Rows.Count > 0) AnsiConsole.Write(table);
        foreach (var line in await Description.LinesAsync(image, cancellationToken))
            AnsiConsole.MarkupLineInterpolated($"{FileName.Printable(line)}");
        foreach (var line in BootEntriesOf(image)) AnsiConsole.MarkupLineInterpolated($"{FileName.Printable(line)}");
        return 0;
    }

    private static string TableOf(DiskImage image) =>
        image.Partitions is { } table
            ? $", {table.Scheme.ToString().ToUpperInvariant()} {table.DiskId}{(table.FromBackup ? " (from its backup)" : "")}"
            : "";

    private static string LabelOf(Maas.Images.Disks.Volume volume)
    {
        try
        {
            return volume.HasTree ? volume.OpenTree().Label : "";
        }
        catch (InvalidImageException damaged)
        {
            return $"damaged: {damaged.Message}";
        }
    }

    private static IEnumerable<string> BootEntriesOf(DiskImage image) =>
        image.Volumes[0] is { Content: "iso9660" } iso && iso.OpenTree() is IsoFileTree tree
            ? tree.BootEntries.Select(entry =>
                $"boots {entry.Platform} from byte {entry.Offset}, {entry.SectorCount} "
                    + $"sectors{(entry.IsBootable ? "" : " (not bootable)")}")
            : [];
}
