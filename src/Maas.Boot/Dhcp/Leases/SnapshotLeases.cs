namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// Lets an allocator answer alone, from what an earlier process of the host kept of the store. What it grants is in the host's journal
/// before the client learns of it; the process that reaches the store again writes it there.
/// </summary>
/// <param name="leases">The allocator.</param>
/// <param name="journal">The journal.</param>
/// <param name="metrics">What it counts.</param>
internal sealed class SnapshotLeases<TAddress, TLease, TQuestion, TResult, TFormat>(
    ISharedLeases<TQuestion, TResult, TLease> leases, JournalFile<TAddress, TLease, TFormat> journal, SharedLeaseMetrics metrics)
    : IAsyncDisposable
    where TAddress : notnull
    where TLease : ILeaseRecord<TLease, TAddress>
    where TFormat : IJournalRecords<TAddress, TLease>
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _lock = new();
    private Group _next = new();
    private int _isClosed;

    /// <summary>How many leases wait to be written to the store.</summary>
    public int Unwritten => journal.Read().Length;

    /// <summary>How many addresses are left for new clients.</summary>
    public int FreeInReserve => leases.CountFreeInReserve();

    /// <summary>Answers a question, after the lease that it grants is in the journal.</summary>
    /// <exception cref="IOException">The journal cannot be written: the client is not answered.</exception>
    public async ValueTask<TResult> AskAsync(TQuestion question)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed) != 0, this);
        var answer = leases.Ask(question, isAgain: false);
        if (answer is not { HasLease: true, Lease: { } lease }) return answer.Result;
        if (lease.State == LeaseState.Bound)
        {
            answer = leases.AnswerAlone(question, answer);
            if (answer is not { HasLease: true, Lease: { } granted })
            {
                metrics.NotGranted();
                return answer.Result;
            }

            metrics.GrantedAlone();
            lease = granted;
        }

        await WriteAsync(lease).ConfigureAwait(false);
        return answer.Result;
    }

    /// <summary>Closes the journal, after what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        await _writing.WaitAsync().ConfigureAwait(false);
        journal.Dispose();
        _writing.Release();
    }

    // What comes while the journal is written is written together.
    private async Task WriteAsync(TLease lease)
    {
        Group group;
        lock (_lock)
        {
            group = _next;
            group.Leases.Add(lease);
        }

        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (group.Write is null)
            {
                lock (_lock) _next = new Group();
                group.Write = Task.Run(() => journal.Write(group.Leases.ToArray()));
            }

            await group.Write.ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private sealed class Group
    {
        public List<TLease> Leases { get; } = [];

        public Task? Write { get; set; }
    }
}
