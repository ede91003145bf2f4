namespace Maas.Core.Delivery;

/// <summary>
/// The changes between the position and the last one that was read: in order, and for each machine a queue of which the first may be
/// attempted.
/// </summary>
/// <param name="position">The number of the last change before them.</param>
internal sealed class PendingChanges(long position)
{
    private readonly Queue<PendingChange> _window = new();
    private readonly Dictionary<SystemId, Queue<PendingChange>> _machines = [];
    private readonly PriorityQueue<PendingChange, (DateTimeOffset Due, long Number)> _due = new();
    private PendingChange? _last;

    /// <summary>The number of the last change before which all are complete.</summary>
    public long Position { get; private set; } = position;

    /// <summary>How many are in memory.</summary>
    public int Count => _window.Count;

    /// <summary>How many of them are not complete.</summary>
    public int Undelivered { get; private set; }

    /// <summary>The oldest; <see langword="null"/> for none.</summary>
    public ChangeEvent? Oldest => _window.TryPeek(out var first) ? first.Event : null;

    /// <summary>When the next attempt is due; <see langword="null"/> when none waits for its time.</summary>
    public DateTimeOffset? NextDue => _due.TryPeek(out _, out var next) ? next.Due : null;

    /// <summary>Adds a change after all others.</summary>
    public void Add(ChangeEvent change, DateTimeOffset now)
    {
        var pending = _last = new PendingChange(change) { Through = change.Number };
        _window.Enqueue(pending);
        Undelivered++;
        if (change.Change is not { MachineId: var machine })
        {
            Postpone(pending, now);
            return;
        }

        if (!_machines.TryGetValue(machine, out var queue)) _machines[machine] = queue = new Queue<PendingChange>();
        queue.Enqueue(pending);
        if (queue.Count == 1) Postpone(pending, now);
    }

    /// <summary>Notes a change after all others that is not delivered.</summary>
    public void Skip(long number)
    {
        if (_window.Count == 0) Position = number;
        else if (_last is not null) _last.Through = number;
    }

    /// <summary>Takes the change whose attempt is due first; <see langword="null"/> when none is.</summary>
    public PendingChange? TakeDue(DateTimeOffset now) =>
        _due.TryPeek(out var change, out var next) && next.Due <= now ? Take(change) : null;

    /// <summary>Makes a change that was taken due again.</summary>
    public void Postpone(PendingChange change, DateTimeOffset due) => _due.Enqueue(change, (due, change.Event.Number));

    /// <summary>Completes a change that was taken: the next one of its machine becomes due.</summary>
    public void Complete(PendingChange change, DateTimeOffset now)
    {
        change.IsComplete = true;
        Undelivered--;
        if (change.Event.Change is { MachineId: var machine } && _machines.TryGetValue(machine, out var queue))
        {
            queue.Dequeue();
            if (queue.TryPeek(out var next)) Postpone(next, now);
            else _machines.Remove(machine);
        }

        while (_window.TryPeek(out var first) && first.IsComplete)
        {
            Position = first.Through;
            _window.Dequeue();
        }
    }

    private PendingChange Take(PendingChange change)
    {
        _due.Dequeue();
        return change;
    }
}

/// <summary>A change that is not yet delivered, or not yet passed by the position.</summary>
/// <param name="change">The change.</param>
internal sealed class PendingChange(ChangeEvent change)
{
    public ChangeEvent Event { get; } = change;

    /// <summary>The last number that this change and those after it that are not delivered reach.</summary>
    public long Through { get; set; }

    /// <summary>How often it was refused.</summary>
    public int Rejections { get; set; }

    /// <summary>The pause of the destination before which its attempt began.</summary>
    public int Round { get; set; }

    public bool IsComplete { get; set; }
}
