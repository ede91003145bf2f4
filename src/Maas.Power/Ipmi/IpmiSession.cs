using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>
/// A session with a management controller. Its methods may be called at the same time; commands are sent one after the other.
/// </summary>
public sealed partial class IpmiSession : IAsyncDisposable
{
    private const int LongestPayload = 512;
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(1);

    private readonly IDatagramChannel _channel;
    private readonly ISessionCodec _codec;
    private readonly IpmiClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly Task _receiving;
    private PendingCommand? _pending;
    private IpmiSerialStream? _console;
    private IpmiException? _broken;
    private byte _sequence;
    private int _isDisposed;

    internal IpmiSession(IDatagramChannel channel, ISessionCodec codec, IpmiClientOptions options, TimeProvider timeProvider)
    {
        (_channel, _codec, _options, _timeProvider) = (channel, codec, options, timeProvider);
        _receiving = ReceiveAsync();
    }

    /// <summary>What an operator should know although the login succeeded, as a sentence; null when there is nothing.</summary>
    public string? Note { get; internal set; }

    /// <summary>Sends a command of your own.</summary>
    /// <param name="netFunction">The net function of the request, an even number.</param>
    /// <param name="command">The command's number.</param>
    /// <param name="data">Its data, at most 255 bytes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The response's data, without the completion code.</returns>
    /// <exception cref="IpmiException">The controller refused the command, or does not answer.</exception>
    public async Task<ReadOnlyMemory<byte>> SendAsync(
        byte netFunction, byte command, ReadOnlyMemory<byte> data = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(netFunction, 0x3f);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, byte.MaxValue);
        return await SendAsync(new IpmiCommand(netFunction, command), data, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the session, so that the controller can give it to another.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        if (_console is { } console) await console.StopAsync().ConfigureAwait(false);
        if (_broken is null) await CloseAsync().ConfigureAwait(false);
        if (_channel.RunsInline) _end.Cancel();
        else await _end.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        await _channel.DisposeAsync().ConfigureAwait(false);
        _codec.Dispose();
        _turn.Dispose();
        _end.Dispose();
    }

    /// <summary>Asks for the privilege that the commands need: a session begins with that of a user.</summary>
    internal async Task RaisePrivilegeAsync(IpmiPrivilege privilege, CancellationToken cancellationToken)
    {
        var (code, _) = await AskAsync(IpmiCommand.SetSessionPrivilege, new[] { (byte)privilege }, cancellationToken).ConfigureAwait(false);
        if (code == CompletionCode.Ok) return;
        // The session is open, so that the password is right and one more try locks no account (ipmitool issue 376).
        if (privilege == IpmiPrivilege.Administrator)
        {
            await RaisePrivilegeAsync(IpmiPrivilege.Operator, cancellationToken).ConfigureAwait(false);
            Note = "The controller refuses the privilege ADMINISTRATOR; OPERATOR was used instead.";
            return;
        }

        throw new IpmiException(IpmiError.PrivilegeRefused, $"The user may not have the privilege {privilege}.", code);
    }

    internal async Task<ReadOnlyMemory<byte>> SendAsync(
        IpmiCommand command, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var (code, response) = await AskAsync(command, data, cancellationToken).ConfigureAwait(false);
        return code == CompletionCode.Ok ? response : throw Refusal(command, code);
    }

