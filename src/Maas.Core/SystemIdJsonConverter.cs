using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Core;

/// <summary>Reads and writes a <see cref="SystemId"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SystemIdJsonConverter : JsonConverter<SystemId>
{
    /// <inheritdoc/>
    public override SystemId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<SystemId>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SystemId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override SystemId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<SystemId>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, SystemId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
