using System.Threading.Channels;

namespace Maas.Boot.Dhcp.Leases;

// The two loops beside the requests: one writes leases, one follows the other servers and keeps the reserve.
internal sealed partial class SharedLeaseSynchronizer<TAddress, TLease, TQuestion, TResult>
{
    private const int MostLeasesOfWrite = 1024;
    private const int MostClaims = 64; // for one client
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<LeaseWrite<TLease>> _queue = Channel.CreateUnbounded<LeaseWrite<TLease>>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _writes = new();
    private readonly Dictionary<TAddress, TLease> _unwritten = [];
    private readonly OwnWrites<TAddress> _ownWrites = new();
    private readonly Lock _claiming = new();
    private Task<bool> _claim = Task.FromResult(true);
    private Task<bool> _learning = Task.FromResult(true);
    private long _claimedAt;
    private long? _foundNoneAt;
    private long _position;
    private Task _writing = Task.CompletedTask;
    private Task _following = Task.CompletedTask;

    private TimeSpan StoreTimeout => _options.AnswerTime * 5;

    private void Start()
    {
        _writing = Task.Run(WriteLoopAsync);
        _following = Task.Run(() => FollowAsync(_stop.Token));
    }

    private async Task<LeaseWriteResult> EnqueueAsync(TLease lease)
    {
        lock (_writes) _unwritten.Remove(lease.Key); // this one is newer
        var write = Enqueue(lease);
        try
        {
            return await write.Done.WaitAsync(_options.AnswerTime, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            SetAway($"no answer within {_options.AnswerTime}");
            return LeaseWriteResult.Unknown;
        }
    }

    private LeaseWrite<TLease> Enqueue(in TLease lease)
    {
        var write = new LeaseWrite<TLease>(Hold(lease));
        lock (_ownWrites)
        {
            _ownWrites.Begin(lease.Key);
            _leases.BeginWrite(write.Lease);
        }

        if (!_queue.Writer.TryWrite(write)) Complete(write, LeaseWriteResult.Unknown); // the server ends
        return write;
    }

    private void Complete(LeaseWrite<TLease> write, LeaseWriteResult result)
    {
        lock (_ownWrites) _ownWrites.End(write.Lease.Lease.Key);
        write.Complete(result);
    }

    private SharedLease<TLease> Hold(in TLease lease) =>
        LeaseHold.Of<TAddress, TLease>(lease, _clock.GetUtcNow(), _options.OutageTime);

    private async Task WriteLoopAsync()
    {
        List<LeaseWrite<TLease>> group = [], later = [];
        var memory = new SharedLease<TLease>[MostLeasesOfWrite];
        var addresses = new HashSet<TAddress>();
        while (later.Count > 0 || await _queue.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            // An address is in a group once, in the order of its _leases.
            var pending = later;
            later = [];
            group.Clear();
            addresses.Clear();
            foreach (var write in pending) Add(write);
            while (group.Count < MostLeasesOfWrite && _queue.Reader.TryRead(out var next)) Add(next);
            for (var i = 0; i < group.Count; i++) memory[i] = group[i].Lease;
            await WriteGroupAsync(group, memory.AsMemory(0, group.Count)).ConfigureAwait(false);
        }

        void Add(LeaseWrite<TLease> write) =>
            (group.Count < MostLeasesOfWrite && addresses.Add(write.Lease.Lease.Key) ? group : later).Add(write);
    }

    private async Task WriteGroupAsync(List<LeaseWrite<TLease>> group, ReadOnlyMemory<SharedLease<TLease>> memory)
    {
        try
        {
            using var timeout = new CancellationTokenSource(StoreTimeout, _timeProvider);
            var conflicts = (await _store.WriteAsync(_holds.Server, memory, timeout.Token).ConfigureAwait(false))
                .ToDictionary(entry => entry.Lease.Key);
            foreach (var write in group)
            {
                if (!conflicts.TryGetValue(write.Lease.Lease.Key, out var other))
                {
                    _leases.EndWrite(write.Lease);
                    continue;
                }

                _leases.Apply(other);
                write.InTheWay = other.Lease;
            }

            _isChanged = true;
            foreach (var write in group)
                Complete(write, conflicts.ContainsKey(write.Lease.Lease.Key) ? LeaseWriteResult.Conflicts : LeaseWriteResult.Written);
        }
#pragma warning disable CA1031 // whatever a store throws, the server answers by itself
        catch (Exception failure)
#pragma warning restore CA1031
        {
            SetAway(failure.Message);
            foreach (var write in group) Complete(write, LeaseWriteResult.Unknown);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await SynchronizeAsync(cancellationToken).ConfigureAwait(false);
                await TrySaveAsync(isForced: false).ConfigureAwait(false);
                await _store.WaitAsync(Interval, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever a store throws, the server answers by itself and tries again
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (cancellationToken.IsCancellationRequested) return;
                SetAway(failure.Message);
                await TrySaveAsync(isForced: false).ConfigureAwait(false);
                await Task.Delay(Interval, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Learns what other servers did, keeps the reserve, and writes what was granted while the store was away.</summary>
    internal async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(StoreTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await _synchronizing.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            var wasSuspended = _holds.Suspended.Value > TimeSpan.Zero;
            await LearnAsync(either.Token).ConfigureAwait(false);
            // What was leased alone is in the reserve until it is written: others must not have it before.
            var surplus = _holds.IsAlone || Unwritten > 0 ? [] : _leases.GiveUpUnleasable();
            if (surplus.Count > 0) await _store.ReleaseAsync(_holds.Server, surplus, either.Token).ConfigureAwait(false);
            if (wasSuspended || _holds.IsAlone || IsReserveDue || _leases.FindReserve(_options.LargestReserve).Count > 0)
                await ClaimAsync(either.Token).ConfigureAwait(false);
            await KeepRestartReserveAsync(wasSuspended, either.Token).ConfigureAwait(false);
        }
        finally
        {
            _synchronizing.Release();
        }

        // A lease may have been granted alone just before the store was found to answer.
        if (_holds.IsAlone || Unwritten > 0) await ReconcileAsync(either.Token).ConfigureAwait(false);
    }

    private async Task LearnAsync(CancellationToken cancellationToken)
    {
        lock (_ownWrites) _ownWrites.BeginReading();
        var reading = _holds.Suspended.Begin();
        var changes = await _store.ReadAsync(_holds.Server, Volatile.Read(ref _position), cancellationToken).ConfigureAwait(false);
        var isComplete = true;
        if (changes.Leases.Count > 0) _isChanged = true;
        foreach (var entry in changes.Leases)
        {
            lock (_ownWrites)
            {
                if (_ownWrites.MayBeNewer(entry.Lease.Key)) isComplete = false;
                else _leases.Apply(entry);
            }
        }

        _holds.Suspended.End(reading);
        // What may be older than a write of this server is read once more.
        if (isComplete) Volatile.Write(ref _position, changes.Position);
    }

    private bool IsReserveDue => _timeProvider.GetElapsedTime(_claimedAt) > _options.OutageTime / 4;

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        List<LeaseWrite<TLease>> writes;
        lock (_writes)
        {
            // One that has ended needs no entry.
            var now = _clock.GetUtcNow();
            foreach (var lease in _unwritten.Values.Where(lease => lease.State == LeaseState.Bound && lease.ExpiresAt <= now).ToList())
                _unwritten.Remove(lease.Key);
            writes = [.. _unwritten.Values.Select(lease => Enqueue(lease))];
        }

        SetBack(writes.Count);
        foreach (var write in writes)
        {
            var lease = write.Lease.Lease;
            var result = await ResultAsync(write, cancellationToken).ConfigureAwait(false);
            if (result == LeaseWriteResult.Unknown) continue; // the next time
            lock (_writes)
                if (_unwritten.TryGetValue(lease.Key, out var newest) && EqualityComparer<TLease>.Default.Equals(newest, lease))
                    _unwritten.Remove(lease.Key);
            if (result == LeaseWriteResult.Written) continue;
            _metrics.Conflict();
            _log.LogNotReconciled(lease.Address, lease.Hardware, write.InTheWay?.Hardware);
        }
    }

    private static async Task<LeaseWriteResult> ResultAsync(LeaseWrite<TLease> write, CancellationToken cancellationToken)
    {
        try
        {
            return await write.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return LeaseWriteResult.Unknown;
        }
    }

    private async Task ClaimAsync(CancellationToken cancellationToken)
    {
        var wanted = _leases.FindReserve(_options.LargestReserve);
        lock (_ownWrites) _ownWrites.BeginReading();
        var reserve = await _store.ClaimAsync(_holds.Server, wanted, _options.OutageTime, cancellationToken).ConfigureAwait(false);
        _claimedAt = _timeProvider.GetTimestamp();
        lock (_ownWrites) _leases.ReplaceReserve([.. reserve.Where(entry => !_ownWrites.MayBeNewer(entry.Lease.Key))]);
    }

    // Many clients find the reserve empty at once, or the host suspended: one call is for all of them.
    private Task<bool> ClaimInTimeAsync() => InTimeAsync(ref _claim, TryClaimAsync);

    private Task<bool> InTimeAsync(ref Task<bool> current, Func<Task<bool>> begin)
    {
        lock (_claiming)
        {
            if (current.IsCompleted) current = begin();
            return AwaitInTimeAsync(current);
        }
    }

    private async Task<bool> AwaitInTimeAsync(Task<bool> work)
    {
        try
        {
            return await work.WaitAsync(_options.AnswerTime, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            SetAway($"no answer within {_options.AnswerTime}");
            return false;
        }
    }

    private async Task<bool> TryLearnAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // outside of the caller's lock
        try
        {
            await SynchronizeAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // whatever a store throws, the server answers by itself
        catch (Exception failure)
#pragma warning restore CA1031
        {
            SetAway(failure.Message);
            return false;
        }
    }

    private async Task<bool> TryClaimAsync()
    {
        // Outside of the caller's lock; and where all addresses are held, one look a second is enough.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_foundNoneAt is { } before && _timeProvider.GetElapsedTime(before) < Interval) return false;
            using var timeout = new CancellationTokenSource(StoreTimeout, _timeProvider);
            await _synchronizing.WaitAsync(timeout.Token).ConfigureAwait(false);
            try
            {
                return await FillReserveAsync(timeout.Token).ConfigureAwait(false);
            }
            finally
            {
                _synchronizing.Release();
            }
        }
#pragma warning disable CA1031 // whatever a store throws, the server answers by itself
        catch (Exception failure)
#pragma warning restore CA1031
        {
            SetAway(failure.Message);
            return false;
        }
    }

    private async Task<bool> FillReserveAsync(CancellationToken cancellationToken)
    {
        await LearnAsync(cancellationToken).ConfigureAwait(false); // not to ask for what others have
        if (_leases.FindReserve(_options.LargestReserve).Count > 0)
        {
            _foundNoneAt = null;
            await ClaimAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }

        // Nothing is to be claimed where the reserve was filled meanwhile, too.
        var isLow = _leases.IsReserveLow(_options.LargestReserve);
        _foundNoneAt = isLow ? _timeProvider.GetTimestamp() : null;
        return !isLow;
    }

    private void SetAway(string reason)
    {
        lock (_claiming)
        {
            if (_holds.IsAlone) return;
            _holds.IsAlone = true;
        }

        _metrics.IsAway(true);
        _log.LogAway(reason, _options.OutageTime);
    }

    private void SetBack(int unwritten)
    {
        lock (_claiming)
        {
            if (!_holds.IsAlone) return;
            _holds.IsAlone = false;
        }

        _metrics.IsAway(false);
        _log.LogBack(unwritten);
    }
}
