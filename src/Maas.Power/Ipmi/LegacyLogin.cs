using System.Security.Cryptography;
using System.Text;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>Opens a session of IPMI 1.5 with MD5: a challenge and its response (IPMI 2.0 sections 22.16 and 22.17).</summary>
internal sealed class LegacyLogin : ISessionLogin
{
    private readonly IpmiConnectionSettings _settings;
    private readonly byte[] _password = new byte[LegacyCode.Length];
    private readonly byte[] _userName = new byte[16];
    private readonly uint _firstInbound;
    private bool _isChallenged;

    public LegacyLogin(IpmiConnectionSettings settings)
    {
        _settings = settings;
        var password = Encoding.UTF8.GetBytes(settings.Password);
        password.AsSpan(0, Math.Min(password.Length, _password.Length)).CopyTo(_password);
        Encoding.UTF8.GetBytes(settings.UserName).CopyTo(_userName.AsSpan());
        _firstInbound = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)) >> 1 | 1;
        Datagram = Sessionless.Request(IpmiCommand.GetSessionChallenge, [(byte)AuthenticationType.Md5, .. _userName]);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Datagram { get; private set; }

    /// <inheritdoc/>
    public LoginStep Receive(ReadOnlySpan<byte> datagram) => _isChallenged ? OnActivated(datagram) : OnChallenge(datagram);

    /// <inheritdoc/>
    public IpmiException OnSilence() => _isChallenged
        ? new(
            IpmiError.WrongPassword,
            "The controller broke off the login: the password is wrong, or longer than the 16 bytes of IPMI 1.5.")
        : new(IpmiError.NoAnswer, "The controller does not answer a request for a session of IPMI 1.5.");

    private LoginStep OnChallenge(ReadOnlySpan<byte> datagram)
    {
        if (!Sessionless.TryReadResponse(datagram, IpmiCommand.GetSessionChallenge, out var code, out var data))
            return new LoginStep.Ignored();
        if (code is 0x81 or 0x82) return Refuse(IpmiError.UnknownUser, "The user is not known.");
        if (code == CompletionCode.NodeBusy) return Refuse(IpmiError.Busy, "The controller is busy.");
        if (code != CompletionCode.Ok || data.Length < 20)
            return Refuse(IpmiError.ProtocolNotSupported, "The controller does not offer IPMI 1.5 with MD5.");

        var reader = new IpmiReader(data);
        var temporaryId = reader.ReadUInt32();
        var challenge = reader.ReadSpan(LegacyCode.Length);
        var request = new byte[22];
        var writer = new IpmiWriter(request);
        writer.Write([(byte)AuthenticationType.Md5, (byte)_settings.Privilege]);
        writer.Write(challenge);
        writer.WriteUInt32(_firstInbound);

        Span<byte> payload = stackalloc byte[64];
        var length = new LanMessage
        {
            To = LanMessage.Controller,
            NetFunction = IpmiCommand.ActivateSession.NetFunction,
            From = LanMessage.Console,
            Command = IpmiCommand.ActivateSession.Number,
            Data = request,
        }.Write(payload);
        var next = new byte[128];
        Datagram = next.AsMemory(0, SessionPacket.WriteLegacy(
            AuthenticationType.Md5,
            temporaryId,
            sequence: 0,
            LegacyCode.Md5(_password, temporaryId, 0, payload[..length]),
            payload[..length],
            next));
        _isChallenged = true;
        return new LoginStep.Next();
    }

    private LoginStep OnActivated(ReadOnlySpan<byte> datagram)
    {
        if (!SessionPacket.TryParse(datagram, out var packet)
            || packet.Authentication == AuthenticationType.RmcpPlus
            || !LanMessage.TryParse(packet.Payload, out var message)
            || message.NetFunction != (IpmiCommand.ActivateSession.NetFunction | 1)
            || message.Command != IpmiCommand.ActivateSession.Number
            || message.Data.Length == 0)
            return new LoginStep.Ignored();
        var reader = new IpmiReader(message.Data[1..]);
        var (code, authentication, id, outbound) =
            (message.Data[0], (AuthenticationType)(reader.ReadByte() & 0x0f), reader.ReadUInt32(), reader.ReadUInt32());
        return code switch
        {
            0x81 => Refuse(IpmiError.NoFreeSession, "The controller has no session to spare."),
            0x82 => Refuse(IpmiError.NoFreeSession, "The user has no session to spare."),
            0x83 => Refuse(IpmiError.NoFreeSession, "The privilege has no session to spare."),
            0x86 => Refuse(IpmiError.PrivilegeRefused, $"The user may not have the privilege {_settings.Privilege}."),
            CompletionCode.NodeBusy => Refuse(IpmiError.Busy, "The controller is busy."),
            CompletionCode.Ok when reader.Failed => Refuse(IpmiError.Malformed, "The controller opened a session without an id."),
            // The answer has the code of the session that it opens; another sender does not know the password.
            CompletionCode.Ok when !IsAuthentic(packet) => new LoginStep.Ignored(),
            CompletionCode.Ok => new LoginStep.Opened(new LegacyCodec(_password, authentication, id, outbound)),
            _ => Refuse(
                IpmiError.WrongPassword,
                "The controller refused the session: the password is wrong, or longer than the 16 bytes of IPMI 1.5, or the user may not "
                    + "have this privilege."),
        };
    }

    private bool IsAuthentic(in SessionPacket packet) =>
        packet.Authentication == AuthenticationType.Md5
        && CryptographicOperations.FixedTimeEquals(
            packet.LegacyCode, LegacyCode.Md5(_password, packet.SessionId, packet.Sequence, packet.Payload));

    private static LoginStep.Refused Refuse(IpmiError error, string message) => new(new IpmiException(error, message));
}
