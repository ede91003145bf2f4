using System.Collections.Concurrent;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Tftp;

/// <summary>
/// A thread that runs many transfers: waits for their packets and deadlines and lets each take its step. A transfer never changes loops, so
/// it needs no lock.
/// </summary>
internal sealed class TransferLoop : IDisposable
{
    private readonly TimeProvider _time;
    private readonly SocketPoller _poller;
    private readonly FailureLog _failures;
    private readonly ConcurrentQueue<Action> _inbox = new();
    private readonly Dictionary<int, TransferSession> _sessions = [];
    private readonly PriorityQueue<TransferSession, TimeSpan> _deadlines = new();
    private readonly int[] _ready = new int[256];
    private readonly long _epoch;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TransferSession? _only; // when there is but one
    private int _lastToken;
    private volatile bool _stopping;

    public TransferLoop(TimeProvider timeProvider, SocketPoller poller, FailureLog failures)
    {
        _time = timeProvider;
        _poller = poller;
        _failures = failures;
        _epoch = timeProvider.GetTimestamp();
    }

    /// <summary>Where packets are put together before they are sent; of the loop's thread.</summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(1 << 17);

    /// <summary>The loop's clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_epoch);

    /// <summary>Ends when the thread has.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the thread.</summary>
    public void Start(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs on the loop of a network in memory instead of on a thread.</summary>
    /// <param name="poller">The loop's poller.</param>
    public void StartOn(LoopPoller poller)
    {
        var due = _time.CreateTimer(_ => poller.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        poller.Start(() =>
        {
            if (_ended.Task.IsCompleted) return;
            Turn(0);
            if (_stopping)
            {
                due.Dispose();
                EndAll();
            }
            else
            {
                due.Change(Patience(), Timeout.InfiniteTimeSpan);
            }
        });
    }

    /// <summary>Has something done by the loop's thread.</summary>
    public void Post(Action action)
    {
        _inbox.Enqueue(action);
        _poller.Wake();
    }

    /// <summary>Ends all transfers, then the thread.</summary>
    public void Stop()
    {
        _stopping = true;
        _poller.Wake();
    }

    /// <summary>Takes in a transfer; on the loop's thread.</summary>
    public void Add(TransferSession session)
    {
        // Ended before it began: the client has asked for something else meanwhile.
        if (session.Transfer.Outcome is not null) return;
        session.Token = ++_lastToken;
        _sessions.Add(session.Token, session);
        _only = _sessions.Count == 1 ? session : null;
        if (session.Socket.OwnSocket is { } socket) _poller.Add(socket, session.Token);
        session.Socket.Attach(session);
        session.Start();
        Watch(session);
    }

    /// <summary>Lets go of a transfer that has ended; on the loop's thread.</summary>
    public void Remove(TransferSession session)
    {
        if (!_sessions.Remove(session.Token)) return;
        _only = _sessions.Count == 1 ? _sessions.Values.First() : null;
        if (session.Socket.OwnSocket is { } socket) _poller.Remove(socket, session.Token);
    }

    /// <inheritdoc/>
    public void Dispose() => _poller.Dispose();

    /// <summary>
    /// Sees to it that a session is looked at by its deadline. One entry a session: a deadline that moves later is noticed when the entry
    /// is due.
    /// </summary>
    public void Watch(TransferSession session)
    {
        var deadline = session.Transfer.Deadline;
        if (deadline >= session.Watched || session.Transfer.Outcome is not null) return;
        session.Watched = deadline;
        _deadlines.Enqueue(session, deadline);
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                Turn(_poller.Wait(Patience(), _ready));
                WaitForOnly();
            }

            EndAll();
        }
        catch (Exception e)
        {
            // A defect: the server ends with it rather than going on with half its transfers.
            _ended.SetException(e);
        }
    }

    // One turn of the loop: what was posted, what has arrived, what is due.
    private void Turn(int count)
    {
        while (_inbox.TryDequeue(out var action)) Run(action);
        for (var i = 0; i < count; i++)
            if (_sessions.TryGetValue(_ready[i], out var session)) TryReceive(session, mayWait: false);
        Expire();
    }

    private void EndAll()
    {
        foreach (var session in _sessions.Values.ToList()) session.End(TftpOutcome.Stopped);
        _ended.SetResult();
    }

    // A defect, or a file source that throws, ends one transfer and not the loop with all its others.
    private bool TryReceive(TransferSession session, bool mayWait)
    {
        try
        {
            return session.Receive(mayWait);
        }
#pragma warning disable CA1031 // see above
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(session, e);
            return false;
        }
    }

    private void TryExpire(TransferSession session, TimeSpan now)
    {
        try
        {
            session.Expire(now);
        }
#pragma warning disable CA1031 // see above
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(session, e);
        }
    }

    private void Run(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // see above; the transfer, if there is one, ends by its own deadline
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failures.Add(e);
        }
    }

    private void Fail(TransferSession session, Exception failure)
    {
        _failures.Add(failure);
        Run(() => session.End(TftpOutcome.Failed));
    }

    // With one client, and that one near, the poller's call would be a third of all calls. No other thread can end a receiving call, but it
    // lasts a few milliseconds at most, which is also the most by which a deadline is met late.
    private void WaitForOnly()
    {
        while (_only is { IsNear: true } session && _inbox.IsEmpty && !_stopping && TryReceive(session, mayWait: true)) { }
    }

    private TimeSpan Patience()
    {
        if (!_deadlines.TryPeek(out _, out var next)) return Timeout.InfiniteTimeSpan;
        var left = next - Now;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    private void Expire()
    {
        while (_deadlines.TryPeek(out var session, out var due))
        {
            var now = Now;
            if (due > now) return;
            _deadlines.Dequeue();
            if (due != session.Watched) continue; // an entry since replaced by an earlier one
            session.Watched = TimeSpan.MaxValue;
            if (session.Transfer.Outcome is null) TryExpire(session, now);
            Watch(session);
        }
    }
}
