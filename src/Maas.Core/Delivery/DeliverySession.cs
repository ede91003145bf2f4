using System.Globalization;
using System.Threading.Channels;
using Maas.Core.Nodes;

namespace Maas.Core.Delivery;

/// <summary>
/// The delivery of changes from one position on, for as long as this process leads. One loop decides; only the attempts run concurrently.
/// </summary>
/// <param name="delivery">What is delivered, and where to.</param>
/// <param name="source">The source of the events.</param>
/// <param name="position">The number of the last change that was delivered.</param>
internal sealed class DeliverySession(ChangeDelivery delivery, string source, long position)
{
    private const int ReadAtOnce = 256;
    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(1);

    private readonly ChangeDeliveryOptions _options = delivery.Options;
    private readonly TimeProvider _timeProvider = delivery.TimeProvider;
    private readonly Channel<(PendingChange Change, DeliveryResult? Result)> _completed =
        Channel.CreateUnbounded<(PendingChange, DeliveryResult?)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly PendingChanges _pending = new(position);
    private IAsyncEnumerator<MachineChanged>? _feed;
    private Task<bool>? _reading;
    private bool _isFull;
    private Task? _completion;
    private long _readTo = position;
    private long _stored = position;
    private DateTimeOffset _storedAt;
    private int _sending;
    private int _failures;
    private int _round;
    private DateTimeOffset _resumes;