    /// <summary>Sends a command, again while nothing comes or the controller is busy, and returns its completion code and data.</summary>
    internal async Task<(byte Code, ReadOnlyMemory<byte> Data)> AskAsync(
        IpmiCommand command, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (var busy = 1; ; busy++)
            {
                var (code, response) = await ExchangeAsync(command, data, cancellationToken).ConfigureAwait(false);
                if (code is not (CompletionCode.NodeBusy or CompletionCode.Timeout) || busy >= _options.Attempts) return (code, response);
                await Task.Delay(_options.BusyPause * (1 << (busy - 1)), _timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends a payload that is no command.</summary>
    internal async ValueTask SendPayloadAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var datagram = new byte[SessionPacket.Longest];
        var length = _codec.Seal(type, payload.Span, datagram);
        await _channel.SendAsync(datagram.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
    }

    internal static IpmiException Refusal(IpmiCommand command, byte code) => code switch
    {
        CompletionCode.NodeBusy or CompletionCode.Timeout => new(IpmiError.Busy, "The controller is busy.", code),
        CompletionCode.InsufficientPrivilege => new(IpmiError.PrivilegeRefused, "The user's privilege is too low for the command.", code),
        _ => new(
            IpmiError.CommandRefused,
            $"Command 0x{command.NetFunction:x2} 0x{command.Number:x2}: {CompletionCode.Describe(code)} (completion code 0x{code:x2}).",
            code),
    };

    internal static IpmiException Malformed(string what) =>
        new(IpmiError.Malformed, $"The controller's answer was not understood: {what}.");

    private async Task<(byte Code, ReadOnlyMemory<byte> Data)> ExchangeAsync(
        IpmiCommand command, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        _sequence = (byte)((_sequence + 1) & 0x3f);
        var pending = new PendingCommand(command, _sequence, Completions);
        lock (_lock)
        {
            if (_broken is not null) throw _broken;
            _pending = pending;
        }

        var payload = new byte[LongestPayload];
        var length = new LanMessage
        {
            To = LanMessage.Controller,
            NetFunction = command.NetFunction,
            From = LanMessage.Console,
            Sequence = _sequence,
            Command = command.Number,
            Data = data.Span,
        }.Write(payload);
        try
        {
            for (var attempt = 1; attempt <= _options.Attempts; attempt++)
            {
                // Sent again it has the same sequence number in the message, by which the controller recognizes it.
                await SendPayloadAsync(PayloadType.IpmiMessage, payload.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                try
                {
                    var response = await pending.Response.Task
                        .WaitAsync(_options.ResponseTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
                    return (response[0], response.AsMemory(1));
                }
                catch (TimeoutException)
                {
                    // Once more.
                }
            }
        }
        finally
        {
            lock (_lock) _pending = null;
        }

        throw new IpmiException(IpmiError.SessionLost, "The controller answered before and does not answer any more.");
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[SessionPacket.Longest + 1];
        var plain = new byte[SessionPacket.Longest];
        try
        {
            while (true)
            {
                var length = await _channel.ReceiveAsync(buffer, _end.Token).ConfigureAwait(false);
                if (!_codec.TryOpen(buffer.AsSpan(0, length), plain, out var type, out var plainLength)) continue;
                if (type == PayloadType.SerialOverLan) _console?.Receive(plain.AsSpan(0, plainLength));
                else if (type == PayloadType.IpmiMessage) Deliver(plain.AsSpan(0, plainLength));
            }
        }
        catch (OperationCanceledException)
        {
            // The session was disposed.
        }
        catch (IpmiException e)
        {
            lock (_lock)
            {
                _broken = new IpmiException(IpmiError.SessionLost, e.Message, 0, e);
                _pending?.Response.TrySetException(_broken);
            }

            _console?.Fail(_broken);
        }
    }

    private void Deliver(ReadOnlySpan<byte> payload)
    {
        if (!LanMessage.TryParse(payload, out var message) || message.Data.Length == 0) return;
        PendingCommand? pending;
        lock (_lock) pending = _pending;
        if (pending is not null
            && message.NetFunction == (pending.Command.NetFunction | 1)
            && message.Command == pending.Command.Number
            && message.Sequence == pending.Sequence)
            pending.Response.TrySetResult(message.Data.ToArray()); // outside the lock: it may run what waits
    }

    private async Task CloseAsync()
    {
        using var timeout = new CancellationTokenSource(LongestClose, _timeProvider);
        try
        {
            var id = new byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(id, _codec.ControllerSessionId);
            await AskAsync(IpmiCommand.CloseSession, id, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IpmiException or OperationCanceledException)
        {
            // The controller ends it by itself after a while.
        }
    }

    private TaskCreationOptions Completions =>
        _channel.RunsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;

    private sealed record PendingCommand(IpmiCommand Command, byte Sequence, TaskCreationOptions Completions)
    {
        public TaskCompletionSource<byte[]> Response { get; } = new(Completions);
    }
}
