using System.Buffers.Binary;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

public sealed partial class IpmiSession
{
    private const byte SolPayload = 1;
    private const byte Instance = 1;
    private const byte Encrypted = 0x80;
    private const byte Authenticated = 0x40;
    private const byte AlreadyActive = 0x80;

    /// <summary>
    /// Opens the machine's serial port (serial over LAN). One that another session has open is taken over. A session has one at a time.
    /// </summary>
    /// <exception cref="IpmiException">The controller has none, or it is switched off there.</exception>
    /// <exception cref="InvalidOperationException">It is open already in this session.</exception>
    public async Task<IpmiSerialStream> OpenSerialAsync(CancellationToken cancellationToken = default)
    {
        if (_console is not null) throw new InvalidOperationException("The serial console is open already in this session.");
        var request = new byte[] { SolPayload, Instance, Encrypted | Authenticated, 0, 0, 0 };
        var (code, data) = await AskAsync(IpmiCommand.ActivatePayload, request, cancellationToken).ConfigureAwait(false);
        if (code == AlreadyActive)
        {
            await AskAsync(IpmiCommand.DeactivatePayload, EndOfSerial, cancellationToken).ConfigureAwait(false);
            (code, data) = await AskAsync(IpmiCommand.ActivatePayload, request, cancellationToken).ConfigureAwait(false);
        }

        if (code is 0x81 or 0x82 or 0x83 or 0x84)
        {
            throw new IpmiException(
                IpmiError.CommandRefused,
                code switch
                {
                    0x81 => "Serial over LAN is switched off in the controller, or for this user.",
                    0x82 => "The controller has no serial console to spare.",
                    0x83 => "The controller does not encrypt its serial console.",
                    _ => "The controller demands a serial console that is not encrypted.",
                },
                code);
        }

        if (code != CompletionCode.Ok) throw Refusal(IpmiCommand.ActivatePayload, code);
        if (data.Length < 8) throw Malformed("serial console");
        var longest = BinaryPrimitives.ReadUInt16LittleEndian(data.Span[4..]) - SolPacket.HeaderLength;
        return _console = new IpmiSerialStream(this, _options, _timeProvider, longest);
    }

    internal async Task CloseConsoleAsync()
    {
        _console = null;
        if (_broken is not null) return;
        using var timeout = new CancellationTokenSource(LongestClose, _timeProvider);
        try
        {
            await AskAsync(IpmiCommand.DeactivatePayload, EndOfSerial, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IpmiException or OperationCanceledException)
        {
            // It ends with the session.
        }
    }

    private static byte[] EndOfSerial => [SolPayload, Instance, 0, 0, 0, 0];
}
