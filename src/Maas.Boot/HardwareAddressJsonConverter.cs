using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Boot;

/// <summary>Reads and writes a <see cref="HardwareAddress"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class HardwareAddressJsonConverter : JsonConverter<HardwareAddress>
{
    /// <inheritdoc/>
    public override HardwareAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<HardwareAddress>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, HardwareAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override HardwareAddress ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<HardwareAddress>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, HardwareAddress value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
