using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maas.Sql;

/// <summary>
/// A list as one parameter, an array in JSON: <c>IN (SELECT value FROM json_each(@names))</c> in SQLite's
/// dialect (<see cref="SqlDialect.Texts"/>). SQLite limits the number of parameters.
/// </summary>
internal static partial class JsonList
{
    public static string Of(IEnumerable<string> values) => JsonSerializer.Serialize(values, ListJson.Default.IEnumerableString);

    public static string Of(IEnumerable<int> values) => $"[{string.Join(',', values)}]";

    public static string Of(IEnumerable<long> values) => $"[{string.Join(',', values)}]";

    [JsonSerializable(typeof(IEnumerable<string>))]
    private sealed partial class ListJson : JsonSerializerContext;
}
