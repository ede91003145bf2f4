using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace DhcpLoad;

/// <summary>
/// A relay agent with many clients behind it. One thread begins exchanges (with a rate), one takes the answers and goes on with them.
/// An exchange's xid is its number, and its slot is the number modulo the table, so nothing is looked up.
/// </summary>
internal sealed class LoadRelay : IDisposable
{
    private const int Slots = 1 << 17;
    private const byte Offer = 2, Ack = 5;

    private readonly LoadOptions _options;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly long[] _began = new long[Slots]; // 0: nothing under way
    private readonly uint?[] _requested = new uint?[Slots]; // the exchange that a server was chosen in
    private readonly SocketAddress[] _servers; // empty where the socket is connected to the only one
    private readonly List<double> _milliseconds = new(1 << 20);
    private readonly ClientPacket _discovers;
    private readonly ClientPacket _requests;
    private int _next;
    private volatile bool _begun;
    private volatile bool _ending;

    public LoadRelay(LoadOptions options)
    {
        _options = options;
        _discovers = new ClientPacket(options.Relay.Address);
        _requests = new ClientPacket(options.Relay.Address);
        _socket.ReceiveBufferSize = 8 << 20;
        _socket.SendBufferSize = 8 << 20;
        _socket.Bind(options.Relay);
        if (options.Servers is [var server]) _socket.Connect(server);
        _servers = options.Servers.Count == 1 ? [] : [.. options.Servers.Select(each => each.Serialize())];
        _socket.ReceiveTimeout = 100;
    }

    /// <summary>Exchanges begun.</summary>
    public int Begun => _next;

    /// <summary>DISCOVER to ACK, in milliseconds, of the exchanges that ended in time.</summary>
    public IReadOnlyList<double> Milliseconds => _milliseconds;

    /// <summary>Answers that were neither OFFER nor ACK.</summary>
    public int Refusals { get; private set; }

    /// <summary>OFFERs, of all servers.</summary>
    public int Offers { get; private set; }

    public TimeSpan Took { get; private set; }

    /// <summary>Runs the load to its end.</summary>
    public async Task RunAsync()
    {
        var clock = Stopwatch.StartNew();
        var receiver = new Thread(Receive) { Name = "answers" };
        receiver.Start();
        if (_options.Rate > 0) await BeginAtRateAsync(clock);
        else await BeginAsTheyEndAsync(clock);
        _begun = true;
        Took = clock.Elapsed;
        await Task.Delay(LoadOptions.Patience, TimeProvider.System);
        _ending = true;
        receiver.Join();
    }

    public void Dispose() => _socket.Dispose();

    private bool Over(Stopwatch clock) => _options.Once ? _next >= _options.Clients : clock.Elapsed >= _options.Duration;

    private async Task BeginAtRateAsync(Stopwatch clock)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!Over(clock) && await tick.WaitForNextTickAsync())
        {
            var due = (long)(clock.Elapsed.TotalSeconds * _options.Rate);
            while (_next < due && !Over(clock)) Begin();
        }
    }

    // The receiver begins an exchange for each that ends; this only starts them, and replaces those whose packets were lost.
    private async Task BeginAsTheyEndAsync(Stopwatch clock)
    {
        for (var i = 0; i < _options.Outstanding && !Over(clock); i++) Begin();
        using var tick = new PeriodicTimer(LoadOptions.Patience);
        var seen = 0;
        while (!Over(clock) && await tick.WaitForNextTickAsync())
        {
            var now = Volatile.Read(ref _next);
            for (var i = 0; now == seen && i < _options.Outstanding && !Over(clock); i++) Begin();
            seen = now;
        }
    }

    private void Begin()
    {
        var number = Interlocked.Increment(ref _next) - 1;
        Volatile.Write(ref _began[number % Slots], Stopwatch.GetTimestamp());
        lock (_discovers) Send(_discovers.Discover((uint)number, number % _options.Clients));
    }

    private void Receive()
    {
        Span<byte> datagram = stackalloc byte[1500];
        while (!_ending)
        {
            var count = _socket.Receive(datagram, SocketFlags.None, out var error);
            if (error == SocketError.Success) Take(datagram[..count]);
        }
    }

    private void Take(ReadOnlySpan<byte> answer)
    {
        var (xid, type) = ClientPacket.Read(answer);
        ref var began = ref _began[xid % Slots];
        var since = Volatile.Read(ref began);
        if (since == 0) return;
        if (type == Offer) Choose(xid, answer);
        else if (type == Ack) End(ref began, since);
        else Refusals++;
    }

    // The first server that offers; the others learn from the REQUEST that they were not chosen.
    private void Choose(uint xid, ReadOnlySpan<byte> offer)
    {
        Offers++;
        ref var requested = ref _requested[xid % Slots];
        if (requested == xid) return;
        requested = xid;
        Send(_requests.Request(xid, (int)(xid % (uint)_options.Clients), offer));
    }

    private void Send(ReadOnlySpan<byte> message)
    {
        if (_servers.Length == 0) _socket.Send(message, SocketFlags.None, out _);
        foreach (var server in _servers) _socket.SendTo(message, SocketFlags.None, server);
    }

    private void End(ref long began, long since)
    {
        Volatile.Write(ref began, 0);
        var took = Stopwatch.GetElapsedTime(since);
        if (took <= LoadOptions.Patience) _milliseconds.Add(took.TotalMilliseconds);
        if (_options.Rate == 0 && !_begun && !(_options.Once && _next >= _options.Clients)) Begin();
    }
}
