using System.Text.Json;
using Maas.Client.Accounts;

namespace MaasNet.Output;

/// <summary>An API key without its secret, as a result.</summary>
internal static class KeyJson
{
    public static JsonElement Of(MaasNamedApiKey key) => JsonSerializer.SerializeToElement(
        new Dictionary<string, JsonElement>
        {
            ["name"] = JsonSerializer.SerializeToElement(key.Name, TextJson.Default.String),
            ["token"] = JsonSerializer.SerializeToElement(key.Key.TokenKey, TextJson.Default.String),
        },
        TextJson.Default.DictionaryStringJsonElement);
}
