using System.Collections.Concurrent;
using System.Threading.Channels;
using Maas.Core.Delivery;

namespace Maas.Core.Tests.Delivery;

/// <summary>A destination that records each attempt, and answers as the test says.</summary>
internal sealed class RecordingDestination(Func<ChangeEvent, DeliveryResult>? answer = null) : IChangeDestination
{
    private readonly Channel<ChangeEvent> _attempts = Channel.CreateUnbounded<ChangeEvent>();
    private int _concurrent;

    public Func<ChangeEvent, DeliveryResult> Answer { get; set; } = answer ?? (_ => new DeliveryResult.Delivered());

    public ConcurrentQueue<ChangeEvent> Delivered { get; } = new();

    /// <summary>The most attempts that were under way together.</summary>
    public int MostConcurrent { get; private set; }

    public async Task<DeliveryResult> DeliverAsync(ChangeEvent change, CancellationToken cancellationToken)
    {
        var concurrent = Interlocked.Increment(ref _concurrent);
        lock (_attempts) MostConcurrent = Math.Max(MostConcurrent, concurrent);
        await Task.Yield();
        var result = Answer(change);
        Interlocked.Decrement(ref _concurrent);
        if (result is DeliveryResult.Delivered) Delivered.Enqueue(change);
        _attempts.Writer.TryWrite(change);
        return result;
    }

    public ValueTask<ChangeEvent> NextAsync() => _attempts.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<List<ChangeEvent>> NextAsync(int count)
    {
        List<ChangeEvent> changes = [];
        while (changes.Count < count) changes.Add(await NextAsync());
        return changes;
    }

    /// <summary>The next attempt, for which time must pass.</summary>
    public async Task<ChangeEvent> NextAsync(TestCore test, TimeSpan step)
    {
        ChangeEvent? next;
        while (!_attempts.Reader.TryRead(out next))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            test.Clock.Advance(step);
            await Task.Yield();
        }

        return next;
    }
}
