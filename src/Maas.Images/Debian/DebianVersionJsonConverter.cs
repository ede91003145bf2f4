using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Images.Debian;

/// <summary>Reads and writes a <see cref="DebianVersion"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class DebianVersionJsonConverter : JsonConverter<DebianVersion>
{
    /// <inheritdoc/>
    public override DebianVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<DebianVersion>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DebianVersion value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override DebianVersion ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<DebianVersion>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, DebianVersion value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
