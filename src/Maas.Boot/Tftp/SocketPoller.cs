using System.Net;
using System.Net.Sockets;

namespace Maas.Boot.Tftp;

/// <summary>Waits for the sockets of one loop: which of them has something to read?</summary>
internal abstract class SocketPoller : IDisposable
{
    /// <summary>The best there is on this system.</summary>
    public static SocketPoller Create() => OperatingSystem.IsLinux() ? new EpollPoller() : new SelectPoller();

    /// <summary>Begins to watch a socket; <paramref name="token"/> names it.</summary>
    public abstract void Add(Socket socket, int token);

    /// <summary>Ends it; to be called before the socket is closed.</summary>
    public abstract void Remove(Socket socket, int token);

    /// <summary>Waits until a socket has something to read, <see cref="Wake"/> is called, or the time is over.</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="ready">Filled with the tokens of the sockets that have something to read.</param>
    /// <returns>How many there are.</returns>
    public abstract int Wait(TimeSpan timeout, Span<int> ready);

    /// <summary>Ends a <see cref="Wait"/>, from any thread.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Whole milliseconds, rounded up so that a deadline has passed when the wait ends.</summary>
    protected static int Milliseconds(TimeSpan timeout) =>
        timeout < TimeSpan.Zero ? -1 : (int)Math.Min(int.MaxValue, Math.Ceiling(timeout.TotalMilliseconds));
}

/// <summary>
/// The portable poller:
/// <see cref="Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, TimeSpan)"/>, whose cost grows
/// with the number of sockets.
/// </summary>
internal sealed class SelectPoller : SocketPoller
{
    private readonly Dictionary<Socket, int> _tokens = [];
    private readonly List<Socket> _watched = [];
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public SelectPoller()
    {
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!); // bound above
        _wake.Blocking = false;
    }

    public override void Add(Socket socket, int token) => _tokens[socket] = token;

    public override void Remove(Socket socket, int token) => _tokens.Remove(socket);

    public override int Wait(TimeSpan timeout, Span<int> ready)
    {
        _watched.Clear();
        _watched.Add(_wake);
        _watched.AddRange(_tokens.Keys);
        Socket.Select(_watched, null, null, timeout);
        var count = 0;
        foreach (var socket in _watched)
        {
            if (socket == _wake) Drain();
            else if (count < ready.Length) ready[count++] = _tokens[socket];
        }

        return count;
    }

    public override void Wake() => _wake.Send([0], SocketFlags.None, out _);

    public override void Dispose() => _wake.Dispose();

    private void Drain()
    {
        Span<byte> byTheWay = stackalloc byte[8];
        while (_wake.Receive(byTheWay, SocketFlags.None, out var error) > 0 && error == SocketError.Success) { }
    }
}
