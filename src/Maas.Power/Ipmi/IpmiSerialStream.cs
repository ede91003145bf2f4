using System.Threading.Channels;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>
/// A machine's serial port as a stream (serial over LAN, IPMI 2.0 section 15). Reading yields what the machine prints, and 0 bytes when
/// the controller ends it; writing types.
/// </summary>
public sealed class IpmiSerialStream : Stream
{
#pragma warning disable RS0027 // the optional parameters are those of Stream
    // What has arrived and is not read yet; a reader that pauses makes the controller wait, and loses nothing up to this.
    private const int MostWaiting = 1024;

    private readonly IpmiSession _session;
    private readonly IpmiClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly int _longestWrite;
    private readonly Channel<byte[]> _received = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostWaiting) { SingleWriter = true });
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _keepingAlive;
    private TaskCompletionSource<(int Accepted, bool IsNack)>? _acknowledgement;
    private byte _waitingFor;
    private byte _sequence;
    private byte _lastReceived;
    private byte _lastAccepted;
    private ReadOnlyMemory<byte> _rest;
    private int _isStopped;

    internal IpmiSerialStream(IpmiSession session, IpmiClientOptions options, TimeProvider timeProvider, int longestWrite)
    {
        (_session, _options, _timeProvider) = (session, options, timeProvider);
        _longestWrite = Math.Clamp(longestWrite, 1, byte.MaxValue);
        _keepingAlive = KeepAliveAsync();
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (_rest.IsEmpty)
        {
            if (!await _received.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return 0;
            if (_received.Reader.TryRead(out var bytes)) _rest = bytes;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!buffer.IsEmpty)
            {
                var accepted = await SendAsync(
                    buffer[..Math.Min(buffer.Length, _longestWrite)], operation: 0, cancellationToken).ConfigureAwait(false);
                buffer = buffer[accepted..];
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

#pragma warning restore RS0027

    /// <summary>Sends a break, which the Linux kernel takes as the SysRq key.</summary>
    public async Task SendBreakAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendAsync(default, SolPacket.Break, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Does nothing: what was written has been acknowledged.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <summary>Not supported; use <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");

    /// <summary>Not supported; use <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends serial over LAN; the session goes on.</summary>
    public override async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    internal async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0) return;
        await _end.CancelAsync().ConfigureAwait(false);
        await _keepingAlive.ConfigureAwait(false);
        _received.Writer.TryComplete();
        await _session.CloseConsoleAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    internal void Fail(IpmiException reason)
    {
        _received.Writer.TryComplete(reason);
        lock (_lock) _acknowledgement?.TrySetException(reason);
    }

    /// <summary>Takes a packet of the controller: characters, an acknowledgement, or both.</summary>
    internal void Receive(ReadOnlySpan<byte> payload)
    {
        if (!SolPacket.TryParse(payload, out var packet)) return;
        lock (_lock)
        {
            if (packet.Acknowledged != 0 && packet.Acknowledged == _waitingFor)
                _acknowledgement?.TrySetResult((packet.Accepted, (packet.Status & SolPacket.Nack) != 0));
        }

        if (packet.Sequence != 0)
        {
            // A packet that comes again, because its acknowledgement was lost, is acknowledged again and not read again.
            var isNew = packet.Sequence != _lastReceived;
            if (isNew && !packet.Characters.IsEmpty && !_received.Writer.TryWrite(packet.Characters.ToArray())) return;
            if (isNew) (_lastReceived, _lastAccepted) = (packet.Sequence, (byte)packet.Characters.Length);
            Acknowledge(packet.Sequence, _lastAccepted);
        }

        if ((packet.Status & SolPacket.Deactivating) != 0) _received.Writer.TryComplete();
    }

    private void Acknowledge(byte sequence, byte accepted)
    {
        var payload = new byte[SolPacket.HeaderLength];
        new SolPacket { Acknowledged = sequence, Accepted = accepted }.Write(payload);
        var sending = _session.SendPayloadAsync(PayloadType.SerialOverLan, payload, CancellationToken.None);
        // A lost acknowledgement is asked for again by the controller's repetition.
        if (!sending.IsCompletedSuccessfully) _ = ObserveAsync(sending.AsTask());
    }

    private static async Task ObserveAsync(Task sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IpmiException or ObjectDisposedException)
        {
            // The session reports it.
        }
    }

    // Returns how many characters the controller took.
    private async Task<int> SendAsync(ReadOnlyMemory<byte> characters, byte operation, CancellationToken cancellationToken)
    {
        _sequence = (byte)((_sequence % 15) + 1);
        var payload = new byte[SolPacket.HeaderLength + characters.Length];
        new SolPacket { Sequence = _sequence, Status = operation, Characters = characters.Span }.Write(payload);
        for (var attempt = 1; attempt <= _options.Attempts; attempt++)
        {
            var waiting = new TaskCompletionSource<(int Accepted, bool IsNack)>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock) (_acknowledgement, _waitingFor) = (waiting, _sequence);
            await _session.SendPayloadAsync(PayloadType.SerialOverLan, payload, cancellationToken).ConfigureAwait(false);
            try
            {
                var (accepted, isNack) = await waiting.Task
                    .WaitAsync(_options.ResponseTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
                if (!isNack) return characters.Length == 0 ? 0 : Math.Min(accepted == 0 ? characters.Length : accepted, characters.Length);
                if (accepted > 0) return Math.Min(accepted, characters.Length);
                await Task.Delay(_options.BusyPause, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Once more, with the same sequence number.
            }
            finally
            {
                lock (_lock) (_acknowledgement, _waitingFor) = (null, 0);
            }
        }

        throw new IpmiException(IpmiError.SessionLost, "The controller does not acknowledge what is typed.");
    }

    private async Task KeepAliveAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.KeepAliveInterval, _timeProvider, _end.Token).ConfigureAwait(false);
                await _session.AskAsync(IpmiCommand.GetDeviceId, default, _end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The console was closed.
        }
        catch (IpmiException e)
        {
            Fail(e);
        }
    }
}
