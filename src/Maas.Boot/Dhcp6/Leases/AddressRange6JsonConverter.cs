using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>Reads and writes an <see cref="AddressRange6"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AddressRange6JsonConverter : JsonConverter<AddressRange6>
{
    /// <inheritdoc/>
    public override AddressRange6 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<AddressRange6>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AddressRange6 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override AddressRange6 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<AddressRange6>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, AddressRange6 value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
