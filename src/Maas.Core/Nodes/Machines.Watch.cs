using System.Runtime.CompilerServices;

namespace Maas.Core.Nodes;

/// <content>The change feed.</content>
public sealed partial class Machines
{
    private const int WatchPage = 256;

    /// <summary>
    /// Every change of every machine, in order, as it is saved; by this host or by another that shares the store. The feed has no end.
    /// </summary>
    /// <remarks>
    /// <para>A reader that stores the number of the last change that it handled and continues from it misses no change and sees none twice,
    /// also
    /// across restarts. Changes are read from the store as the reader asks for them: a slow reader needs no memory and delays no
    /// other.</para>
    /// <para>To follow the machines' present state: take <see cref="GetLastChangeAsync"/>, list the machines, then watch from that
    /// number.</para>
    /// </remarks>
    /// <example>
    /// <code>
    /// await foreach (var change in machines.WatchAsync(new MachineWatchFilter { Statuses = [MachineStatus.Deployed] }, after: last, stop))
    /// {
    ///     Console.WriteLine($"{change.MachineId} is deployed");
    ///     last = change.Number;
    /// }
    /// </code>
    /// </example>
    /// <param name="filter">Which changes; <see langword="null"/> for all.</param>
    /// <param name="after">
    /// The number of the last change that the reader knows; <see langword="null"/> for changes from now on, 0 for all that are kept.
    /// </param>
    /// <param name="cancellationToken">Ends the feed, with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ChangeHistoryExpiredException">
    /// Changes after <paramref name="after"/> were deleted (<see cref="MaasCoreOptions.MachineChanges"/>), before the reader came or while
    /// it
    /// was too slow: list the machines again.
    /// </exception>
    public async IAsyncEnumerable<MachineChanged> WatchAsync(
        MachineWatchFilter? filter = null, long? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var last = after ?? await _store.GetLastChangeAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var page = await _store.ReadChangesAsync(last, WatchPage, cancellationToken).ConfigureAwait(false);
            foreach (var change in page)
            {
                last = change.Number;
                if (filter?.Matches(change) is not false) yield return change;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (page.Count == 0) await _store.WaitForChangeAsync(last, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The number of the newest change; 0 when there was none. Every change saved later has a higher number.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<long> GetLastChangeAsync(CancellationToken cancellationToken = default) => _store.GetLastChangeAsync(cancellationToken);
}

/// <summary>Which changes of machines to watch. An empty list matches everything; the lists together must all match.</summary>
public sealed record MachineWatchFilter
{
    /// <summary>Machines.</summary>
    public IReadOnlyCollection<SystemId> MachineIds { get; init; } = [];

    /// <summary>Statuses that a machine comes into; other changes of a machine in such a status do not match.</summary>
    public IReadOnlyCollection<MachineStatus> Statuses { get; init; } = [];

    /// <summary>Whether only changes of the status match, creation and deletion of a machine included.</summary>
    public bool StatusChangesOnly { get; init; }

    internal bool Matches(MachineChanged change) =>
        (MachineIds.Count == 0 || MachineIds.Contains(change.MachineId))
        && (Statuses.Count == 0 || (change is { IsStatusChange: true, To: { } to } && Statuses.Contains(to)))
        && (!StatusChangesOnly || change.IsStatusChange);
}
