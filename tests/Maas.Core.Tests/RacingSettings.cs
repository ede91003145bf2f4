using Maas.Core.Configuration;
using Maas.Core.Stores;

namespace Maas.Core.Tests;

/// <summary>Settings of which several callers read one, and only then write it: what processes that start together do.</summary>
/// <param name="store">The settings.</param>
/// <param name="setting">Which setting.</param>
/// <param name="callers">How many callers read it before one goes on.</param>
internal sealed class RacingSettings(ISettingStore store, string setting, int callers) : ISettingStore
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _reads;

    public static IMaasStore Over(IMaasStore store, string setting, int callers) =>
        StorePart.Replace<ISettingStore>(store, new RacingSettings(store.Settings, setting, callers));

    public async Task<string?> GetAsync(string name, CancellationToken cancellationToken)
    {
        var value = await store.GetAsync(name, cancellationToken);
        if (name != setting) return value;
        if (Interlocked.Increment(ref _reads) >= callers) _all.TrySetResult();
        await _all.Task.WaitAsync(cancellationToken);
        return value;
    }

    public Task<bool> ReplaceAsync(string name, string? read, string json, CancellationToken cancellationToken) =>
        store.ReplaceAsync(name, read, json, cancellationToken);

    public Task SetAsync(string name, string json, CancellationToken cancellationToken) => store.SetAsync(name, json, cancellationToken);

    public Task<string> GetOrAddAsync(string name, string json, CancellationToken cancellationToken) =>
        store.GetOrAddAsync(name, json, cancellationToken);
}
