namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// Keeps the allocator of one of several servers in step with the store that they share, for leases of either version: the store decides
/// each lease before it is granted, and while it is slow or away the allocator decides by itself, within what the store said last.
/// </summary>
/// <typeparam name="TAddress">The key of an address.</typeparam>
/// <typeparam name="TLease">A lease.</typeparam>
/// <typeparam name="TQuestion">What a client asks.</typeparam>
/// <typeparam name="TResult">What it is answered.</typeparam>
internal sealed partial class SharedLeaseSynchronizer<TAddress, TLease, TQuestion, TResult> : IAsyncDisposable
    where TAddress : notnull
    where TLease : ILeaseRecord<TLease, TAddress>
{
    private readonly ISharedLeases<TQuestion, TResult, TLease> _leases;
    private readonly ISharedLeaseStore<TLease> _store;
    private readonly SharedLeaseOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly TimeProvider _clock;
    private readonly LeaseHolds<TAddress, TLease> _holds;
    private readonly SharedLeaseMetrics _metrics;
    private readonly SharedLeaseLog _log;
    private readonly SemaphoreSlim _synchronizing = new(1, 1); // what is learnt and claimed is taken over in its order
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Makes it of what was read; <see cref="StartAsync"/> begins.</summary>
    /// <param name="leases">The allocator.</param>
    /// <param name="read">What was read of the store.</param>
    /// <param name="options">How it answers without the store.</param>
    /// <param name="timeProvider">The host's clock.</param>
    /// <param name="metrics">What it counts.</param>
    /// <param name="log">What it logs.</param>
    /// <param name="restart">What it prepares for a start without the store; <see langword="null"/> for nothing.</param>
    public SharedLeaseSynchronizer(
        ISharedLeases<TQuestion, TResult, TLease> leases, SharedLeaseReading<TAddress, TLease> read, SharedLeaseOptions options,
        TimeProvider timeProvider, SharedLeaseMetrics metrics, SharedLeaseLog log, LeaseRestart<TLease>? restart)
    {
        (_leases, _store, _options, _timeProvider) = (leases, read.Store, options, timeProvider);
        (_holds, _clock, _position) = (read.Holds, read.Clock, read.Position);
        (_metrics, _log, _restart) = (metrics, log, restart);
    }

    /// <summary>Whether the store is slow or away, so that the server answers by itself.</summary>
    public bool IsStoreAway => _holds.IsAlone;

    /// <summary>How many leases were granted without the store, and wait to be written to it.</summary>
    public int Unwritten
    {
        get
        {
            lock (_writes) return _unwritten.Count;
        }
    }

    /// <summary>How many addresses are free in this server's reserve.</summary>
    public int FreeInReserve => _leases.CountFreeInReserve();

    /// <summary>Claims the first reserve, and then follows the store.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ClaimAsync(cancellationToken).ConfigureAwait(false);
        await StartRestartAsync(cancellationToken).ConfigureAwait(false);
        Start();
    }

    /// <summary>Answers a question, after the lease that it grants is in the store.</summary>
    public ValueTask<TResult> AskAsync(TQuestion question) =>
        !_holds.IsAlone && _holds.Suspended.Value > TimeSpan.Zero ? AskLateAsync(question) : AskNowAsync(question);

    private ValueTask<TResult> AskNowAsync(TQuestion question)
    {
        var answer = _leases.Ask(question, isAgain: false);
        if (answer.HasLease) return WriteAsync(question, answer);
        return answer.IsExhausted && !_holds.IsAlone ? AskAgainAsync(question, answer.Result) : new ValueTask<TResult>(answer.Result);
    }

    /// <summary>Ends, and gives back the reserve, if the store answers in time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        _queue.Writer.TryComplete();
        Task claim, learning;
        lock (_claiming) (claim, learning) = (_claim, _learning);
        await Task.WhenAll(_writing, _following, claim, learning).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(_options.AnswerTime, _timeProvider);
        try
        {
            // What was granted without the store is in the reserve, or the client's: it stays so.
            if (!_holds.IsAlone && Unwritten == 0)
                await _store.ReleaseAsync(_holds.Server, _leases.GiveUpReserve(), timeout.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever a store throws, the reserve is free later
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _log.LogNotReleased(failure.Message);
        }

        await TrySaveAsync(isForced: true).ConfigureAwait(false);
        if (_holds.IsAlone) _metrics.IsAway(false);
        _stop.Dispose();
        _synchronizing.Dispose();
    }

    private async ValueTask<TResult> WriteAsync(TQuestion question, SharedAnswer<TResult, TLease> answer)
    {
        for (var attempt = 1; answer is { HasLease: true, Lease: { } lease }; attempt++)
        {
            var outcome = _holds.IsAlone ? LeaseWriteResult.Unknown : await EnqueueAsync(lease).ConfigureAwait(false);
            if (outcome == LeaseWriteResult.Written) break;
            if (outcome == LeaseWriteResult.Unknown) return AnswerAlone(question, answer, lease);
            _metrics.Conflict();
            _log.LogConflict(lease.Address, lease.Hardware);
            answer = _leases.AnswerConflict(question, answer, attempt);
        }

        return answer.Result;
    }

    private TResult AnswerAlone(in TQuestion question, SharedAnswer<TResult, TLease> answer, TLease lease)
    {
        if (lease.State == LeaseState.Bound)
        {
            answer = _leases.AnswerAlone(question, answer);
            if (answer is not { HasLease: true, Lease: { } granted })
            {
                _metrics.NotGranted();
                return answer.Result;
            }

            _metrics.GrantedAlone();
            lease = granted;
        }

        lock (_writes) _unwritten[lease.Key] = lease;
        _isChanged = true;
        return answer.Result;
    }

    // This host was suspended: leases would get times of the past, and others may have leased what it holds to be free.
    private async ValueTask<TResult> AskLateAsync(TQuestion question)
    {
        await InTimeAsync(ref _learning, TryLearnAsync).ConfigureAwait(false);
        return await AskNowAsync(question).ConfigureAwait(false);
    }

    private async ValueTask<TResult> AskAgainAsync(TQuestion question, TResult exhausted)
    {
        // Others that waited for the same claim may have taken all of it; then there is another one.
        var began = _timeProvider.GetTimestamp();
        for (var attempt = 0; attempt < MostClaims && _timeProvider.GetElapsedTime(began) < _options.AnswerTime; attempt++)
        {
            var mayBeMore = await ClaimInTimeAsync().ConfigureAwait(false);
            // Also where nothing was claimed: another claim may have ended after the reserve was found empty.
            var again = _leases.Ask(question, isAgain: true);
            if (again.HasLease) return await WriteAsync(question, again).ConfigureAwait(false);
            if (!again.IsExhausted) return again.Result;
            if (!mayBeMore || _holds.IsAlone) break;
        }

        return exhausted;
    }
}
