using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Holds the state of the store, and replaces it by one write at a time.</summary>
internal sealed class InMemoryDatabase
{
    private readonly Lock _lock = new();
    private volatile InMemoryState _state = new();
    private volatile StoreLimits? _limits;
    private TaskCompletionSource _machineChanged = NewSignal();

    /// <summary>The limits that the store was opened with.</summary>
    public StoreLimits Limits => _limits ?? throw new InvalidOperationException("The store is not open: call OpenAsync first.");

    /// <summary>Completes at the next change of a machine.</summary>
    public Task NextMachineChange => Volatile.Read(ref _machineChanged).Task;

    public void Open(StoreLimits limits)
    {
        lock (_lock)
        {
            if (_limits is not null) throw new InvalidOperationException("The store is open already.");
            _limits = limits;
            // Claims are those of workers that ended with the previous host.
            _state = PowerActions.ReleaseClaims(_state);
        }
    }

    public void Close()
    {
        lock (_lock) _limits = null;
    }

    public Task<T> ReadAsync<T>(Func<InMemoryState, T> query, CancellationToken cancellationToken)
    {
        _ = Limits;
        return cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : Task.FromResult(query(_state));
    }

    /// <summary>Runs a transaction: the state that <paramref name="change"/> returns becomes the present one, unless it throws.</summary>
    public Task<T> WriteAsync<T>(Func<InMemoryState, (InMemoryState Next, T Result)> change, CancellationToken cancellationToken)
    {
        _ = Limits;
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        bool isMachineChanged;
        T result;
        try
        {
            lock (_lock)
            {
                var before = _state;
                (_state, result) = change(before);
                isMachineChanged = _state.Changes.Last > before.Changes.Last;
            }
        }
        catch (Exception failure)
        {
            return Task.FromException<T>(failure);
        }

        if (isMachineChanged) Interlocked.Exchange(ref _machineChanged, NewSignal()).SetResult();
        return Task.FromResult(result);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
