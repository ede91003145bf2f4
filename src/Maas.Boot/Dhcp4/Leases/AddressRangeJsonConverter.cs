using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>Reads and writes an <see cref="AddressRange"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AddressRangeJsonConverter : JsonConverter<AddressRange>
{
    /// <inheritdoc/>
    public override AddressRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<AddressRange>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AddressRange value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override AddressRange ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<AddressRange>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, AddressRange value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
