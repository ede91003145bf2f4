using Maas.Api.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace Maas.Api.Requests;

/// <summary>
/// How much memory the bodies of all requests may take at once. A request reserves its share before its body is read, and waits when there
/// is none: in the order of coming, and not for ever. Small bodies reserve nothing, so that a deletion is never behind uploads.
/// </summary>
internal sealed class BodyBudget(IOptions<MaasApiOptions> options, TimeProvider timeProvider)
{
    /// <summary>Up to this many bytes a body is read without a reservation. The number of connections bounds what these take.</summary>
    public const int SmallBody = 64 * 1024;

    /// <summary>What a byte of a body takes at its worst: the buffer, a decoded copy, and text in UTF-16.</summary>
    public const int Cost = 4;

    /// <summary>How long a request waits for its share.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _queue = [];
    private long _used;

    /// <summary>What is reserved now.</summary>
    public long Used
    {
        get
        {
            lock (_gate) return _used;
        }
    }

    /// <summary>The response to a request that gets no share in time.</summary>
    public static ApiResult UsedUp => ApiResults.Busy("Too many large requests at once. Try again.", Patience);

    /// <summary>
    /// Reserves the memory of a request's body, and ends the request when a large body comes too slowly: a request that holds memory which
    /// others wait for uses it. A request whose body was read for its signature has its share already.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="bytes">The most that will be read of it.</param>
    /// <returns>Gives the memory back when it is disposed; null when there was none in time.</returns>
    public async ValueTask<IDisposable?> ReserveForAsync(HttpContext http, long bytes)
    {
        if (http.Items.ContainsKey(this)) return Nothing.Reserved;
        var share = await ReserveAsync(bytes, http.RequestAborted).ConfigureAwait(false);
        if (share is not null && bytes > SmallBody && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = SlowestBody;
        return share;
    }

    /// <summary>Reserves the memory of a body that is read before the request's action is known, until the request ends.</summary>
    /// <param name="http">The request.</param>
    /// <param name="bytes">The most that will be read of it.</param>
    /// <returns>False when there was none in time.</returns>
    public async ValueTask<bool> ReserveUntilEndAsync(HttpContext http, long bytes)
    {
        if (await ReserveForAsync(http, bytes).ConfigureAwait(false) is not { } share) return false;
        http.Items[this] = share;
        http.Response.RegisterForDispose(share);
        return true;
    }

    /// <summary>Reserves the memory of a body.</summary>
    /// <param name="bytes">The most that will be read of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Gives the memory back when it is disposed; null when there was none in time.</returns>
    public async ValueTask<IDisposable?> ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytes <= SmallBody) return Nothing.Reserved;
        // A body that alone is more than all may be read when nothing else is.
        var share = (long)Math.Min((decimal)bytes * Cost, options.Value.BodyMemory);
        LinkedListNode<Waiting> waiting;
        lock (_gate)
        {
            if (_queue.Count == 0 && _used + share <= options.Value.BodyMemory)
            {
                _used += share;
                return new Reservation(this, share);
            }

            waiting = _queue.AddLast(new Waiting(share));
        }

        try
        {
            await waiting.Value.Turn.Task.WaitAsync(Patience, timeProvider, cancellationToken).ConfigureAwait(false);
            return new Reservation(this, share);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                if (waiting.Value.Turn.Task.IsCompleted)
                    return exception is TimeoutException ? new Reservation(this, share) : Abandon(share, exception);
                _queue.Remove(waiting);
                Admit(); // those behind may be smaller
            }

            if (exception is OperationCanceledException) throw;
            return null;
        }
    }

    private IDisposable Abandon(long share, Exception exception)
    {
        _used -= share;
        Admit();
        throw exception;
    }

    private void GiveBack(long share)
    {
        lock (_gate)
        {
            _used -= share;
            Admit();
        }
    }

    private void Admit()
    {
        while (_queue.First is { } first && _used + first.Value.Share <= options.Value.BodyMemory)
        {
            _used += first.Value.Share;
            _queue.RemoveFirst();
            first.Value.Turn.TrySetResult();
        }
    }

    private sealed record Waiting(long Share)
    {
        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Reservation(BodyBudget budget, long share) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0) budget.GiveBack(share);
        }
    }

    private sealed class Nothing : IDisposable
    {
        public static Nothing Reserved { get; } = new();

        public void Dispose()
        {
        }
    }
}
