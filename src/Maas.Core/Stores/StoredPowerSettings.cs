using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Core.Power;

namespace Maas.Core.Stores;

/// <summary>Power settings as the store keeps them, with the values that <see cref="PowerSettingsJsonConverter"/> leaves out.</summary>
internal sealed class StoredPowerSettings : JsonConverter<PowerSettings>
{
    public override PowerSettings Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var type = "";
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var property = reader.GetString();
            reader.Read();
            if (property == nameof(PowerSettings.Type)) type = reader.GetString() ?? "";
            else if (property == nameof(PowerSettings.Parameters)) ReadParameters(ref reader, parameters);
            else reader.Skip();
        }

        return new PowerSettings(type, parameters);
    }

    public override void Write(Utf8JsonWriter writer, PowerSettings value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString(nameof(value.Type), value.Type);
        writer.WriteStartObject(nameof(value.Parameters));
        foreach (var (name, text) in value.Parameters) writer.WriteString(name, text);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void ReadParameters(ref Utf8JsonReader reader, Dictionary<string, string> parameters)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString() ?? "";
            reader.Read();
            parameters[name] = reader.GetString() ?? "";
        }
    }
}
