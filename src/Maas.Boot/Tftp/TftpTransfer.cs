namespace Maas.Boot.Tftp;

/// <summary>
/// One transfer to a client as a step machine: a datagram or a timeout in, what to send or the end out. It knows no socket, clock or file.
/// </summary>
/// <remarks>
/// The caller asks <see cref="Start"/> once, then <see cref="Receive"/> for each datagram from the client and
/// <see cref="Expire"/> when <see cref="Deadline"/> has passed; it sends what the step says and tells <see cref="Sent"/>.
/// <para>
/// No sorcerer's apprentice (RFC 1123 section 4.2.3.1): an acknowledgement for what was acknowledged before sends nothing
/// when the window is one block. With a window (RFC 7440) a repeated acknowledgement may be the client's way to say that
/// the first block of the window was lost, so it makes the window go out once more, at most once, and not when it can be the
/// echo of a block that was itself sent more than once.
/// </para>
/// </remarks>
internal sealed class TftpTransfer(TftpNegotiatedOptions terms, TimeSpan giveUpAfter)
{
    // An unanswered request is repeated a few times only: its address may be forged. The small OACK more often than a data block.
    private const int MaxUnansweredOptions = 4;
    private const int MaxUnansweredBlocks = 3;

    // The client has all and may be gone; RFC 1350 section 6 asks it to linger, few do for long.
    private const int MaxFinalRepeats = 6;
    private static readonly TimeSpan FinalSilence = TimeSpan.FromSeconds(5);

    // A client that was heard so lately still runs the transfer; one that starts over (a reset machine) needs longer to come back.
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(1);

    private RetransmissionTimer _timer = new(terms.Timeout);
    private bool _awaitsOptions = !terms.OptionAcknowledgement.IsEmpty;
    private bool _heard;
    private long _base = 1;      // first block not yet acknowledged
    private long _next = 1;      // first block not yet sent
    private int _sends;          // how often the window at _base was sent
    private int _echoes;         // acknowledgements of _base - 1 that repeated sending may still cause
    private long _sentBefore;    // the last block sent before the window started again inside; 0 when it did not
    private bool _answered;      // whether a repeated acknowledgement has already made this window go out again
    private int _timeouts;       // in a row
    private TimeSpan _sentAt;
    private long _heardAt;       // ticks; read by the thread that takes requests

    /// <summary>When <see cref="Expire"/> is due; <see cref="TimeSpan.MaxValue"/> while something waits to be sent.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>How it ended; <see langword="null"/> while it goes on.</summary>
    public TftpOutcome? Outcome { get; private set; }

    /// <summary>The first block that may be asked for again.</summary>
    public long FirstUnacknowledged => _base;

    /// <summary>Bytes that the client has acknowledged.</summary>
    public long BytesDelivered => Math.Min((_base - 1) * terms.BlockSize, terms.Length);

    /// <summary>Blocks and OACKs that were sent more than once.</summary>
    public long Repeats { get; private set; }

    /// <summary>The smoothed round trip; zero before the first.</summary>
    public TimeSpan RoundTrip => _timer.RoundTrip;

    /// <summary>Whether the client has answered anything, so that its address is not forged.</summary>
    public bool Heard => _heard;

    /// <summary>
    /// Whether the client's request, coming again, is a late copy of the first and no new beginning. It crosses the first answer when that
    /// was lost: both ends repeat theirs after about a second. RFC 1350 section 4 keeps the first connection then.
    /// </summary>
    public bool IsLateCopy(TimeSpan now) => !_heard || SinceHeard(now) < Alive;

    /// <summary>Whether the last block has been sent.</summary>
    public bool AllSent => _next > terms.Blocks;

    /// <summary>The first thing to send: the OACK, or the first block when no option was asked for.</summary>
    public TftpStep Start() => Send();

    /// <summary>What the client's datagram leads to.</summary>
    public TftpStep Receive(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (Outcome is not null) return TftpStep.Done;
        if (TftpPacket.TryReadError(datagram, out var code, out var text)) return End(Aborted(code, text));
        if (!TftpPacket.TryReadAcknowledgement(datagram, out var block)) return TftpStep.Nothing;
        return _awaitsOptions ? OptionsAcknowledged(block, now) : Acknowledged(block, now);
    }

    /// <summary>What follows when <see cref="Deadline"/> has passed.</summary>
    public TftpStep Expire(TimeSpan now)
    {
        if (Outcome is not null) return TftpStep.Done;
        if (now < Deadline) return TftpStep.Nothing;
        _timeouts++;
        if (!_heard && _timeouts >= (_awaitsOptions ? MaxUnansweredOptions : MaxUnansweredBlocks)) return End(TftpOutcome.NeverAnswered);
        if (_heard && AllSent && _timeouts > MaxFinalRepeats && SinceHeard(now) >= FinalSilence)
            return End(TftpOutcome.Unconfirmed);
        if (_heard && SinceHeard(now) >= giveUpAfter) return End(TftpOutcome.WentSilent);
        _timer.Expired();
        _echoes = 0;
        _sentBefore = 0;
        return Send();
    }

    /// <summary>The client has sent its request again: the first answer was lost, or is slow.</summary>
    public TftpStep RequestRepeated(TimeSpan now) =>
        _heard || Outcome is not null || Deadline == TimeSpan.MaxValue || now - _sentAt < RepeatAfter ? TftpStep.Nothing : Expire(Deadline);

    /// <summary>The step's packets are on the wire.</summary>
    public void Sent(TimeSpan now)
    {
        _sentAt = now;
        Deadline = now + _timer.Interval;
    }

