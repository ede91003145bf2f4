using Maas.Boot.Net;

namespace Maas.Boot.Dhcp.Leases;

// What the host needs when it starts again and the store is away: a snapshot on its own disk, and a reserve that this process leases
// nothing of, so that no lease has to be written to the host's disk while the store answers.
internal sealed partial class SharedLeaseSynchronizer<TAddress, TLease, TQuestion, TResult>
{
    private const int LongestPart = 50; // one part in so many of the time is spent on snapshots
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(15);

    private readonly LeaseRestart<TLease>? _restart;
    private readonly SemaphoreSlim _saving = new(1, 1);
    private IReadOnlyList<SharedLease<TLease>> _restartReserve = [];
    private long _restartClaimedAt;
    private long _savedAt;
    private TimeSpan _saveTime;
    private volatile bool _isChanged;
    private bool _isSaveFailing;

    private async Task StartRestartAsync(CancellationToken cancellationToken)
    {
        if (_restart is not { } restart) return;
        await ClaimForRestartAsync(restart, cancellationToken).ConfigureAwait(false);
        // The former reserve is given back when the file does not name it any longer.
        if (await TrySaveAsync(isForced: true).ConfigureAwait(false) && restart.Former is { } former)
            await _store.ReleaseAsync(former.Server, former.Reserve, cancellationToken).ConfigureAwait(false);
    }

    private async Task KeepRestartReserveAsync(bool wasSuspended, CancellationToken cancellationToken)
    {
        if (_restart is not { } restart) return;
        var plan = PlanRestart();
        if (plan.Surplus.Count > 0)
        {
            // The file forgets an address first, as this server does with its own reserve.
            var surplus = _restartReserve.Where(entry => plan.Surplus.Contains(entry.Lease.Address)).ToList();
            _restartReserve = [.. _restartReserve.Except(surplus)];
            if (!await TrySaveAsync(isForced: true).ConfigureAwait(false))
                _restartReserve = [.. _restartReserve, .. surplus];
            else
                await _store.ReleaseAsync(restart.NextServer, surplus, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Wanted.Count > 0 || wasSuspended || _holds.IsAlone
            || _timeProvider.GetElapsedTime(_restartClaimedAt) > _options.OutageTime / 4)
            await ClaimForRestartAsync(restart, cancellationToken).ConfigureAwait(false);
    }

    private async Task ClaimForRestartAsync(LeaseRestart<TLease> restart, CancellationToken cancellationToken)
    {
        var reserve = await _store.ClaimAsync(restart.NextServer, PlanRestart().Wanted, _options.OutageTime, cancellationToken)
            .ConfigureAwait(false);
        _restartClaimedAt = _timeProvider.GetTimestamp();
        foreach (var entry in reserve)
            lock (_ownWrites)
                if (!_ownWrites.MayBeNewer(entry.Lease.Key)) _leases.Apply(entry);
        _restartReserve = reserve;
        _isChanged = true;
    }

    private RestartPlan PlanRestart() =>
        _leases.PlanRestart(_options.LargestReserve, [.. _restartReserve.Select(entry => entry.Lease.Address)]);

    /// <summary>Writes the snapshot, if it is time to.</summary>
    /// <returns>Whether it is written as things are now.</returns>
    internal async Task<bool> TrySaveAsync(bool isForced)
    {
        if (_restart is not { } restart) return false;
        await _saving.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!isForced && (!_isChanged || _timeProvider.GetElapsedTime(_savedAt) < PauseBeforeSave)) return !_isChanged;
            _isChanged = false;
            var began = _timeProvider.GetTimestamp();
            await restart.WriteAsync(TakeSnapshot(restart.NextServer), CancellationToken.None).ConfigureAwait(false);
            (_savedAt, _saveTime) = (_timeProvider.GetTimestamp(), _timeProvider.GetElapsedTime(began));
            _isSaveFailing = false;
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _isChanged = true;
            _savedAt = _timeProvider.GetTimestamp();
            if (!_isSaveFailing) _log.LogSnapshotNotWritten(failure.Message);
            _isSaveFailing = true;
            return false;
        }
        finally
        {
            _saving.Release();
        }
    }

    // Alone, it is the only place of what is granted.
    private TimeSpan PauseBeforeSave =>
        TimeSpan.FromTicks(Math.Max((_holds.IsAlone ? Interval : SaveInterval).Ticks, (_saveTime * LongestPart).Ticks));

    private LeaseSnapshot<TLease> TakeSnapshot(Guid next)
    {
        var reserve = _restartReserve.Select(entry => entry.Lease.Key).ToHashSet();
        var now = _clock.GetUtcNow() + _holds.Suspended.Value;
        List<(Guid Server, TLease Lease)> unwritten;
        lock (_writes) unwritten = [.. _unwritten.Values.Select(lease => (_holds.Server, lease))];
        var entries = _leases.ListHolds().Where(
            entry => entry.HeldUntil > now && (entry.Server != next || reserve.Contains(entry.Lease.Key)));
        return new LeaseSnapshot<TLease>(HostMoment.Read(_timeProvider), now, next, [.. entries], unwritten);
    }
}
