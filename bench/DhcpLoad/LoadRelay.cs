using System.Diagnostics;
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
        _socket.Connect(options.Server);
        _socket.ReceiveTimeout = 100;
    }

    /// <summary>Exchanges begun.</summary>
    public int Begun => _next;

    /// <summary>DISCOVER to ACK, in milliseconds, of the exchanges that ended in time.</summary>
    public IReadOnlyList<double> Milliseconds => _milliseconds;

    /// <summary>Answers that were neither OFFER nor ACK.</summary>
    public int Refusals { get; private set; }

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
        lock (_discovers) _socket.Send(_discovers.Discover((uint)number, number % _options.Clients), SocketFlags.None, out _);
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
        if (type == Offer) _socket.Send(_requests.Request(xid, (int)(xid % (uint)_options.Clients), answer), SocketFlags.None, out _);
        else if (type == Ack) End(ref began, since);
        else Refusals++;
    }

    private void End(ref long began, long since)
    {
        Volatile.Write(ref began, 0);
        var took = Stopwatch.GetElapsedTime(since);
        if (took <= LoadOptions.Patience) _milliseconds.Add(took.TotalMilliseconds);
        if (_options.Rate == 0 && !_begun && !(_options.Once && _next >= _options.Clients)) Begin();
    }
}
