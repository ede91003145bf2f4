using System.Text.Json.Serialization;
using Maas.Core.Nodes;

namespace Maas.Core.Stores;

/// <summary>
/// How a machine's document is written. Enums by name: a document outlives a renumbering, and a person can read it. With all secrets,
/// unlike any other JSON
/// that a machine is written to.
/// </summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(StoredPowerSettings)])]
[JsonSerializable(typeof(Machine))]
internal sealed partial class CoreJson : JsonSerializerContext;
