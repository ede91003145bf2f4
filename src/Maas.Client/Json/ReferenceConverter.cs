using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Maas.Client.Json;

/// <summary>An object inside of another one, which some servers give by its number or name only.</summary>
internal abstract class ReferenceConverter<T> : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.StartObject => JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T))),
        JsonTokenType.String => reader.GetString() is { Length: > 0 } name ? OfName(name) : null,
        JsonTokenType.Number => OfNumber(TolerantInt64Converter.ReadNumber(ref reader)),
        _ => throw new JsonException($"An object is expected, not {reader.TokenType}."),
    };

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));

    protected virtual T OfName(string name) => throw new JsonException("An object is expected, not a text.");

    protected virtual T OfNumber(long number) => throw new JsonException("An object is expected, not a number.");
}
