using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Maas.Testing.Virtual;

/// <summary>
/// Runs everything on a network, one step after the other: what is ready, then, when nothing runs, the next event. Application code that
/// goes elsewhere is waited for in real time.
/// </summary>
/// <param name="patience">How long it is waited for.</param>
internal sealed class NetworkLoop(Func<TimeSpan> patience)
{
    // A completed call waits for those beside it, so that their order is always the same; not for ever, because one may wait for another.
    private static readonly TimeSpan OrderPatience = TimeSpan.FromMilliseconds(200);

    private readonly EventQueue _events = new();
    private readonly Queue<Action> _ready = new();
    private readonly List<OutsideCall> _outside = [];
    private readonly Lock _inline = new();
    private int _thread;
    private long _now, _steps;

    /// <summary>Guards the queues; pulsed when something comes from outside.</summary>
    public object Gate { get; } = new();

    /// <summary>The time in ticks since the beginning.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>Whether the present code runs on the loop.</summary>
    public bool IsOnLoop => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId;

    public bool IsRunning => Volatile.Read(ref _thread) != 0;

    /// <summary>How many steps it has run.</summary>
    public long Steps => Volatile.Read(ref _steps);

    /// <summary>Adds an event.</summary>
    public void Add(long due, ScheduledEvent scheduled)
    {
        lock (Gate)
        {
            NoteStray();
            _events.Add(due, scheduled);
            Monitor.Pulse(Gate);
        }
    }

    /// <summary>
    /// How many events came from other threads while no call into the application's code was under way: code that has left the loop
    /// unnoticed, whose order is not determined.
    /// </summary>
    public int Strays { get; private set; }

    /// <summary>Runs something on the loop: next, or when the loop runs again.</summary>
    public void Enqueue(Action action)
    {
        lock (Gate)
        {
            _ready.Enqueue(action);
            Monitor.Pulse(Gate);
        }
    }

    /// <summary>Runs something on the loop, or, while it does not run, here: what ends a server needs no clock.</summary>
    public void Post(Action action)
    {
        lock (Gate)
        {
            if (IsRunning)
            {
                _ready.Enqueue(action);
                Monitor.Pulse(Gate);
                return;
            }
        }

        lock (_inline) action();
    }

    /// <summary>Calls into the application's code and continues on the loop.</summary>
    public async ValueTask<T> OutsideAsync<T>(string what, Func<ValueTask<T>> call)
    {
        var outside = new OutsideCall(what);
        var before = OutsideCall.Current;
        OutsideCall.Current = outside;
        ValueTask<T> pending;
        try
        {
            pending = call();
        }
        finally
        {
            OutsideCall.Current = before;
        }

        if (pending.IsCompleted) return await pending.ConfigureAwait(false);
        lock (Gate) _outside.Add(outside);
        try
        {
            return await pending.ConfigureAwait(false);
        }
        finally
        {
            await new BackOnLoop(this, outside);
        }
    }

    /// <summary>Runs until a task has completed and everything that it made ready has run.</summary>
    /// <param name="until">The task.</param>
    /// <param name="limit">The latest time to advance to, in ticks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="VirtualNetworkStalledException">Nothing can happen any more, or the limit is reached.</exception>
    public void RunUntil(Task until, long limit, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _thread, Environment.CurrentManagedThreadId, 0) != 0)
            throw new InvalidOperationException("The network runs already.");
        using var cancelled = cancellationToken.Register(() =>
        {
            lock (Gate) Monitor.Pulse(Gate);
        });
        try
        {
            while (Next(until, limit, cancellationToken) is { } action)
            {
                action();
                Volatile.Write(ref _steps, _steps + 1);
            }
        }
        finally
        {
            lock (Gate) Volatile.Write(ref _thread, 0);
        }
    }

    // The next step; null when the task has completed and nothing is ready.
    private Action? Next(Task until, long limit, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            var (since, stallTimeout) = (Environment.TickCount64, patience());
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_ready.TryDequeue(out var ready)) return ready;
                if (until.IsCompleted) return null;
                var waited = TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
                var blocks = _outside.Exists(o => o.Blocks);
                if ((!blocks || waited >= OrderPatience) && TryTakeCompleted(out var completed)) return completed;
                if (!blocks && _events.TryTake(limit, out var scheduled))
                {
                    Volatile.Write(ref _now, _events.Now);
                    return scheduled.Run;
                }

                if (!blocks && _events.HasNext) throw new VirtualNetworkStalledException(
                    $"The code that runs on the network has not ended by its time limit, {TimeSpan.FromTicks(limit):g} of virtual time.");
                if (waited >= stallTimeout) throw new VirtualNetworkStalledException(Stalled(stallTimeout));
                var left = (_outside.Exists(o => o.Continuation is not null) ? OrderPatience : stallTimeout) - waited;
                Monitor.Wait(Gate, left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
            }
        }
    }

    private void NoteStray()
    {
        if (IsRunning && !IsOnLoop && _outside.Count == 0) Strays++;
    }

    private bool TryTakeCompleted([NotNullWhen(true)] out Action? continuation)
    {
        var index = _outside.FindIndex(o => o.Continuation is not null);
        continuation = index < 0 ? null : _outside[index].Continuation!; // just found
        if (index >= 0) _outside.RemoveAt(index);
        return index >= 0;
    }

    private string Stalled(TimeSpan stallTimeout)
    {
        var calls = string.Join(" and ", _outside.Where(o => o.Blocks).Select(o => o.What));
        var time = $"For {stallTimeout.TotalSeconds:0.#} s of real time";
        return calls.Length > 0
            ? $"{time}, {calls} has not completed and waits for nothing on the network. "
                + "Code that waits must use the network's TimeProvider; work that takes longer needs a longer StallTimeout."
            : $"{time}, the code that runs on the network has not ended, and nothing is due there. It waits for something else: "
                + "use the network's TimeProvider to wait, and OutsideAsync for work beside the network.";
    }

    // Continues an outside call on the loop; while it does not run, where the call completed.
    private readonly struct BackOnLoop(NetworkLoop loop, OutsideCall outside) : ICriticalNotifyCompletion
    {
        public BackOnLoop GetAwaiter() => this;

        public bool IsCompleted
        {
            get
            {
                lock (loop.Gate)
                {
                    if (!loop.IsOnLoop && loop.IsRunning) return false;
                    loop._outside.Remove(outside);
                    return true;
                }
            }
        }

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            lock (loop.Gate)
            {
                if (loop.IsRunning)
                {
                    outside.Continuation = continuation;
                    Monitor.Pulse(loop.Gate);
                    return;
                }

                loop._outside.Remove(outside);
            }

            continuation();
        }
    }
}
