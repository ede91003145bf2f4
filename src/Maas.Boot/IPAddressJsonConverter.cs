using System.ComponentModel;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Boot;

/// <summary>
/// Reads and writes an <see cref="IPAddress"/> as its text. Without a converter, <see cref="JsonSerializer"/> throws at one.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class IPAddressJsonConverter : JsonConverter<IPAddress>
{
    /// <inheritdoc/>
    public override IPAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonText.Read<IPAddress>(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
