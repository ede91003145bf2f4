namespace Maas.Boot.Tftp;

/// <summary>
/// How long to wait for an acknowledgement: RFC 6298's estimate from measured round trips, with Karn's rule kept by the caller.
/// </summary>
/// <remarks>
/// The floor is far below TCP's second because TFTP is lock-step: each lost packet costs one whole wait, and a repetition that
/// was not needed costs one window. An interval that the client asked for (RFC 2349) is the ceiling, and what is
/// waited until a round trip has been measured.
/// </remarks>
internal struct RetransmissionTimer(TimeSpan? asked)
{
    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(4);

    private readonly TimeSpan _ceiling = asked ?? Ceiling;
    private TimeSpan _interval = asked ?? Initial;
    private TimeSpan _smoothed;
    private TimeSpan _variation;
    private int _backoff;

    /// <summary>What to wait now.</summary>
    public readonly TimeSpan Interval => TimeSpan.FromTicks(Math.Min(_interval.Ticks << Math.Min(_backoff, 16), _ceiling.Ticks));

    /// <summary>The smoothed round trip; zero before the first.</summary>
    public readonly TimeSpan RoundTrip => _smoothed;

    /// <summary>The fastest round trip; zero before the first. An answer that comes much sooner is not to what was sent last.</summary>
    public TimeSpan FastestRoundTrip { get; private set; }

    /// <summary>A window that was sent once was answered after this time.</summary>
    public void Measured(TimeSpan roundTrip)
    {
        if (_smoothed == TimeSpan.Zero)
        {
            _smoothed = roundTrip;
            _variation = roundTrip / 2;
        }
        else
        {
            var difference = (_smoothed - roundTrip).Duration();
            _variation = TimeSpan.FromTicks(((_variation.Ticks * 3) + difference.Ticks) / 4);
            _smoothed = TimeSpan.FromTicks(((_smoothed.Ticks * 7) + roundTrip.Ticks) / 8);
        }

        var estimate = TimeSpan.FromTicks(_smoothed.Ticks + (4 * _variation.Ticks));
        if (FastestRoundTrip == TimeSpan.Zero || roundTrip < FastestRoundTrip) FastestRoundTrip = roundTrip;
        _interval = estimate < Floor ? Floor : estimate;
        _backoff = 0;
    }

    /// <summary>The transfer moved on, though the round trip could not be measured.</summary>
    public void Progressed() => _backoff = 0;

    /// <summary>Nothing came in time: wait twice as long next.</summary>
    public void Expired() => _backoff++;
}