    /// <summary>Delivers until cancelled.</summary>
    /// <param name="lost">Cancelled when another process may lead: then the position is not stored any more.</param>
    /// <param name="cancellationToken">Cancelled then, and when the host stops.</param>
    public async Task RunAsync(CancellationToken lost, CancellationToken cancellationToken)
    {
        _storedAt = _timeProvider.GetUtcNow();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true) await PassAsync(stop.Token).ConfigureAwait(false);
        }
        finally
        {
            // No attempt of this session overlaps with the next one.
            await stop.CancelAsync().ConfigureAwait(false);
            while (_sending > 0) await TakeLastAsync(lost).ConfigureAwait(false);
            if (_reading is not null) await ((Task)_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_feed is not null) await _feed.DisposeAsync().ConfigureAwait(false);
            if (!lost.IsCancellationRequested && _pending.Position != _stored)
                await delivery.StorePositionAsync(_stored, _pending.Position, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (_completed.Reader.TryRead(out var each)) await TakeAsync(each, cancellationToken).ConfigureAwait(false);
        var mayHaveMore = await ReadAsync(cancellationToken).ConfigureAwait(false);
        var wait = Start(cancellationToken);
        wait = Earlier(wait, await StoreAsync(cancellationToken).ConfigureAwait(false));
        Publish();
        if (mayHaveMore) return;

        List<Task> events = [_completion ??= _completed.Reader.WaitToReadAsync(CancellationToken.None).AsTask()];
        if (_reading is not null) events.Add(_reading);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        events.Add(Task.Delay(wait ?? Timeout.InfiniteTimeSpan, _timeProvider, timer.Token));
        await Task.WhenAny(events).ConfigureAwait(false);
        await timer.CancelAsync().ConfigureAwait(false);
        if (_completion.IsCompleted) _completion = null;
    }

    /// <summary>Reads changes as long as there is room. Whether there may be more at once.</summary>
    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        for (var read = 0; _pending.Count < _options.MostPending; read++)
        {
            if (read == ReadAtOnce) return true;
            try
            {
                _feed ??= delivery.Watch(_readTo, cancellationToken);
                _reading ??= _feed.MoveNextAsync().AsTask();
                if (!_reading.IsCompleted) return false;
                await _reading.ConfigureAwait(false);
                _reading = null;
                Add(_feed.Current);
            }
            catch (ChangeHistoryExpiredException expired)
            {
                await ContinueAfterAsync(expired, cancellationToken).ConfigureAwait(false);
            }
        }

        return false;
    }

    private void Add(MachineChanged change)
    {
        _readTo = change.Number;
        if (!_options.Matches(change))
        {
            _pending.Skip(change.Number);
            return;
        }

        var described = new ChangeEvent
        {
            Id = IdOf(change.Number, change.At), Source = source, Kind = ChangeEvent.KindOf(change), Number = change.Number, At = change.At,
            Change = change,
        };
        _pending.Add(described, _timeProvider.GetUtcNow());
    }

    // The feed ends with this exception: it is read anew.
    private async Task ContinueAfterAsync(ChangeHistoryExpiredException expired, CancellationToken cancellationToken)
    {
        var last = await delivery.GetLastChangeAsync(cancellationToken).ConfigureAwait(false);
        delivery.ReportExpired(expired.After, expired.Oldest);
        if (_feed is not null) await _feed.DisposeAsync().ConfigureAwait(false);
        (_feed, _reading) = (null, null);
        _readTo = expired.After > last ? last : expired.Oldest; // the store may be an older copy
        var now = _timeProvider.GetUtcNow();
        _pending.Add(
            new ChangeEvent
            {
                Id = "expired-" + IdOf(_readTo, now), Source = source, Kind = ChangeEventKind.HistoryExpired, Number = _readTo, At = now,
            },
            now);
    }

    // A copy of the store may assign a number again, but not at the same time.
    private static string IdOf(long number, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{number}-{at.ToUnixTimeMilliseconds()}");

    /// <summary>Starts the attempts that are due. How long to wait for the next one; null when something else must happen first.</summary>
    private TimeSpan? Start(CancellationToken cancellationToken)
    {
        var now = _timeProvider.GetUtcNow();
        if (_failures > 0)
        {
            // One attempt at a time finds out whether the destination is back.
            if (_sending > 0) return null;
            if (now < _resumes) return _resumes - now;
        }

        var most = _failures > 0 ? 1 : _options.Concurrency;
        while (_sending < most && _pending.TakeDue(now) is { } change)
        {
            _sending++;
            change.Round = _round;
            _ = SendAsync(change, cancellationToken);
        }

        return _sending < most && _pending.NextDue is { } due ? due - now : null;
    }

    private async Task SendAsync(PendingChange change, CancellationToken cancellationToken)
    {
        await Task.Yield();
        DeliveryResult? result = null;
        try
        {
            var described = await delivery.DescribeAsync(change.Event, cancellationToken).ConfigureAwait(false);
            result = await delivery.Destination.DeliverAsync(described, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // No result.
        }
        catch (Exception failure)
        {
            delivery.ReportThrown(failure, change.Event.Id);
            result = new DeliveryResult.Unavailable(failure.GetType().Name);
        }

        _completed.Writer.TryWrite((change, result)); // it is unbounded, and has at most as many as are sent
    }

    private async Task TakeLastAsync(CancellationToken lost)
    {
        var completed = await _completed.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await TakeAsync(completed, lost).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // the other attempts are waited for, too; the next session tries this one again
        catch (Exception failure)
#pragma warning restore CA1031
        {
            delivery.ReportThrown(failure, completed.Change.Event.Id);
        }
    }

    private async Task TakeAsync((PendingChange Change, DeliveryResult? Result) completed, CancellationToken cancellationToken)
    {
        _sending--;
        var (change, now) = (completed.Change, _timeProvider.GetUtcNow());
        switch (completed.Result)
        {
            case DeliveryResult.Delivered:
                DeliveryMetrics.Attempt(delivery.Name, null);
                DeliveryMetrics.Delivered(delivery.Name, now - change.Event.At);
                Resume();
                _pending.Complete(change, now);
                break;
            case DeliveryResult.Unavailable unavailable:
                DeliveryMetrics.Attempt(delivery.Name, "unavailable");
                Pause(change, unavailable, now);
                _pending.Postpone(change, now);
                break;
            case DeliveryResult.Rejected rejected:
                DeliveryMetrics.Attempt(delivery.Name, "rejected");
                delivery.State = delivery.State with { LastFailure = LogText.From(rejected.Reason) };
                Resume();
                if (++change.Rejections < _options.MostAttempts)
                    _pending.Postpone(change, now + Delay(change.Rejections, _options.LongestRetry, rejected.RetryAfter));
                else await GiveUpAsync(change, rejected.Reason, now, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private async Task GiveUpAsync(PendingChange change, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await delivery.GiveUpAsync(change.Event, change.Rejections, LogText.From(reason), cancellationToken).ConfigureAwait(false);
        delivery.State = delivery.State with { DeadLetters = delivery.State.DeadLetters + 1 };
        _pending.Complete(change, now);
    }

    private void Pause(PendingChange change, DeliveryResult.Unavailable unavailable, DateTimeOffset now)
    {
        // Attempts that were under way together fail together: they count as one.
        if (change.Round != _round) return;
        _round++;
        _failures++;
        var delay = Delay(_failures, _options.LongestPause, unavailable.RetryAfter);
        _resumes = now + delay;
        var reason = LogText.From(unavailable.Reason);
        delivery.State = delivery.State with { LastFailure = reason };
        delivery.ReportUnavailable(reason, delay);
    }

    private void Resume()
    {
        if (_failures == 0) return;
        _failures = 0;
        delivery.ReportAvailable();
    }

    private TimeSpan Delay(int failures, TimeSpan longest, TimeSpan? asked)
    {
        var delay = _options.FirstRetry * Math.Pow(2, Math.Min(failures - 1, 30));
        if (delay > longest) delay = longest;
        delay *= 0.75 + (Random.Shared.NextDouble() / 2);
        return asked > delay ? (asked.Value < longest ? asked.Value : longest) : delay;
    }

    /// <summary>Stores the position, at most once a second while changes wait. How long to wait to store it; null when it is.</summary>
    /// <exception cref="DeliveryMovedException">Another host has stored one.</exception>
    private async Task<TimeSpan?> StoreAsync(CancellationToken cancellationToken)
    {
        if (_pending.Position == _stored) return null;
        var now = _timeProvider.GetUtcNow();
        var age = now - _storedAt;
        if ((_pending.Count > 0 || _isFull) && age >= TimeSpan.Zero && age < StoreInterval) return StoreInterval - age;
        _storedAt = now;
        try
        {
            var reached = _pending.Position;
            if (!await delivery.StorePositionAsync(_stored, reached, cancellationToken).ConfigureAwait(false))
                throw new DeliveryMovedException();
            (_stored, _isFull) = (reached, false);
            return null;
        }
        catch (StoreFullException)
        {
            // A session that ended here would begin again after the old position, and deliver the same changes every few seconds.
            _isFull = true;
            return StoreInterval;
        }
    }

    private void Publish() => delivery.State = delivery.State with
    {
        Delivers = true, Position = _pending.Position, Pending = _pending.Undelivered, OldestPending = _pending.Oldest?.At,
        Failures = _failures,
    };

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) =>
        one is null ? other : other is null || one < other ? one : other;
}
