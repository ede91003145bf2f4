using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Dashboard.Nodes;

/// <summary>
/// Follows the changes of machines for a page. Changes that come together are handed on together, and a page whose updates take long is
/// updated less often: its updates take at most a fifth of the time.
/// </summary>
internal static class MachineFeed
{
    /// <summary>The shortest time between two updates of a page.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private const int RestPerUpdate = 4; // as long as an update took, so many times

    /// <summary>Follows until it is cancelled.</summary>
    /// <param name="machines">The machines.</param>
    /// <param name="filter">Which changes; <see langword="null"/> for all.</param>
    /// <param name="after">The number of the last change that the page shows.</param>
    /// <param name="changed">Shows machines that have changed; <see langword="null"/> for everything anew, after changes were lost.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task FollowAsync(
        Machines machines,
        MachineWatchFilter? filter,
        long after,
        Func<IReadOnlyCollection<SystemId>?, Task> changed,
        TimeProvider timeProvider,
        CancellationToken stop)
    {
        var (gate, waiting, lost) = (new Lock(), new HashSet<SystemId>(), false);
        using var signal = new SemaphoreSlim(0, 1);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync();
        try
        {
            while (!ends.IsCancellationRequested)
            {
                await signal.WaitAsync(ends.Token);
                HashSet<SystemId>? batch;
                lock (gate)
                {
                    batch = lost ? null : waiting;
                    waiting = [];
                    lost = false;
                }

                var start = timeProvider.GetTimestamp();
                await changed(batch);
                var rest = RestPerUpdate * timeProvider.GetElapsedTime(start);
                await Task.Delay(rest > Interval ? rest : Interval, timeProvider, ends.Token);
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // the page was left, or the feed failed, which the next line reports
        }
        finally
        {
            await ends.CancelAsync();
            await reading;
        }

        async Task ReadAsync()
        {
            try
            {
                while (true)
                {
                    try
                    {
                        await foreach (var change in machines.WatchAsync(filter, after, ends.Token))
                        {
                            after = change.Number;
                            Add(change.MachineId);
                        }
                    }
                    catch (ChangeHistoryExpiredException)
                    {
                        after = await machines.GetLastChangeAsync(ends.Token);
                        Add(null);
                    }
                }
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested)
            {
                // the page was left
            }
            finally
            {
                await ends.CancelAsync();
            }
        }

        void Add(SystemId? id)
        {
            lock (gate)
            {
                if (id is { } known) waiting.Add(known);
                else lost = true;
                if (signal.CurrentCount == 0) signal.Release();
            }
        }
    }
}
