using System.Threading.Channels;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

// The two loops beside the requests: one writes leases, one follows the other servers and keeps the reserve.
public sealed partial class SharedLeaseAllocator
{
    private const int MostLeasesOfWrite = 1024;
    private const int MostClaims = 64; // for one client
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<LeaseWrite> _queue = Channel.CreateUnbounded<LeaseWrite>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _writes = new();
    private readonly Dictionary<IPv4Address, Lease> _unwritten = [];
    private readonly Lock _claiming = new();
    private Task<bool> _claim = Task.FromResult(true);
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

    private async Task<LeaseWriteResult> EnqueueAsync(Lease lease)
    {
        lock (_writes) _unwritten.Remove(lease.IPv4); // this one is newer
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

    private LeaseWrite Enqueue(in Lease lease)
    {
        var write = new LeaseWrite(Hold(lease));
        Leases.BeginWrite(lease);
        if (!_queue.Writer.TryWrite(write)) write.Complete(LeaseWriteResult.Unknown); // the server ends
        return write;
    }

    // The longer a lease is kept, the longer can a server that does not reach the store renew it.
    private SharedLease Hold(in Lease lease)
    {
        var now = _clock.GetUtcNow();
        var rest = lease.ExpiresAt - now;
        return new SharedLease(
            lease,
            lease.State switch
            {
                LeaseState.Bound => lease.ExpiresAt + (rest < _options.OutageTime ? rest : _options.OutageTime),
                LeaseState.Quarantined => lease.ExpiresAt,
                _ => now,
            },
            null);
    }

    private async Task WriteLoopAsync()
    {
        List<LeaseWrite> group = [], later = [];
        var leases = new SharedLease[MostLeasesOfWrite];
        var addresses = new HashSet<IPv4Address>();
        while (later.Count > 0 || await _queue.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            // An address is in a group once, in the order of its leases.
            var pending = later;
            later = [];
            group.Clear();
            addresses.Clear();
            foreach (var write in pending) Add(write);
            while (group.Count < MostLeasesOfWrite && _queue.Reader.TryRead(out var next)) Add(next);
            for (var i = 0; i < group.Count; i++) leases[i] = group[i].Lease;
            await WriteGroupAsync(group, leases.AsMemory(0, group.Count)).ConfigureAwait(false);
        }

        void Add(LeaseWrite write) =>
            (group.Count < MostLeasesOfWrite && addresses.Add(write.Lease.Lease.IPv4) ? group : later).Add(write);
    }

    private async Task WriteGroupAsync(List<LeaseWrite> group, ReadOnlyMemory<SharedLease> leases)
    {
        try
        {
            using var timeout = new CancellationTokenSource(StoreTimeout, _timeProvider);
            var conflicts = (await _store.WriteAsync(_holds.Server, leases, timeout.Token).ConfigureAwait(false))
                .ToDictionary(entry => entry.Lease.IPv4);
            foreach (var write in group)
            {
                if (!conflicts.TryGetValue(write.Lease.Lease.IPv4, out var other)) Leases.EndWrite(write.Lease);
                else Leases.Apply(other);
            }

            foreach (var write in group)
                write.Complete(conflicts.ContainsKey(write.Lease.Lease.IPv4) ? LeaseWriteResult.Conflicts : LeaseWriteResult.Written);
        }
#pragma warning disable CA1031 // whatever a store throws, the server answers by itself
        catch (Exception failure)
#pragma warning restore CA1031
        {
            SetAway(failure.Message);
            foreach (var write in group) write.Complete(LeaseWriteResult.Unknown);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await SynchronizeAsync(cancellationToken).ConfigureAwait(false);
                await _store.WaitAsync(Interval, cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // whatever a store throws, the server answers by itself and tries again
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (cancellationToken.IsCancellationRequested) return;
                SetAway(failure.Message);
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
            await LearnAsync(either.Token).ConfigureAwait(false);
            if (_holds.IsAlone || IsReserveDue || Leases.FindReserve(_options.LargestReserve).Count > 0)
                await ClaimAsync(either.Token).ConfigureAwait(false);
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
        var changes = await _store.ReadAsync(_holds.Server, Volatile.Read(ref _position), cancellationToken).ConfigureAwait(false);
        foreach (var entry in changes.Leases) Leases.Apply(entry);
        Volatile.Write(ref _position, changes.Position);
    }

    private bool IsReserveDue => _timeProvider.GetElapsedTime(_claimedAt) > _options.OutageTime / 4;

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        List<LeaseWrite> writes;
        lock (_writes)
        {
            // One that has ended needs no entry.
            var now = _clock.GetUtcNow();
            foreach (var lease in _unwritten.Values.Where(lease => lease.State == LeaseState.Bound && lease.ExpiresAt <= now).ToList())
                _unwritten.Remove(lease.IPv4);
            writes = [.. _unwritten.Values.Select(lease => Enqueue(lease))];
        }

        SetBack(writes.Count);
        foreach (var write in writes)
        {
            var lease = write.Lease.Lease;
            var result = await ResultAsync(write, cancellationToken).ConfigureAwait(false);
            if (result == LeaseWriteResult.Unknown) continue; // the next time
            lock (_writes)
                if (_unwritten.TryGetValue(lease.IPv4, out var unwritten) && unwritten == lease) _unwritten.Remove(lease.IPv4);
            if (result == LeaseWriteResult.Written) continue;
            SharedLeaseMetrics.Conflict();
            LogNotReconciled(lease.Address, lease.Hardware, Leases.Find(lease.Address)?.Hardware ?? default);
        }
    }

    private static async Task<LeaseWriteResult> ResultAsync(LeaseWrite write, CancellationToken cancellationToken)
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
        var wanted = Leases.FindReserve(_options.LargestReserve);
        var reserve = await _store.ClaimAsync(_holds.Server, wanted, _options.OutageTime, cancellationToken).ConfigureAwait(false);
        _claimedAt = _timeProvider.GetTimestamp();
        Leases.ReplaceReserve(reserve);
    }

    // Many clients find the reserve empty at once: one claim is for all of them.
    private async Task<bool> ClaimInTimeAsync()
    {
        Task<bool> claim;
        lock (_claiming)
        {
            if (_claim.IsCompleted) _claim = TryClaimAsync();
            claim = _claim;
        }

        try
        {
            return await claim.WaitAsync(_options.AnswerTime, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            SetAway($"no answer within {_options.AnswerTime}");
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
        if (Leases.FindReserve(_options.LargestReserve).Count > 0)
        {
            _foundNoneAt = null;
            await ClaimAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }

        // Nothing is to be claimed where the reserve was filled meanwhile, too.
        var isLow = Leases.IsReserveLow(_options.LargestReserve);
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

        SharedLeaseMetrics.IsAway(true);
        LogAway(reason, _options.OutageTime);
    }

    private void SetBack(int unwritten)
    {
        lock (_claiming)
        {
            if (!_holds.IsAlone) return;
            _holds.IsAlone = false;
        }

        SharedLeaseMetrics.IsAway(false);
        LogBack(unwritten);
    }
}
