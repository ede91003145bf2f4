using Maas.Core.Stores;

namespace Maas.Core;

/// <summary>Opens a store that may be away, and lets the host do meanwhile what it can do without it.</summary>
/// <param name="open">Opens the store, once.</param>
/// <param name="outage">What the host does meanwhile; <see langword="null"/> for nothing.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="stopping">Ends when the host stops.</param>
internal sealed class StoreOpening(
    Func<Task<MaasCore>> open, IStoreOutage? outage, TimeProvider timeProvider, CancellationToken stopping)
{
    /// <summary>A store that takes longer, such as one that upgrades its tables, is waited for as one that is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Opens the store.</summary>
    /// <exception cref="StoreUnavailableException">It is away, and the host can do nothing without it.</exception>
    public async Task<MaasCore> OpenAsync()
    {
        if (outage is null) return await open().ConfigureAwait(false);
        IAsyncDisposable? bridge = null;
        try
        {
            while (true)
            {
                var attempt = open();
                if (bridge is null && !await IsSoonAsync(attempt).ConfigureAwait(false))
                    bridge = await outage.BeginAsync("it does not answer yet", stopping).ConfigureAwait(false);
                try
                {
                    return await attempt.WaitAsync(stopping).ConfigureAwait(false);
                }
                catch (StoreUnavailableException away)
                {
                    bridge ??= await outage.BeginAsync(away.Message, stopping).ConfigureAwait(false);
                    if (bridge is null) throw;
                }

                await Task.Delay(Pause, timeProvider, stopping).ConfigureAwait(false);
            }
        }
        finally
        {
            if (bridge is not null) await bridge.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> IsSoonAsync(Task attempt)
    {
        await Task.WhenAny(attempt, Task.Delay(Patience, timeProvider, stopping)).ConfigureAwait(false);
        return attempt.IsCompleted;
    }
}
