using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Core.Network.Interfaces;

/// <summary>Writes the address of a link as its text.</summary>
internal sealed class LinkAddressConverter : JsonConverter<IPAddress>
{
    public override IPAddress? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPAddress.TryParse(reader.GetString(), out var address) ? address : throw new JsonException("This is not an IP address.");

    public override void Write(Utf8JsonWriter writer, IPAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
