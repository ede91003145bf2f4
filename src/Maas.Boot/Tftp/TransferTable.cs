using System.Net;

namespace Maas.Boot.Tftp;

/// <summary>Which transfers run, and whether one more may: the bounds in all and per client.</summary>
internal sealed class TransferTable(int max, int maxPerClient)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, TransferSlot> _slots = [];
    private readonly Dictionary<IPAddress, int> _perClient = [];

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

    /// <summary>Takes a place; <see langword="null"/> when there is none, with <paramref name="bound"/> saying which bound was met.</summary>
    public TransferSlot? TryTake(IPEndPoint client, TftpRequest request, out string bound)
    {
        lock (_lock)
        {
            bound = "";
            var mine = _perClient.GetValueOrDefault(client.Address);
            if (_slots.Count >= max) bound = $"{max} transfers are running";
            else if (mine >= maxPerClient && !IPAddress.IsLoopback(client.Address)) bound = $"{maxPerClient} transfers are running for this client";
            if (bound.Length > 0) return null;
            var slot = new TransferSlot(client, request);
            _slots[client] = slot;
            _perClient[client.Address] = mine + 1;
            return slot;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(TransferSlot slot)
    {
        lock (_lock)
        {
            if (slot.Released) return;
            slot.Released = true;
            if (_slots.GetValueOrDefault(slot.Client) == slot) _slots.Remove(slot.Client);
            var left = _perClient.GetValueOrDefault(slot.Client.Address) - 1;
            if (left > 0) _perClient[slot.Client.Address] = left;
            else _perClient.Remove(slot.Client.Address);
        }
    }
}

/// <summary>A place in the table, from the request until the end of its transfer.</summary>
internal sealed class TransferSlot(IPEndPoint client, TftpRequest request)
{
    public IPEndPoint Client => client;

    public TftpRequest Request => request;

    /// <summary>The session and its lane; <see langword="null"/> while the file is being opened.</summary>
    public volatile RunningTransfer? Running;

    public bool Released { get; set; }
}

/// <summary>A session with the lane that runs it.</summary>
internal sealed record RunningTransfer(TransferSession Session, TransferLane Lane);
