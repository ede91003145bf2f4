using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Maas;

/// <summary>
/// Checking a password is slow on purpose. Callers may keep half of the processors busy with it, a short queue waits, and one address has
/// few places in it: a caller from another address never waits for many requests of one address.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore's wait handle is never asked for, so there is nothing to dispose.")]
internal sealed class PasswordQueue
{
    private const int MostWaiting = 16, MostOfAddress = 2;

    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _waiting = [];
    private int _all;

    /// <summary>Runs a check in its turn.</summary>
    /// <returns>Whether there was a place in the queue, and the check's result.</returns>
    public async Task<(bool Entered, T? Result)> RunAsync<T>(IPAddress from, Func<Task<T>> check, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var own = _waiting.GetValueOrDefault(from);
            if (_all >= MostWaiting || own >= MostOfAddress) return (false, default);
            (_all, _waiting[from]) = (_all + 1, own + 1);
        }

        try
        {
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                // On the pool: the check takes its time without an await.
                return (true, await Task.Run(check, cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            lock (_gate)
            {
                _all--;
                if (--_waiting[from] == 0) _waiting.Remove(from);
            }
        }
    }
}
