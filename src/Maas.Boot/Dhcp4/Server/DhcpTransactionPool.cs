using System.Collections.Concurrent;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>The transactions of a server: as many as may be under way at once, made when first needed.</summary>
internal sealed class DhcpTransactionPool(int limit)
{
    private readonly ConcurrentQueue<DhcpTransaction> _idle = new();
    private int _made;

    /// <summary>An transaction to use; <see langword="null"/> when all are under way.</summary>
    public DhcpTransaction? Rent()
    {
        if (!_idle.TryDequeue(out var transaction))
        {
            if (Interlocked.Increment(ref _made) > limit)
            {
                Interlocked.Decrement(ref _made);
                return null;
            }

            transaction = new DhcpTransaction();
        }

        transaction.SetRented(true);
        return transaction;
    }

    /// <summary>Takes a transaction back.</summary>
    /// <returns>Whether it was handed out. One that was not is not taken twice: two clients would share its buffers.</returns>
    public bool Return(DhcpTransaction transaction)
    {
        if (!transaction.SetRented(false)) return false;
        transaction.Reset();
        _idle.Enqueue(transaction);
        return true;
    }
}
