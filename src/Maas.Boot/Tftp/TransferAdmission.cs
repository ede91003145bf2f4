using System.Net;

namespace Maas.Boot.Tftp;

/// <summary>Decides which requests get a transfer: the bounds in all and per client. Safe for use from several threads.</summary>
/// <remarks>
/// A request with a forged sender holds a place until its answer has been repeated in vain. When all places are taken, the oldest
/// transfer that was never answered makes room, so that a flood of such requests cannot shut the others out.
/// </remarks>
internal sealed class TransferAdmission(TftpServerOptions options, TimeProvider timeProvider)
{
    // A client that has not answered for so long is slow at least.
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, TransferEntry> _entries = [];
    private readonly Dictionary<IPAddress, int> _perClient = [];
    private readonly Queue<TransferEntry> _unanswered = [];
    private long _windowBytes;

    /// <summary>How many transfers there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    /// <summary>What there is for a client's port.</summary>
    public TransferEntry? Find(IPEndPoint client)
    {
        lock (_lock) return _entries.GetValueOrDefault(client);
    }

    /// <summary>Admits a request, if no bound is met.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">What it asks.</param>
    /// <param name="bound">Which bound was met; <see langword="null"/> when it is admitted.</param>
    /// <returns>Its entry; <see langword="null"/> when it is not admitted.</returns>
    public TransferEntry? TryAdmit(IPEndPoint client, TftpRequest request, out TransferBound? bound)
    {
        TransferSession? displaced;
        TransferEntry? entry = null;
        lock (_lock)
        {
            displaced = _entries.Count >= options.MaxTransfers ? Displace() : null;
            bound = BoundMetBy(client.Address);
            if (bound is null)
            {
                entry = new TransferEntry(client, request, timeProvider.GetTimestamp());
                _entries[client] = entry;
                _unanswered.Enqueue(entry);
                _perClient[client.Address] = _perClient.GetValueOrDefault(client.Address) + 1;
            }
        }

        displaced?.Post(session => session.End(TftpOutcome.Displaced));
        return entry;
    }

    /// <summary>
    /// The longest window that a newcomer may be granted: an eighth of what is left for all, so that the last of many still gets one block.
    /// </summary>
    public int LongestWindowBytes()
    {
        lock (_lock) return (int)Math.Clamp((options.MaxWindowBytesInAll - _windowBytes) / 8, 0, options.MaxWindowBytes);
    }

    /// <summary>Counts the window that a transfer was granted.</summary>
    public void Reserve(TransferEntry entry, int windowBytes)
    {
        lock (_lock)
        {
            if (entry.IsReleased) return;
            _windowBytes += windowBytes - entry.WindowBytes;
            entry.WindowBytes = windowBytes;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(TransferEntry entry)
    {
        lock (_lock) Free(entry);
    }

    private TransferBound? BoundMetBy(IPAddress client)
    {
        if (_entries.Count >= options.MaxTransfers) return new TransferBound($"{options.MaxTransfers} transfers are running", null);
        return _perClient.GetValueOrDefault(client) >= options.MaxTransfersPerClient && !IPAddress.IsLoopback(client)
            ? new TransferBound($"{options.MaxTransfersPerClient} transfers are running for this client", client)
            : null;
    }

    private TransferSession? Displace()
    {
        while (_unanswered.TryPeek(out var oldest))
        {
            var isSettled = IsSettled(oldest);
            if (!isSettled && (oldest.Session is null || timeProvider.GetElapsedTime(oldest.Admitted) < Doubtful)) return null;
            _unanswered.Dequeue();
            if (isSettled) continue;
            Free(oldest);
            return oldest.Session;
        }

        return null;
    }

    private void Free(TransferEntry entry)
    {
        if (entry.IsReleased) return;
        entry.IsReleased = true;
        _windowBytes -= entry.WindowBytes;
        if (_entries.GetValueOrDefault(entry.Client) == entry) _entries.Remove(entry.Client);
        var left = _perClient.GetValueOrDefault(entry.Client.Address) - 1;
        if (left > 0) _perClient[entry.Client.Address] = left;
        else _perClient.Remove(entry.Client.Address);
        while (_unanswered.TryPeek(out var oldest) && IsSettled(oldest)) _unanswered.Dequeue();
    }

    private static bool IsSettled(TransferEntry entry) => entry.IsReleased || entry.Session?.Transfer.Heard == true;
}

/// <summary>A bound on transfers that was met.</summary>
/// <param name="Description">Which, as text.</param>
/// <param name="Client">The client whose bound it is; <see langword="null"/> for the bound of all.</param>
internal sealed record TransferBound(string Description, IPAddress? Client);
