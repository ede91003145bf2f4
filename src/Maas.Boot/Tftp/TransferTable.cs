using System.Diagnostics;
using System.Net;

namespace Maas.Boot.Tftp;

/// <summary>Which transfers run, and whether one more may: the bounds in all and per client.</summary>
/// <remarks>
/// A request with a forged sender holds a place until its answer has been repeated in vain. When the table is full, the oldest
/// transfer that was never answered makes room, so that a flood of such requests cannot shut the others out.
/// </remarks>
internal sealed class TransferTable(int max, int maxPerClient, TimeProvider timeProvider)
{
    // A client that has not answered for so long is slow at least.
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, TransferSlot> _slots = [];
    private readonly Dictionary<IPAddress, int> _perClient = [];
    private readonly Queue<TransferSlot> _unanswered = [];
    private long _windowBytes;

    /// <summary>How many run.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _slots.Count;
        }
    }

    /// <summary>What runs for a client's port.</summary>
    public TransferSlot? Find(IPEndPoint client)
    {
        lock (_lock) return _slots.GetValueOrDefault(client);
    }

    /// <summary>
    /// Takes a place; <see langword="null"/> when no place is free, with <paramref name="bound"/> saying which bound was met.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="request">What for.</param>
    /// <param name="displaced">The transfer that has lost its place and is to be ended.</param>
    /// <param name="bound">Empty, or which bound.</param>
    public TransferSlot? TryTake(IPEndPoint client, TftpRequest request, out RunningTransfer? displaced, out string bound)
    {
        lock (_lock)
        {
            bound = "";
            displaced = _slots.Count >= max ? Displace() : null;
            var mine = _perClient.GetValueOrDefault(client.Address);
            if (_slots.Count >= max) bound = $"{max} transfers are running";
            else if (mine >= maxPerClient && !IPAddress.IsLoopback(client.Address))
                bound = $"{maxPerClient} transfers are running for this client";
            if (bound.Length > 0) return null;
            var slot = new TransferSlot(client, request, timeProvider.GetTimestamp());
            _slots[client] = slot;
            _unanswered.Enqueue(slot);
            _perClient[client.Address] = mine + 1;
            return slot;
        }
    }

    /// <summary>
    /// The longest window that a newcomer may be granted: an eighth of what is left for all, so that the last of many still gets one block.
    /// </summary>
    public int WindowBytesFor(TftpServerOptions options)
    {
        lock (_lock) return (int)Math.Clamp((options.MaxWindowBytesInAll - _windowBytes) / 8, 0, options.MaxWindowBytes);
    }

    /// <summary>Counts the window that a transfer was granted.</summary>
    public void Reserve(TransferSlot slot, int windowBytes)
    {
        lock (_lock)
        {
            if (slot.Released) return;
            _windowBytes += windowBytes - slot.WindowBytes;
            slot.WindowBytes = windowBytes;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(TransferSlot slot)
    {
        lock (_lock) Free(slot);
    }

    private RunningTransfer? Displace()
    {
        while (_unanswered.TryPeek(out var oldest))
        {
            var settled = oldest.Released || oldest.Running?.Session.Transfer.Heard == true;
            if (!settled && (oldest.Running is null || timeProvider.GetElapsedTime(oldest.Taken) < Doubtful)) return null;
            _unanswered.Dequeue();
            if (settled) continue;
            Free(oldest);
            return oldest.Running;
        }

        return null;
    }

    private void Free(TransferSlot slot)
    {
        if (slot.Released) return;
        slot.Released = true;
        _windowBytes -= slot.WindowBytes;
        if (_slots.GetValueOrDefault(slot.Client) == slot) _slots.Remove(slot.Client);
        var left = _perClient.GetValueOrDefault(slot.Client.Address) - 1;
        if (left > 0) _perClient[slot.Client.Address] = left;
        else _perClient.Remove(slot.Client.Address);
        while (_unanswered.TryPeek(out var oldest) && (oldest.Released || oldest.Running?.Session.Transfer.Heard == true))
            _unanswered.Dequeue();
    }
}

/// <summary>A place in the table, from the request until the end of its transfer.</summary>
internal sealed class TransferSlot(IPEndPoint client, TftpRequest request, long taken)
{
    public IPEndPoint Client => client;

    public TftpRequest Request => request;

    /// <summary>When, in the clock's timestamps.</summary>
    public long Taken => taken;

    /// <summary>The session and its loop; <see langword="null"/> while the file is being opened.</summary>
    public volatile RunningTransfer? Running;

    public bool Released { get; set; }

    /// <summary>The bytes of its window, as the table has counted them.</summary>
    public int WindowBytes { get; set; }

    /// <summary>The trace of the request; <see langword="null"/> without a listener.</summary>
    public Activity? Activity { get; set; }
}

/// <summary>A session with the loop that runs it.</summary>
internal sealed record RunningTransfer(TransferSession Session, TransferLoop Loop);
