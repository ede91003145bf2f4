using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>What a controller says before any login (IPMI 2.0 table 22-16).</summary>
internal sealed record ChannelCapabilities(bool HasIpmi20, bool HasIpmi15Md5, bool NeedsControllerKey)
{
    /// <summary>Reads the data of the response, after the completion code.</summary>
    public static bool TryParse(ReadOnlySpan<byte> data, out ChannelCapabilities? capabilities)
    {
        var reader = new IpmiReader(data);
        reader.Skip(1);
        var (types, status, extended) = (reader.ReadByte(), reader.ReadByte(), reader.ReadByte());
        capabilities = new ChannelCapabilities(
            HasIpmi20: (types & 0x80) != 0 && (extended & 0x02) != 0,
            HasIpmi15Md5: (types & 1 << (int)AuthenticationType.Md5) != 0,
            NeedsControllerKey: (status & 0x20) != 0);
        return !reader.Failed;
    }
}

/// <summary>Asks for the capabilities, outside any session.</summary>
internal sealed class CapabilityProbe : ISessionLogin
{
    private const byte ThisChannel = 0x0e;
    private const byte ExtendedData = 0x80;

    private readonly byte[] _datagram;

    public CapabilityProbe(IpmiPrivilege privilege) =>
        _datagram = Sessionless.Request(IpmiCommand.GetChannelAuthenticationCapabilities, [ThisChannel | ExtendedData, (byte)privilege]);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Datagram => _datagram;

    /// <inheritdoc/>
    public LoginStep Receive(ReadOnlySpan<byte> datagram)
    {
        if (!Sessionless.TryReadResponse(datagram, IpmiCommand.GetChannelAuthenticationCapabilities, out var code, out var data))
            return new LoginStep.Ignored();
        return code == CompletionCode.Ok && ChannelCapabilities.TryParse(data, out var capabilities) && capabilities is not null
            ? new LoginStep.Capable(capabilities)
            // A controller of IPMI 1.5 may refuse the bit for extended data; one that answers at all is asked for a session.
            : new LoginStep.Capable(new ChannelCapabilities(HasIpmi20: code == CompletionCode.Ok, HasIpmi15Md5: true, false));
    }

    /// <inheritdoc/>
    public IpmiException OnSilence() => new(IpmiError.NoAnswer, "The controller does not answer.");
}

/// <summary>Commands outside a session, in the frame of IPMI 1.5.</summary>
internal static class Sessionless
{
    public static byte[] Request(IpmiCommand command, ReadOnlySpan<byte> data)
    {
        Span<byte> payload = stackalloc byte[64];
        Span<byte> datagram = stackalloc byte[128];
        var length = new LanMessage
        {
            To = LanMessage.Controller,
            NetFunction = command.NetFunction,
            From = LanMessage.Console,
            Command = command.Number,
            Data = data,
        }.Write(payload);
        return datagram[..SessionPacket.WriteLegacy(AuthenticationType.None, 0, 0, default, payload[..length], datagram)].ToArray();
    }

    public static bool TryReadResponse(ReadOnlySpan<byte> datagram, IpmiCommand command, out byte code, out ReadOnlySpan<byte> data)
    {
        code = 0;
        data = default;
        if (!SessionPacket.TryParse(datagram, out var packet)
            || packet.Authentication != AuthenticationType.None
            || !LanMessage.TryParse(packet.Payload, out var message)
            || message.NetFunction != (command.NetFunction | 1)
            || message.Command != command.Number
            || message.Data.Length == 0)
            return false;
        code = message.Data[0];
        data = message.Data[1..];
        return true;
    }
}
