using System.Collections.Concurrent;

namespace Maas.Boot.Dhcp.Serving;

/// <summary>The exchanges of a server: as many as may be under way at once, made when first needed.</summary>
internal sealed class ExchangePool(int limit)
{
    private readonly ConcurrentQueue<Exchange> _idle = new();
    private int _made;

    /// <summary>An exchange to use; <see langword="null"/> when all are under way.</summary>
    public Exchange? Rent()
    {
        if (_idle.TryDequeue(out var exchange)) return exchange;
        if (Interlocked.Increment(ref _made) <= limit) return new Exchange();
        Interlocked.Decrement(ref _made);
        return null;
    }

    public void Return(Exchange exchange)
    {
        exchange.Reset();
        _idle.Enqueue(exchange);
    }
}
