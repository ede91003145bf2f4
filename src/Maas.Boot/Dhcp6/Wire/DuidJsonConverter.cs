using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Boot.Dhcp6.Wire;

/// <summary>Reads and writes a <see cref="Duid"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class DuidJsonConverter : JsonConverter<Duid>
{
    /// <inheritdoc/>
    public override Duid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<Duid>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Duid value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override Duid ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<Duid>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Duid value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
