using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace MaasNet.Output;

/// <summary>
/// Writes results: tables for people, JSON for programs. Texts of the server are never markup, and lose their control characters.
/// </summary>
internal sealed class Report(bool json)
{
    private static readonly JsonWriterOptions S_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IAnsiConsole _console = CreateConsole(Console.Out);

    /// <summary>Whether results are JSON.</summary>
    public bool IsJson => json;

    /// <summary>The console for progress bars and tables.</summary>
    public IAnsiConsole Terminal => _console;

    /// <summary>Writes a list: an array, or a table with a row for each element.</summary>
    public void List(IReadOnlyList<JsonElement> items, params IReadOnlyList<Column> columns)
    {
        if (json)
        {
            WriteJson(writer =>
            {
                writer.WriteStartArray();
                foreach (var item in items) item.WriteTo(writer);
                writer.WriteEndArray();
            });
            return;
        }

        if (items.Count == 0)
        {
            Line("none");
            return;
        }

        var table = new Table().Border(TableBorder.None);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column.Title, new Style(decoration: Decoration.Bold))).NoWrap());
        foreach (var item in items) table.AddRow(columns.Select(column => new Text(Clean(column.TextOf(item)))));
        _console.Write(table);
    }

    /// <summary>Writes one object: JSON, or a line for each field.</summary>
    public void Object(JsonElement item, params IReadOnlyList<Column> fields)
    {
        if (json)
        {
            WriteJson(item.WriteTo);
            return;
        }

        var grid = new Grid().AddColumn().AddColumn();
        foreach (var field in fields.Where(field => field.TextOf(item).Length > 0))
            grid.AddRow(new Text(field.Title, new Style(decoration: Decoration.Bold)), new Text(Clean(field.TextOf(item))));
        _console.Write(grid);
    }

    /// <summary>Writes one object on one line, for commands that write objects as they come.</summary>
    public void Stream(JsonElement item, string text)
    {
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(item, ReportJson.Default.JsonElement));
        else Line(text);
    }

    /// <summary>Writes what a command did: a line for people, or an object for programs.</summary>
    public void Result(string text, params IReadOnlyList<(string Name, JsonNode? Value)> fields)
    {
        if (!json)
        {
            Line(text);
            return;
        }

        WriteJson(writer => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))).WriteTo(writer));
    }

    /// <summary>Writes a line for people; nothing where results are JSON.</summary>
    public void Line(string text)
    {
        if (!json) _console.WriteLine(Clean(text));
    }

    /// <summary>Writes a line on standard error.</summary>
    public static void Error(string text) => Console.Error.WriteLine("maas-net: " + Clean(text));

    /// <summary>A text without control characters, which could redraw the terminal.</summary>
    internal static string Clean(string text)
    {
        if (!text.Any(letter => char.IsControl(letter) && letter != '\n')) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var letter in text) clean.Append(char.IsControl(letter) && letter != '\n' ? '\uFFFD' : letter);
        return clean.ToString();
    }

    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (Console.IsOutputRedirected) console.Profile.Width = 10_000; // a line is a line in a pipe
        return console;
    }

    private static void WriteJson(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, S_indented)) write(writer);
        Console.Out.WriteLine(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }
}
