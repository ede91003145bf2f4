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

/// <summary>
/// The order of mirrors: the first one until it fails, then the next. A mirror without the file, or with another file, is
/// not used again. Several connections run at once; when one mirror breaks all of them, that is one failure.
/// </summary>
internal sealed class MirrorRotation(IEnumerable<Uri> mirrors, int retries, IMirrorObserver? observer = null)
{
    private const int Recovery = 1 << 20;
    private readonly Lock _lock = new();
    private readonly List<Mirror> _live = [.. mirrors.Select(url => new Mirror(url))];
    private int _turn;
    private int _failures;
    private long _arrived;

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
            _arrived += bytes;
            if (_arrived >= Recovery) _failures = 0;
        }
    }

    /// <summary>Notes a failure; how many times the delay to wait before <see cref="Next"/>, or null when it is time to give up.</summary>
    public int? Failed(MirrorSlot turn, Exception fault)
    {
        observer?.Failed(turn.Mirror.Url, fault);
        lock (_lock)
        {
            if (IsFinal(fault))
            {
                if (_live.Count == 1 && _live[0] == turn.Mirror) return null;
                if (_live.Remove(turn.Mirror)) _turn++;
                return 0;
            }

            if (turn.Number != _turn) return 0;
            _turn++;
            _arrived = 0;
            if (++_failures > retries) return null;
            _live.RemoveAt(0);
            _live.Add(turn.Mirror);
            var rounds = _failures / _live.Count;
            return rounds == 0 ? 0 : 1 << Math.Min(rounds - 1, 6);
        }
    }

    /// <summary>Whether a fault is the network's or the mirror's, not the disk's, the caller's or our own.</summary>
    public static bool IsOfMirror(Exception fault) => fault is HttpRequestException or HttpIOException or UntrustedArchiveException;

    private static bool IsFinal(Exception fault) => fault switch
    {
        UntrustedArchiveException => true,
        HttpRequestException { StatusCode: { } status } =>
            (int)status < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests),
        _ => false,
    };
}
