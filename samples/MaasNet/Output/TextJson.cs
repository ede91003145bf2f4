using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaasNet.Output;

/// <summary>JSON of this program's own results.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class TextJson : JsonSerializerContext;
