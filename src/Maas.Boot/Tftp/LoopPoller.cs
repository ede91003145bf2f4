using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Tftp;

/// <summary>The poller of a transfer loop on a network in memory: to wake it is to post one turn; it has no sockets.</summary>
internal sealed class LoopPoller(IDatagramNetwork network) : SocketPoller
{
    private Action? _turn;
    private int _isPosted;

    /// <summary>Begins to turn.</summary>
    public void Start(Action turn) => _turn = turn;

    public override void Add(Socket socket, int token) => throw new NotSupportedException("There are no sockets in memory.");

    public override void Remove(Socket socket, int token) => throw new NotSupportedException("There are no sockets in memory.");

    public override int Wait(TimeSpan timeout, Span<int> ready) => 0;

    public override void Wake()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0) network.Post(Turn);
    }

    public override void Dispose()
    {
    }

    // A turn that posts to its own loop, where posting runs at once, is followed by another.
    private void Turn()
    {
        Volatile.Write(ref _isPosted, 0);
        _turn?.Invoke();
    }
}