    /// <summary>Ends it from outside.</summary>
    public TftpStep End(TftpOutcome outcome)
    {
        Outcome ??= outcome;
        Deadline = TimeSpan.MaxValue;
        return TftpStep.Done;
    }

    // A client that repeats its request at once, or twice over two paths, is not answered at once.
    private static TimeSpan RepeatAfter => TimeSpan.FromMilliseconds(200);

    private TimeSpan SinceHeard(TimeSpan now) => now - new TimeSpan(Volatile.Read(ref _heardAt));

    private TftpStep OptionsAcknowledged(ushort block, TimeSpan now)
    {
        if (block != 0) return TftpStep.Nothing;
        Confirmed(now, measurable: _sends == 1);
        _awaitsOptions = false;
        NewWindow();
        return Send();
    }

    private TftpStep Acknowledged(ushort block, TimeSpan now)
    {
        // Distance from the last acknowledged block, modulo the 16 bits that the wire has: block numbers roll over to 0.
        var distance = (ushort)(block - (ushort)(_base - 1));
        var inFlight = _next - _base;
        if (distance == 0) return AcknowledgedAgain(now);
        if (distance > inFlight) return TftpStep.Nothing;

        Confirmed(now, measurable: _sends == 1 && distance == inFlight);
        return distance == inFlight ? WholeWindow() : PartOfWindow(distance, now);
    }

    private TftpStep WholeWindow()
    {
        _echoes = _sends - 1;
        _base = _next;
        _sentBefore = 0;
        if (_base > terms.Blocks) return End(TftpOutcome.Completed);
        NewWindow();
        return Send();
    }

    // Either the next block was lost, or a doubled block made the client speak up early while the rest is on its way.
    private TftpStep PartOfWindow(int distance, TimeSpan now)
    {
        var inFlight = (int)(_next - _base);
        _base += distance;

        // Sooner than half of any round trip, it is about what was sent before: what it asks for is under way.
        if (now - _sentAt < _timer.FastestRoundTrip / 2) return TftpStep.Nothing;

        // The client has all that was sent before the repetition: it was needless. Only what is new completes the window now.
        if (_base - 1 == _sentBefore) return Slide();

        // Blocks beyond a gap may each have caused the same acknowledgement.
        _echoes = inFlight - distance;
        Repeats += inFlight - distance;
        _sentBefore = _next - 1;
        NewWindow();
        return Send();
    }

    private TftpStep Slide()
    {
        var first = _next;
        var count = (int)(Math.Min(_base + terms.WindowSize - 1, terms.Blocks) - first + 1);
        _echoes = terms.WindowSize;
        _sentBefore = 0;
        _sends = 2; // no round trip can be told from it
        _answered = false;
        if (count <= 0) return TftpStep.Nothing;
        _next = first + count;
        Deadline = TimeSpan.MaxValue;
        return TftpStep.SendBlocks(first, count);
    }

    private TftpStep AcknowledgedAgain(TimeSpan now)
    {
        if (!_heard && _base == 1) return TftpStep.Nothing;
        Volatile.Write(ref _heardAt, now.Ticks);
        if (terms.WindowSize == 1 || _answered || Deadline == TimeSpan.MaxValue) return TftpStep.Nothing;
        if (_echoes > 0)
        {
            _echoes--;
            return TftpStep.Nothing;
        }

        // Sooner than half a round trip it cannot be about this window.
        if (now - _sentAt < _timer.RoundTrip / 2) return TftpStep.Nothing;
        _answered = true;
        return Send();
    }

    private void Confirmed(TimeSpan now, bool measurable)
    {
        _heard = true;
        Volatile.Write(ref _heardAt, now.Ticks);
        _timeouts = 0;
        if (measurable) _timer.Measured(now - _sentAt);
        else _timer.Progressed();
    }

    private void NewWindow()
    {
        _sends = 0;
        _answered = false;
        _next = _base;
    }

    private TftpStep Send()
    {
        Deadline = TimeSpan.MaxValue;
        _sends++;
        if (_awaitsOptions)
        {
            if (_sends > 1) Repeats++;
            return TftpStep.Options;
        }

        var count = (int)Math.Min(terms.WindowSize, terms.Blocks - _base + 1);
        if (_sends > 1) Repeats += count;
        _next = _base + count;
        return TftpStep.SendBlocks(_base, count);
    }

    // OVMF requests a file and aborts before the first block to learn its size.
    private TftpOutcome Aborted(TftpErrorCode code, string text) =>
        _awaitsOptions && terms.TellsSize && code is TftpErrorCode.NotDefined or TftpErrorCode.OptionNegotiation
            ? TftpOutcome.SizeAsked
            : TftpOutcome.Aborted(code, text);
}

/// <summary>What the shell does next.</summary>
/// <param name="Kind">Which of the four.</param>
/// <param name="FirstBlock">The first block to send, counted from 1.</param>
/// <param name="Count">How many blocks.</param>
internal readonly record struct TftpStep(TftpStepKind Kind, long FirstBlock = 0, int Count = 0)
{
    /// <summary>Wait for a datagram or the deadline.</summary>
    public static TftpStep Nothing => new(TftpStepKind.Nothing);

    /// <summary>Send the OACK.</summary>
    public static TftpStep Options => new(TftpStepKind.Options);

    /// <summary>The transfer has ended.</summary>
    public static TftpStep Done => new(TftpStepKind.Done);

    /// <summary>Send these blocks, in order.</summary>
    public static TftpStep SendBlocks(long first, int count) => new(TftpStepKind.Blocks, first, count);
}

/// <summary>The kinds of <see cref="TftpStep"/>.</summary>
internal enum TftpStepKind
{
    Nothing,
    Options,
    Blocks,
    Done,
}
