using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Core.Configuration;

/// <summary>A secret as the store keeps it: its text, which was encrypted before.</summary>
internal sealed class StoredSecretJsonConverter : JsonConverter<Secret>
{
    /// <inheritdoc/>
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Reveal());
}
