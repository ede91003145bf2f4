using System.Globalization;
using System.Text.Json;

namespace Maas.Power.Redfish;

/// <summary>Reads the properties of a resource; what is missing or of another kind is null.</summary>
internal static class RedfishJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    public static bool TryParse(ReadOnlyMemory<byte> body, out JsonElement root)
    {
        root = default;
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return false;
            root = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    extension(JsonElement resource)
    {
        public JsonElement? Property(string name) =>
            resource.ValueKind == JsonValueKind.Object
            && resource.TryGetProperty(name, out var value)
            && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                ? value
                : null;

        /// <summary>A text in one line, fit for a log; null when it is empty.</summary>
        public string? Text(string name) =>
            resource.Property(name) is { ValueKind: JsonValueKind.String } value && LogText.From(value.GetString()) is { Length: > 0 } text
                ? text
                : null;

        public double? Number(string name) => resource.Property(name) is not { } value ? null : value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
            // Some services write numbers as texts.
            JsonValueKind.String when double.TryParse(
                value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
            _ => null,
        };

        public int? Integer(string name) =>
            resource.Number(name) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : null;

        public long? Long(string name) => resource.Number(name) is { } number and >= 0 and < 9e18 ? (long)number : null;

        public DateTimeOffset? Time(string name) =>
            resource.Text(name) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : null;

        /// <summary>
        /// The path of a link (<c>{"@odata.id": "…"}</c>), of this service: a link to another host is not followed, since requests carry
        /// credentials.
        /// </summary>
        public string? Link(string name) => resource.Property(name)?.Id();

        public string? Id() =>
            resource.Property("@odata.id") is { ValueKind: JsonValueKind.String } value
            && value.GetString() is { Length: < 1024 } path
            && path.StartsWith('/')
            && !path.StartsWith("//", StringComparison.Ordinal)
            && !path.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\')
                ? path
                : null;

        public IEnumerable<JsonElement> Items(string name) =>
            resource.Property(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

        public IReadOnlyList<string> Links(string name) => [.. resource.Items(name).Select(item => item.Id()).OfType<string>()];

        public IReadOnlyList<string> Texts(string name) =>
            [.. resource.Items(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => LogText.From(item.GetString()))];
    }
}
