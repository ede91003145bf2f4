using Maas.Core.Configuration;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemorySettingStore(InMemoryDatabase database) : ISettingStore
{
    public Task<string?> GetAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.Settings.GetValueOrDefault(name), cancellationToken);

    public Task<bool> ReplaceAsync(string name, string? read, string json, CancellationToken cancellationToken) => database.WriteAsync(
        state => state.Settings.GetValueOrDefault(name) == read
            ? (state with { Settings = state.Settings.SetItem(name, json) }, true)
            : (state, false),
        cancellationToken);

    public Task SetAsync(string name, string json, CancellationToken cancellationToken) =>
        database.WriteAsync(state => (state with { Settings = state.Settings.SetItem(name, json) }, true), cancellationToken);

    public Task<string> GetOrAddAsync(string name, string json, CancellationToken cancellationToken) => database.WriteAsync(
        state => state.Settings.GetValueOrDefault(name) is { } known
            ? (state, known)
            : (state with { Settings = state.Settings.SetItem(name, json) }, json),
        cancellationToken);
}
