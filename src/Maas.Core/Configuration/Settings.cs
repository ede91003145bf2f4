using System.Text.Json;

namespace Maas.Core.Configuration;

/// <summary>The server's settings by name, each a JSON value. <see cref="SettingCatalogue"/> lists them.</summary>
public sealed class Settings
{
    private readonly ISettingStore _store;

    internal Settings(ISettingStore store) => _store = store;

    /// <summary>
    /// The setting as JSON text: as it was set, else its default; <see langword="null"/> for a name that is no setting's.
    /// </summary>
    public async Task<string?> GetAsync(string name, CancellationToken cancellationToken = default) =>
        SettingCatalogue.Find(name) is not { } setting ? await _store.GetAsync(name, cancellationToken).ConfigureAwait(false)
        : setting.FixedBecause is not null ? setting.Default
        : await _store.GetAsync(setting.Name, cancellationToken).ConfigureAwait(false) ?? setting.Default;

    /// <summary>Changes a setting to a value as clients write it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value: <c>true</c>, <c>30</c>, a text without quotes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why nothing was changed, in words; <see langword="null"/> when it was.</returns>
    public async Task<string?> ChangeAsync(string name, string value, CancellationToken cancellationToken = default)
    {
        if (SettingCatalogue.Find(name) is not { } setting) return SettingCatalogue.UnknownName(name);
        if (setting.Read(value, out var json) is { } reason) return reason;
        if (setting.FixedBecause is null) await _store.SetAsync(setting.Name, json, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Sets a value of a host's own, under a name that is no setting of MAAS's.</summary>
    /// <exception cref="JsonException"><paramref name="json"/> is not JSON.</exception>
    /// <exception cref="ArgumentException">The name is one of <see cref="SettingCatalogue"/>'s: use <see cref="ChangeAsync"/>, which
    /// knows its type.</exception>
    public async Task SetAsync(string name, string json, CancellationToken cancellationToken = default)
    {
        if (SettingCatalogue.Find(name) is not null)
            throw new ArgumentException($"{name} is one of MAAS's settings: change it with {nameof(ChangeAsync)}.", nameof(name));
        using var value = JsonDocument.Parse(json);
        await _store.SetAsync(name, value.RootElement.GetRawText(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a setting is <c>true</c>.</summary>
    internal async Task<bool> IsOnAsync(string name, CancellationToken cancellationToken) =>
        await GetAsync(name, cancellationToken).ConfigureAwait(false) == "true";

    /// <summary>A text; empty when it was never set.</summary>
    internal async Task<string> GetTextAsync(string name, CancellationToken cancellationToken)
    {
        if (await GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } json) return "";
        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString() ?? "" : "";
    }
}
