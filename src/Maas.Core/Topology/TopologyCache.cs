using System.Runtime.CompilerServices;
using Maas.Core.Records;

namespace Maas.Core.Topology;

/// <summary>The nouns that nodes share, read again only when one of them has changed.</summary>
public sealed class TopologyCache
{
    private readonly IRecordStore _store;
    /// <summary>How long a change that another process made may go unnoticed by <see cref="WatchAsync"/>.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _timeProvider;
    private volatile TopologySnapshot? _last;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal TopologyCache(IRecordStore store, TimeProvider timeProvider) => (_store, _timeProvider) = (store, timeProvider);

    /// <summary>The current state.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<TopologySnapshot> GetAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var epoch = await _store.GetEpochAsync(cancellationToken).ConfigureAwait(false);
            if (_last is { } last && last.Epoch == epoch) return last;
            var snapshot = new TopologySnapshot(
                epoch,
                await ListAsync(TopologyTables.Zones).ConfigureAwait(false),
                await ListAsync(TopologyTables.ResourcePools).ConfigureAwait(false),
                await ListAsync(TopologyTables.Domains).ConfigureAwait(false),
                await ListAsync(TopologyTables.Fabrics).ConfigureAwait(false),
                await ListAsync(TopologyTables.Spaces).ConfigureAwait(false),
                await ListAsync(TopologyTables.Vlans).ConfigureAwait(false),
                await ListAsync(TopologyTables.Subnets).ConfigureAwait(false),
                await ListAsync(TopologyTables.IpRanges).ConfigureAwait(false),
                await ListAsync(TopologyTables.ReservedIps).ConfigureAwait(false),
                await ListAsync(TopologyTables.StaticRoutes).ConfigureAwait(false));
            // The tables were read one after another: the snapshot is one state only if none changed meanwhile.
            if (await _store.GetEpochAsync(cancellationToken).ConfigureAwait(false) != epoch) continue;
            _last = snapshot;
            return snapshot;
        }

        Task<IReadOnlyList<T>> ListAsync<T>(RecordTable<T> table)
            where T : StoredRecord => _store.ListAsync(new RecordQuery<T>(table), cancellationToken);
    }

    /// <summary>
    /// The current state, and each later one. States that follow each other faster than the reader reads are left out; the last one is not.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public async IAsyncEnumerable<TopologySnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var epoch = -1L; ;)
        {
            var changed = _changed.Task;
            var snapshot = await GetAsync(cancellationToken).ConfigureAwait(false);
            if (snapshot.Epoch != epoch)
            {
                epoch = snapshot.Epoch;
                yield return snapshot;
                continue;
            }

            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(LongestWait, _timeProvider, pause.Token)).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Notes that a record was changed by this process.</summary>
    internal void Raise() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
