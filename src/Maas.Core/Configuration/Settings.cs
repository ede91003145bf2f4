using System.Text.Json;

namespace Maas.Core.Configuration;

/// <summary>The server's settings by name, each a JSON value.</summary>
public sealed class Settings
{
    private readonly ISettingStore store;

    internal Settings(ISettingStore store) => this.store = store;

    /// <summary>The setting as JSON text, or <see langword="null"/> when it was never set.</summary>
    public Task<string?> GetAsync(string name, CancellationToken cancellationToken = default) => store.GetAsync(name, cancellationToken);

    /// <summary>Sets it.</summary>
    /// <exception cref="JsonException"><paramref name="json"/> is not JSON.</exception>
    public async Task SetAsync(string name, string json, CancellationToken cancellationToken = default)
    {
        using var value = JsonDocument.Parse(json);
        await store.SetAsync(name, value.RootElement.GetRawText(), cancellationToken).ConfigureAwait(false);
    }
}
