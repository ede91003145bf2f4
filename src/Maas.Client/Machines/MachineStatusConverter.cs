using System.Text.Json;
using System.Text.Json.Serialization;
using Maas.Client.Json;

namespace Maas.Client.Machines;

/// <summary>The number of a status, also as text.</summary>
internal sealed class MachineStatusConverter : JsonConverter<MaasMachineStatus>
{
    public override MaasMachineStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TolerantInt64Converter.ReadNumber(ref reader) is >= 0 and <= int.MaxValue and var number
            ? (MaasMachineStatus)number
            : throw new JsonException("The number of a status is expected.");

    public override void Write(Utf8JsonWriter writer, MaasMachineStatus value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((int)value);
}
