using System.Diagnostics.CodeAnalysis;

namespace Maas.Testing.Virtual;

/// <summary>What is to happen, in the order of time, and at the same time in the order in which it was added. It knows no thread.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<ScheduledEvent, (long Due, long Sequence)> _events = new();
    private long _sequence;

    /// <summary>The time, in ticks since the beginning: that of the last event taken.</summary>
    public long Now { get; private set; }

    /// <summary>Adds an event; one that is due in the past happens now.</summary>
    public void Add(long due, ScheduledEvent scheduled) => _events.Enqueue(scheduled, (Math.Max(due, Now), _sequence++));

    /// <summary>Takes the next event and advances the time to it. Events cancelled meanwhile do not advance the time.</summary>
    /// <param name="limit">The latest time to advance to.</param>
    /// <param name="scheduled">The event.</param>
    /// <returns><see langword="false"/> when nothing is due by then.</returns>
    public bool TryTake(long limit, [NotNullWhen(true)] out ScheduledEvent? scheduled)
    {
        while (_events.TryPeek(out scheduled, out var priority))
        {
            if (!scheduled.IsCancelled && priority.Due > limit) break;
            _events.Dequeue();
            if (scheduled.IsCancelled) continue;
            Now = priority.Due;
            return true;
        }

        scheduled = null;
        return false;
    }

    /// <summary>Whether anything is to happen.</summary>
    public bool HasNext
    {
        get
        {
            while (_events.TryPeek(out var scheduled, out _))
            {
                if (!scheduled.IsCancelled) return true;
                _events.Dequeue();
            }

            return false;
        }
    }
}

/// <summary>Something that is to happen at a time.</summary>
internal abstract class ScheduledEvent
{
    /// <summary>Whether it does not happen after all.</summary>
    public virtual bool IsCancelled => false;

    public abstract void Run();
}
