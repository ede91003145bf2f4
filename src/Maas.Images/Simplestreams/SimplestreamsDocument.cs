using System.Globalization;
using System.Text.Json;
using Maas.Images.Downloads;

namespace Maas.Images.Simplestreams;

/// <summary>
/// A document of streams version 1, whose signature has been checked.
/// <code>
/// index:1.0     { updated, index: { CONTENT_ID: { format, datatype, path, updated, products: [] } } }
/// products:1.0 { updated, content_id, products: { PRODUCT: { versions: { VERSION: { items: { ITEM: { ftype, path, size, sha256 } } } } } }
/// }
/// </code>
/// Each level's plain attributes hold for those below it. A duplicate name, which readers interpret differently, is refused.
/// </summary>
internal sealed class SimplestreamsDocument : IDisposable
{
    private const int LongestAttribute = 1024;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };
    private readonly JsonDocument _json;
    private readonly string _location;

    private SimplestreamsDocument(JsonDocument json, string location, DateTimeOffset updated) =>
        (_json, _location, Updated) = (json, location, updated);

    /// <summary>When the mirror's owner last changed it.</summary>
    public DateTimeOffset Updated { get; }

    public static SimplestreamsDocument Parse(string text, string format, string location)
    {
        JsonDocument? json = null;
        try
        {
            json = JsonDocument.Parse(text, Strict);
            RequireText(json.RootElement);
            if (Text(json.RootElement, "format") != format) throw new UntrustedArchiveException(location, $"its format is not {format}");
            if (Time(Text(json.RootElement, "updated")) is not { } updated)
                throw new UntrustedArchiveException(location, "it does not say when it was updated");
            return new SimplestreamsDocument(json, location, updated);
        }
        catch (Exception fault)
        {
            json?.Dispose();
            throw fault is JsonException or InvalidOperationException
                ? new UntrustedArchiveException(location, "it is no JSON as it should be", fault)
                : fault;
        }
    }

    /// <summary>The product documents that an index names, with the moment it says they were updated.</summary>
    public IReadOnlyList<(string ContentId, string Path, DateTimeOffset? Updated)> Entries() =>
    [
        .. Members(_json.RootElement, "index")
            .Where(entry => Text(entry.Value, "format") == "products:1.0" && Text(entry.Value, "datatype") is "image-downloads")
            .Select(entry =>
                (entry.Name, Text(entry.Value, "path") ?? throw Wrong($"{entry.Name} has no path"), Time(Text(entry.Value, "updated")))),
    ];

    /// <summary>The newest version of every product, wanted or not.</summary>
    public IEnumerable<(string Product, string Version)> Newest() =>
        from product in Members(_json.RootElement, "products")
        let newest = Members(product.Value, "versions").Select(version => version.Name).Max(SimplestreamsVersion.Order)
        where newest is not null
        select (product.Name, newest);

    /// <summary>The wanted items: of each product the newest versions that have any.</summary>
    public IEnumerable<SimplestreamsItem> Items(SimplestreamsFilter filter)
    {
        var top = Attributes(_json.RootElement, []);
        foreach (var product in Members(_json.RootElement, "products"))
        {
            var common = Attributes(product.Value, top);
            if (!filter.AdmitsProduct(common)) continue;
            var versions =
                from version in Members(product.Value, "versions").OrderByDescending(version => version.Name, SimplestreamsVersion.Order)
                           let items = ItemsOf(product.Name, version, common, filter)
                           where items.Count > 0
                           select items;
            foreach (var items in versions.Take(filter.Versions)) foreach (var item in items) yield return item;
        }
    }

    public void Dispose() => _json.Dispose();

    private List<SimplestreamsItem> ItemsOf(
        string product,
        JsonProperty version,
        Dictionary<string, string> common,
        SimplestreamsFilter filter)
    {
        var inherited = Attributes(version.Value, common);
        List<SimplestreamsItem> found = [];
        foreach (var item in Members(version.Value, "items"))
        {
            var attributes = Attributes(item.Value, inherited);
            if (!filter.AdmitsItem(attributes)) continue;
            var name = $"{product}/{version.Name}/{item.Name}";
            var size = item.Value.TryGetProperty("size", out var number)
                && number.ValueKind == JsonValueKind.Number
                && number.TryGetInt64(out var bytes)
                && bytes >= 0
                ? bytes : throw Wrong($"{name} has no size");
            found.Add(new SimplestreamsItem(
                name,
                Text(item.Value, "path") ?? throw Wrong($"{name} has no path"),
                Text(item.Value, "sha256") is { Length: 64 } hash && Downloads.ContentHash.TryParse(hash, out var sha256)
                    ? sha256
                    : throw Wrong($"{name} has no SHA-256"),
                size,
                attributes));
        }

        return found;
    }

    private static Dictionary<string, string> Attributes(JsonElement element, Dictionary<string, string> inherited)
    {
        var attributes = new Dictionary<string, string>(inherited, StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name is "path" or "size" or "md5" or "sha256" or "sha512" or "format" or "updated") continue;
            var value = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => null,
            };
            if (value is { Length: <= LongestAttribute }) attributes[member.Name] = value;
        }

        return attributes;
    }

    private IEnumerable<JsonProperty> Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out var members)
            && members.ValueKind == JsonValueKind.Object
            && members.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.Object)
                ? members.EnumerateObject()
                : throw Wrong($"its {name} are no objects");

    private UntrustedArchiveException Wrong(string reason) => new(_location, reason);

    // "\ud800" alone is JSON and not text: reading it as a string throws. It is better to throw here than anywhere later.
    private static void RequireText(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) RequireText(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    RequireText(member.Value);
                }

                break;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // "Tue, 25 Jun 2024 14:23:45 +0000"
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(
            text is [.., '+' or '-', _, _, _, _] ? $"{text[..^2]}:{text[^2..]}" : text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time)
            ? time
            : null;
}

/// <summary>One file of one version of one product.</summary>
internal sealed record SimplestreamsItem(
    string Name,
    string Path,
    Downloads.ContentHash Sha256,
    long Size,
    IReadOnlyDictionary<string, string> Attributes);
