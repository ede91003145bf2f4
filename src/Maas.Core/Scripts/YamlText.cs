using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Maas.Core.Scripts;

/// <summary>
/// Reads a YAML mapping that a script or a machine wrote: at most 64 KiB, 16 levels deep, and without aliases, which could make a short
/// text a very long one.
/// </summary>
internal static class YamlText
{
    private const int Deepest = 16;
    private const int Longest = 64 * 1024;

    /// <summary>No members.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Empty { get; } = new Dictionary<string, JsonElement>();

    /// <summary>Reads the members of the one document as JSON; a document that is not a mapping has none.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="members">The members; of those with the same name, the first.</param>
    /// <param name="reason">Why the text cannot be read.</param>
    public static bool TryRead(string yaml, out IReadOnlyDictionary<string, JsonElement> members, out string reason) =>
        TryRead(yaml, out members, out reason, out _);

    /// <summary>The same, with the place at which the text cannot be read.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="members">The members.</param>
    /// <param name="reason">Why the text cannot be read.</param>
    /// <param name="line">The line, 1 upward; 0 when no line is at fault.</param>
    public static bool TryRead(string yaml, out IReadOnlyDictionary<string, JsonElement> members, out string reason, out int line)
    {
        (members, reason, line) = (Empty, "", 0);
        Parser? parser = null;
        try
        {
            if (yaml.Length > Longest) throw new YamlException("the text is too long.");
            var json = new ArrayBufferWriter<byte>();
            parser = new Parser(new StringReader(yaml));
            using (var writer = new Utf8JsonWriter(json)) Convert(parser, writer);
            using var document = JsonDocument.Parse(json.WrittenMemory);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                members = document.RootElement.EnumerateObject()
                    .DistinctBy(member => member.Name).ToDictionary(member => member.Name, member => member.Value.Clone());
            return true;
        }
        catch (Exception exception) when (exception is YamlException or JsonException or ArgumentException or InvalidOperationException)
        {
            reason = LogText.From(exception.Message, 200);
            // The parser names no line in some of its errors, such as that of a list which is not closed: then the last one that it read.
            line = exception is YamlException { Start.Line: > 0 and var at } ? (int)at : (int)(parser?.Current?.End.Line ?? 0);
            return false;
        }
    }

    private static void Convert(Parser parser, Utf8JsonWriter json)
    {
        parser.Consume<StreamStart>();
        if (!parser.Accept<DocumentStart>(out _))
        {
            json.WriteNullValue();
            return;
        }

        parser.Consume<DocumentStart>();
        WriteNode(parser, json, 0);
        parser.Consume<DocumentEnd>();
    }

    private static void WriteNode(Parser parser, Utf8JsonWriter json, int depth)
    {
        if (depth > Deepest) throw Refuse(parser, "it is nested too deeply.");
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            WriteScalar(scalar, json);
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            json.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) WriteNode(parser, json, depth + 1);
            json.WriteEndArray();
        }
        else if (parser.TryConsume<MappingStart>(out _))
        {
            json.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                json.WritePropertyName(parser.Consume<Scalar>().Value);
                WriteNode(parser, json, depth + 1);
            }

            json.WriteEndObject();
        }
        else
        {
            throw Refuse(parser, "aliases are not supported.");
        }
    }

    private static YamlException Refuse(Parser parser, string reason) =>
        parser.Current is { } at ? new YamlException(at.Start, at.End, reason) : new YamlException(reason);

    private static void WriteScalar(Scalar scalar, Utf8JsonWriter json)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain) json.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL") json.WriteNullValue();
        else if (text.ToLowerInvariant() is "true" or "yes" or "on") json.WriteBooleanValue(true);
        else if (text.ToLowerInvariant() is "false" or "no" or "off") json.WriteBooleanValue(false);
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            json.WriteNumberValue(number);
        else json.WriteStringValue(text);
    }
}
