using System.Collections.Concurrent;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>The exchanges of a server: as many as may be under way at once, made when first needed.</summary>
internal sealed class DhcpTransactionPool(int limit)
{
    private readonly ConcurrentQueue<DhcpTransaction> _idle = new();
    private int _made;

    /// <summary>An exchange to use; <see langword="null"/> when all are under way.</summary>
    public DhcpTransaction? Rent()
    {
        if (!_idle.TryDequeue(out var exchange))
        {
            if (Interlocked.Increment(ref _made) > limit)
            {
                Interlocked.Decrement(ref _made);
                return null;
            }

            exchange = new DhcpTransaction();
        }

        exchange.SetRented(true);
        return exchange;
    }

    /// <summary>Takes an exchange back.</summary>
    /// <returns>Whether it was handed out. One that was not is not taken twice: two clients would share its buffers.</returns>
    public bool Return(DhcpTransaction exchange)
    {
        if (!exchange.SetRented(false)) return false;
        exchange.Reset();
        _idle.Enqueue(exchange);
        return true;
    }
}
