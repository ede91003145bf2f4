using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Client.Json;

// Servers of different versions give the same member different types (a size as 1.5e12, a number as text, null for 0). The documented
// type is what a record has; these converters accept the others and refuse what no version sends.

/// <summary>An integer, also as text, as a number with a fraction, or null (0).</summary>
internal sealed class TolerantInt64Converter : JsonConverter<long>
{
    public override bool HandleNull => true;

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadNumber(ref reader);

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    internal static long ReadNumber(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => 0,
        JsonTokenType.False => 0,
        JsonTokenType.True => 1,
        JsonTokenType.Number => reader.TryGetInt64(out var whole) ? whole : Truncated(reader.GetDouble()),
        JsonTokenType.String => OfText(reader.GetString() ?? ""),
        _ => throw new JsonException($"A number is expected, not {reader.TokenType}."),
    };

    private static long OfText(string text)
    {
        if (text.Length == 0) return 0;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? Truncated(number)
            : throw new JsonException("A number is expected, not a text.");
    }

    private static long Truncated(double number) =>
        number is > long.MinValue and < long.MaxValue ? (long)number : throw new JsonException("The number is too large.");
}

/// <summary>The same, in 32 bits.</summary>
internal sealed class TolerantInt32Converter : JsonConverter<int>
{
    public override bool HandleNull => true;

    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TolerantInt64Converter.ReadNumber(ref reader) is >= int.MinValue and <= int.MaxValue and var number
            ? (int)number
            : throw new JsonException("The number is too large.");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A number with a fraction, also as text or null (0).</summary>
internal sealed class TolerantDoubleConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => 0,
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.String when reader.GetString() is not { Length: > 0 } => 0,
            JsonTokenType.String when double.TryParse(
                reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw new JsonException($"A number is expected, not {reader.TokenType}."),
        };

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A switch, also as 0, 1, a text or null (false).</summary>
internal sealed class TolerantBooleanConverter : JsonConverter<bool>
{
    public override bool HandleNull => true;

    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        JsonTokenType.Number => reader.GetDouble() != 0,
        JsonTokenType.String => reader.GetString()?.ToUpperInvariant() switch
        {
            "TRUE" or "1" or "ON" or "YES" => true,
            "FALSE" or "0" or "OFF" or "NO" or "" => false,
            _ => throw new JsonException("true or false is expected, not a text."),
        },
        _ => throw new JsonException($"true or false is expected, not {reader.TokenType}."),
    };

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}

/// <summary>A text, also as a number or a switch.</summary>
internal sealed class TolerantTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadText(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() ?? "";

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value);

    internal static string? ReadText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Number => Raw(ref reader),
        _ => throw new JsonException($"A text is expected, not {reader.TokenType}."),
    };

    internal static string Raw(ref Utf8JsonReader reader)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return value.RootElement.GetRawText();
    }
}

/// <summary>A list of texts, also as null (empty) or one text with commas or spaces.</summary>
internal sealed class TextListConverter : JsonConverter<IReadOnlyList<string>>
{
    public override bool HandleNull => true;

    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return [];
            case JsonTokenType.String:
                return (reader.GetString() ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
            case JsonTokenType.StartArray:
                List<string> texts = [];
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    if (TolerantTextConverter.ReadText(ref reader) is { } text) texts.Add(text);
                return texts;
            default:
                throw new JsonException($"A list is expected, not {reader.TokenType}.");
        }
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var text in value) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}

/// <summary>An object of texts, also as null or "" (empty). A value that is not a text becomes its JSON.</summary>
internal sealed class TextMapConverter : JsonConverter<IReadOnlyDictionary<string, string>>
{
    public override bool HandleNull => true;

    public override IReadOnlyDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.GetString() is "")) return map;
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"An object is expected, not {reader.TokenType}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            map[name] = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray
                ? TolerantTextConverter.Raw(ref reader)
                : TolerantTextConverter.ReadText(ref reader) ?? "";
        }

        return map;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in value) writer.WriteString(name, text);
        writer.WriteEndObject();
    }
}
