using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Core.Fleet;

namespace Maas.Core.Store;

/// <summary>How a machine's document is written. Enums by name: a document outlives a renumbering, and a person can read it.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SystemIdConverter), typeof(MacAddressConverter)])]
[JsonSerializable(typeof(Machine))]
[JsonSerializable(typeof(IEnumerable<string>))]
internal sealed partial class CoreJson : JsonSerializerContext;

internal sealed class SystemIdConverter : JsonConverter<SystemId>
{
    public override SystemId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => SystemId.Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, SystemId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class MacAddressConverter : JsonConverter<MacAddress>
{
    public override MacAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => MacAddress.Parse(reader.GetString());

    public override void Write(Utf8JsonWriter writer, MacAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
