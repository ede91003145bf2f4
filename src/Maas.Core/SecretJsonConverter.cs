using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Core;

/// <summary>Writes <c>***</c> for any <see cref="Secret"/>, and reads none: what was written once holds no secret.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SecretJsonConverter : JsonConverter<Secret>
{
    /// <inheritdoc/>
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException("A Secret is written to JSON as *** and is not read from it. Read a string, and make a Secret of it.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
