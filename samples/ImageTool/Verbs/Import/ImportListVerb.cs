using System.CommandLine;
using Maas.Images;
using Maas.Images.Library;
using Spectre.Console;

namespace ImageTool.Verbs.Import;

/// <summary><c>import list LIBRARY</c>: what is there, by source.</summary>
internal static class ImportListVerb
{
    public static Command Command { get; } = Make();

    public static void Show(ImportRecord? record)
    {
        if (record is null or { Files.Count: 0 }) return; // what was dropped is remembered for its age alone
        AnsiConsole.MarkupLineInterpolated($"[bold]{FileName.Printable(record.Source)}[/], {record.ImportedAt:u}");
        var table = new Table().Border(TableBorder.Minimal).AddColumns("File", "Size", "SHA-256");
        foreach (var file in record.Files)
            table.AddRow(Markup.Escape(FileName.Printable(file.Name)), Sizes.Of(file.Length), $"{file.Digest}");
        AnsiConsole.Write(table);
    }

    private static Command Make()
    {
        var command = new Command("list", "What a library holds, by source.") { ImportOptions.Library };
        command.SetAction(arguments =>
        {
            foreach (var record in ImportOptions.OpenExisting(arguments).Imports()) Show(record);
            return 0;
        });
        return command;
    }
}
