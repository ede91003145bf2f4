using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Core.Power;

/// <summary>
/// Writes the type and the names of the parameters, with <c>***</c> for each value, and reads none: what was written once holds no
/// password. Which parameters are
/// secret is known to the driver alone, so none is written.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PowerSettingsJsonConverter : JsonConverter<PowerSettings>
{
    /// <inheritdoc/>
    public override PowerSettings Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new JsonException(
            "PowerSettings are written to JSON without the parameters' values and are not read from it. Read a type and a dictionary, "
            + "and make PowerSettings of them.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PowerSettings value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(Name(nameof(value.Type), options), value.Type);
        writer.WriteStartObject(Name(nameof(value.Parameters), options));
        foreach (var name in value.Parameters.Keys) writer.WriteString(name, "***");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Name(string name, JsonSerializerOptions options) => options.PropertyNamingPolicy?.ConvertName(name) ?? name;
}
