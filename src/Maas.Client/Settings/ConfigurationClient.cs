using System.Text.Json;
using Maas.Client.Http;

namespace Maas.Client.Settings;

/// <summary>The settings of the server, such as <c>maas_name</c> and <c>ntp_servers</c>.</summary>
public sealed class ConfigurationClient
{
    private readonly MaasConnection _connection;

    internal ConfigurationClient(MaasConnection connection) => _connection = connection;

    /// <summary>Reads a setting: a text, a number, a switch or null.</summary>
    /// <exception cref="MaasApiException">400: there is no such setting.</exception>
    public async Task<JsonElement> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        var query = new MaasForm().Add("op", "get_config").Add("name", name);
        using var json = await _connection.GetAsync<JsonDocument>("maas/", query, cancellationToken).ConfigureAwait(false);
        return json.RootElement.Clone();
    }

    /// <summary>Changes a setting.</summary>
    /// <exception cref="MaasApiException">400: there is no such setting, or the value is wrong.</exception>
    public Task SetAsync(string name, string value, CancellationToken cancellationToken = default) =>
        _connection.PostAsync("maas/?op=set_config", new MaasForm().Add("name", name).Add("value", value), cancellationToken);
}
