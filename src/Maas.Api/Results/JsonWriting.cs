using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Maas.Api.Results;

/// <summary>What the shapes write again and again.</summary>
internal static class JsonWriting
{
    /// <summary>
    /// As MAAS writes JSON: an apostrophe or a letter outside ASCII is not escaped. No answer is HTML, so nothing has to be kept from a
    /// browser.
    /// </summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A time of this server's own operations, <c>2026-03-01T12:00:00.000Z</c>.</summary>
    public static string TimeOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    extension(Utf8JsonWriter json)
    {
        /// <summary>A list of texts; empty, never null.</summary>
        public void WriteTexts(string name, IEnumerable<string> texts)
        {
            json.WriteStartArray(name);
            foreach (var text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }

        /// <summary>An object of texts.</summary>
        public void WriteTexts(string name, IReadOnlyDictionary<string, string> texts)
        {
            json.WriteStartObject(name);
            foreach (var (key, value) in texts) json.WriteString(key, value);
            json.WriteEndObject();
        }

        /// <summary>Lists of which there is nothing to tell.</summary>
        public void WriteEmptyLists(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                json.WriteStartArray(name);
                json.WriteEndArray();
            }
        }
    }
}
