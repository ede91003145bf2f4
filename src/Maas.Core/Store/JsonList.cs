using System.Text.Json;

namespace Maas.Core.Store;

/// <summary>
/// A list as one parameter, an array in JSON: <c>IN (SELECT value FROM json_each(@names))</c>. SQLite limits the number of parameters.
/// </summary>
internal static class JsonList
{
    public static string Of(IEnumerable<string> values) => JsonSerializer.Serialize(values, CoreJson.Default.IEnumerableString);

    public static string Of(IEnumerable<int> values) => $"[{string.Join(',', values)}]";
}
