using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Boot.Dhcp4.Wire;

/// <summary>Reads and writes a <see cref="ClientIdentifier"/> as its text, and as a property's name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ClientIdentifierJsonConverter : JsonConverter<ClientIdentifier>
{
    /// <inheritdoc/>
    public override ClientIdentifier Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<ClientIdentifier>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ClientIdentifier value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override ClientIdentifier ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<ClientIdentifier>(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, ClientIdentifier value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
