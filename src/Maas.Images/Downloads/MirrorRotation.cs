using System.Net;

namespace Maas.Images.Downloads;

/// <summary>
/// One place of a file. Its strong entity tag, once known, holds later ranges to the same bytes (RFC 9110 section 13.1.5).
/// </summary>
internal sealed class Mirror(Uri url)
{
    public Uri Url { get; } = url;

    /// <summary>The place in messages.</summary>
    public string Name { get; } = RemotePath.Shown(url);

    public string? EntityTag { get; set; }
}

/// <summary>A mirror, and the number of failures at which it became the current one.</summary>
internal readonly record struct MirrorSlot(Mirror Mirror, int Number);

/// <summary>The wait before the next request.</summary>
/// <param name="Delays">How many times the delay of the options.</param>
/// <param name="Requested">What busy mirrors asked for in addition.</param>
internal readonly record struct MirrorPause(int Delays, TimeSpan Requested = default);

/// <summary>
/// The order of mirrors: the first one until it fails, then the next. A mirror without the file, or with another file, is
/// not used again. Several connections run at once; when one mirror breaks all of them, that is one failure. A busy
/// mirror has not failed: the next one is tried, and after a round without success the time is waited for that the busy one asks for.
/// </summary>
internal sealed class MirrorRotation(IEnumerable<Uri> mirrors, int retries, IMirrorObserver? observer = null)
{
    private const int Recovery = 1 << 20;
    private static readonly TimeSpan LongestBusy = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly List<Mirror> _live = [.. mirrors.Select(url => new Mirror(url))];
    private int _turn;
    private int _failures;
    private long _arrived;
    private int _unsuccessful;
    private TimeSpan _busy;
    private Uri? _sender;
    private bool _hasSeveralSenders;

    /// <summary>The one mirror that has sent bytes; <see langword="null"/> for none or several.</summary>
    public Uri? Sender => _hasSeveralSenders ? null : _sender;

    public MirrorSlot Next()
    {
        lock (_lock) return new MirrorSlot(_live[0], _turn);
    }

    /// <summary>Bytes have come: enough of them, and earlier failures are forgiven.</summary>
    public void Arrived(int bytes)
    {
        lock (_lock)
        {
            observer?.Arrived(_live[0].Url, bytes);
            _sender ??= _live[0].Url;
            _hasSeveralSenders |= _sender != _live[0].Url;
            (_unsuccessful, _busy) = (0, TimeSpan.Zero);
            _arrived += bytes;
            if (_arrived >= Recovery) _failures = 0;
        }
    }

    /// <summary>Notes a failure. Returns the wait before <see cref="Next"/>, or null when it is time to give up.</summary>
    public MirrorPause? Failed(MirrorSlot turn, Exception fault)
    {
        observer?.Failed(turn.Mirror.Url, fault);
        lock (_lock)
        {
            if (IsFinal(fault))
            {
                if (_live.Count == 1 && _live[0] == turn.Mirror) return null;
                if (_live.Remove(turn.Mirror)) _turn++;
                return default(MirrorPause);
            }

            if (turn.Number != _turn) return default(MirrorPause);
            _turn++;
            _arrived = 0;
            _unsuccessful++;
            var isBusy = fault is MirrorBusyException && _busy < LongestBusy;
            if (!isBusy && ++_failures > retries) return null;
            _live.RemoveAt(0);
            _live.Add(turn.Mirror);
            if (isBusy) return WaitFor((MirrorBusyException)fault);
            var rounds = _failures / _live.Count;
            return new MirrorPause(rounds == 0 ? 0 : 1 << Math.Min(rounds - 1, 6));
        }
    }

    /// <summary>Whether a fault is the network's or the mirror's, not the disk's, the caller's or our own.</summary>
    public static bool IsOfMirror(Exception fault) => fault is HttpRequestException or HttpIOException or UntrustedArchiveException;

    private MirrorPause WaitFor(MirrorBusyException busy)
    {
        if (_unsuccessful < _live.Count) return default;
        _busy += busy.RetryAfter;
        (_unsuccessful, _failures) = (0, 0); // the others may be back by then
        return new MirrorPause(0, busy.RetryAfter);
    }

    private static bool IsFinal(Exception fault) => fault switch
    {
        UntrustedArchiveException => true,
        HttpRequestException { StatusCode: { } status } =>
            (int)status < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests),
        _ => false,
    };
}
