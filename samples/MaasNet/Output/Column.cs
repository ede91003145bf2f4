using System.Globalization;
using System.Text.Json;

namespace MaasNet.Output;

/// <summary>A column of a table: a title, and the text of one object.</summary>
internal sealed record Column(string Title, Func<JsonElement, string> TextOf)
{
    /// <summary>A field by its path, such as <c>zone.name</c>; empty where it is absent.</summary>
    public static Column Of(string title, string path) => new(title, item => Text(item, path));

    /// <summary>A field of an object as text; lists have commas between their elements.</summary>
    public static string Text(JsonElement item, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out var inner)) return "";
            item = inner;
        }

        return Text(item);
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Number => value.GetDouble().ToString("0.##", CultureInfo.InvariantCulture),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object => value.TryGetProperty("name", out var name) ? Text(name) : "",
        _ => "",
    };
}
