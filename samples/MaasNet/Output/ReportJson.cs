using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaasNet.Output;

/// <summary>JSON without reflection.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ReportJson : JsonSerializerContext;
