using System.Security.Cryptography;
using System.Text;
using Maas.Power.Ipmi.Wire;

namespace Maas.Power.Ipmi;

/// <summary>Opens a session of IPMI 2.0: two requests and two proofs (IPMI 2.0 section 13.17 to 13.23).</summary>
internal sealed class RakpLogin : ISessionLogin
{
    private const byte FindByNameAlone = 0x10;

    private readonly IpmiConnectionSettings _settings;
    private readonly CipherSuite _suite;
    private readonly uint _consoleSessionId;
    private readonly byte[] _consoleRandom;
    private readonly byte[] _userName;
    private readonly byte[] _passwordKey;
    private PayloadType _expected = PayloadType.OpenSessionResponse;
    private byte _tag;
    private uint _controllerSessionId;
    private RakpTranscript? _transcript;

    public RakpLogin(IpmiConnectionSettings settings, CipherSuite suite)
        : this(settings, suite, RandomNumberGenerator.GetBytes(20))
    {
    }

    internal RakpLogin(IpmiConnectionSettings settings, CipherSuite suite, ReadOnlySpan<byte> random)
    {
        (_settings, _suite) = (settings, suite);
        // 0 is what datagrams outside a session have.
        _consoleSessionId = BitConverter.ToUInt32(random) | 1;
        _consoleRandom = random.Slice(4, 16).ToArray();
        _userName = Encoding.UTF8.GetBytes(settings.UserName);
        _passwordKey = RakpTranscript.Pad(settings.Password);
        var privilege = settings.Workarounds.HasFlag(IpmiWorkarounds.NamePrivilegeAtOpen) ? (byte)settings.Privilege : (byte)0;
        Span<byte> payload = stackalloc byte[OpenSessionRequest.Length];
        var length = new OpenSessionRequest(
            NextTag(), privilege, _consoleSessionId, suite.Authentication, suite.Integrity, suite.Confidentiality).Write(payload);
        Prepare(PayloadType.OpenSessionRequest, payload[..length]);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Datagram { get; private set; }

    private byte Role => (byte)(FindByNameAlone | (byte)_settings.Privilege);

    /// <inheritdoc/>
    public LoginStep Receive(ReadOnlySpan<byte> datagram)
    {
        if (!SessionPacket.TryParse(datagram, out var packet)
            || packet.Authentication != AuthenticationType.RmcpPlus
            || packet.IsEncrypted
            || packet.SessionId != 0
            || packet.Type != _expected)
            return new LoginStep.Ignored();
        return _expected switch
        {
            PayloadType.OpenSessionResponse => OnOpened(packet.Payload),
            PayloadType.Rakp2 => OnControllerProof(packet.Payload),
            _ => OnCheckValue(packet.Payload),
        };
    }

    /// <inheritdoc/>
    public IpmiException OnSilence() => _expected switch
    {
        PayloadType.OpenSessionResponse => new(
            IpmiError.NoAnswer, $"The controller does not answer a request for a session with cipher suite {_suite.Id}."),
        PayloadType.Rakp2 => new(
            IpmiError.UnknownUser, "The controller broke off the login; the user may not be known, or not allowed this privilege."),
        _ => new(IpmiError.WrongPassword, "The controller broke off the login; the password or the K_g key may be wrong."),
    };

    private LoginStep OnOpened(ReadOnlySpan<byte> payload)
    {
        if (!OpenSessionResponse.TryParse(payload, out var response) || response.Tag != _tag) return new LoginStep.Ignored();
        if (response.Status != RakpStatus.Ok) return Refuse(response.Status);
        if (response.ConsoleSessionId != _consoleSessionId || response.ControllerSessionId == 0) return new LoginStep.Ignored();
        if (response.Authentication != _suite.Authentication
            || response.Integrity != _suite.Integrity
            || response.Confidentiality != _suite.Confidentiality)
            return Refuse(IpmiError.NoCipherSuite, $"The controller chose other algorithms than those of cipher suite {_suite.Id}.");

        _controllerSessionId = response.ControllerSessionId;
        Span<byte> next = stackalloc byte[64];
        var length = new Rakp1
        {
            Tag = NextTag(),
            ControllerSessionId = _controllerSessionId,
            ConsoleRandom = _consoleRandom,
            Role = Role,
            UserName = _userName,
        }.Write(next);
        Prepare(PayloadType.Rakp1, next[..length]);
        _expected = PayloadType.Rakp2;
        return new LoginStep.Next();
    }

    private LoginStep OnControllerProof(ReadOnlySpan<byte> payload)
    {
        if (!Rakp2.TryParse(payload, out var message) || message.Tag != _tag) return new LoginStep.Ignored();
        if (message.Status != RakpStatus.Ok) return Refuse(message.Status);
        if (message.ConsoleSessionId != _consoleSessionId) return new LoginStep.Ignored();
        _transcript = new RakpTranscript
        {
            Suite = _suite,
            ConsoleSessionId = _consoleSessionId,
            ControllerSessionId = _controllerSessionId,
            ConsoleRandom = _consoleRandom,
            ControllerRandom = message.ControllerRandom.ToArray(),
            ControllerGuid = message.ControllerGuid.ToArray(),
            Role = Role,
            UserName = _userName,
        };
        if (!CryptographicOperations.FixedTimeEquals(message.Code, _transcript.ControllerProof(_passwordKey)))
        {
            // Not always the password: some controllers compute this value wrongly (ipmitool issue 344, OpenBMC issue 1429).
            return Refuse(
                IpmiError.WrongPassword,
                "The password does not match; it is wrong, or the controller keeps 16 bytes of it instead of 20, or it computes cipher "
                    + $"suite {_suite.Id} wrongly: try cipher_suite_id 3 or 17, or a password of at most 16 bytes.");
        }

        Span<byte> next = stackalloc byte[64];
        var length = new RakpProof
        {
            Tag = NextTag(),
            SessionId = _controllerSessionId,
            Code = _transcript.ConsoleProof(_passwordKey),
        }.Write(next);
        Prepare(PayloadType.Rakp3, next[..length]);
        _expected = PayloadType.Rakp4;
        return new LoginStep.Next();
    }

    private LoginStep OnCheckValue(ReadOnlySpan<byte> payload)
    {
        if (_transcript is null || !RakpProof.TryParse(payload, out var message) || message.Tag != _tag) return new LoginStep.Ignored();
        if (message.Status != RakpStatus.Ok)
        {
            return message.Status == RakpStatus.InvalidIntegrityCheckValue
                ? Refuse(IpmiError.WrongPassword, "The controller refuses the password.")
                : Refuse(message.Status);
        }

        if (message.SessionId != _consoleSessionId) return new LoginStep.Ignored();
        var controllerKey = _settings.ControllerKey.IsEmpty ? _passwordKey : RakpTranscript.Pad(_settings.ControllerKey.Span);
        var sessionKey = _transcript.SessionKey(controllerKey);
        if (!_settings.Workarounds.HasFlag(IpmiWorkarounds.IgnoreCheckValue)
            && !CryptographicOperations.FixedTimeEquals(message.Code, _transcript.CheckValue(sessionKey)))
        {
            return Refuse(
                IpmiError.WrongKey,
                $"The K_g key does not match, or the controller computes cipher suite {_suite.Id} wrongly: try cipher_suite_id 3 or 17.");
        }

        return new LoginStep.Opened(new RmcpPlusCodec(_suite, sessionKey, _consoleSessionId, _controllerSessionId));
    }

    private byte NextTag() => ++_tag;

    private void Prepare(PayloadType type, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[128];
        Datagram = datagram.AsMemory(
            0, SessionPacket.WriteRmcpPlus(type, isProtected: false, sessionId: 0, sequence: 0, payload, datagram));
    }

    private LoginStep.Refused Refuse(RakpStatus status) => status switch
    {
        RakpStatus.InsufficientResources or RakpStatus.InsufficientResourcesForRole =>
            Refuse(IpmiError.NoFreeSession, "The controller has no session to spare."),
        RakpStatus.InvalidAuthenticationAlgorithm or RakpStatus.InvalidIntegrityAlgorithm
            or RakpStatus.NoMatchingAuthenticationPayload or RakpStatus.NoMatchingIntegrityPayload
            or RakpStatus.InvalidConfidentialityAlgorithm or RakpStatus.NoMatchingCipherSuite =>
            Refuse(IpmiError.NoCipherSuite, $"The controller does not have cipher suite {_suite.Id}."),
        RakpStatus.InvalidRole or RakpStatus.UnauthorizedRole =>
            Refuse(IpmiError.PrivilegeRefused, $"The user may not have the privilege {_settings.Privilege}."),
        RakpStatus.UnauthorizedName or RakpStatus.InvalidNameLength =>
            Refuse(IpmiError.UnknownUser, "The user is not known, or not allowed this privilege."),
        RakpStatus.InvalidIntegrityCheckValue => Refuse(IpmiError.WrongPassword, "The controller refuses the password."),
        RakpStatus.InvalidSessionId or RakpStatus.InactiveSessionId =>
            Refuse(IpmiError.SessionLost, "The controller forgot the session during the login."),
        _ => Refuse(IpmiError.Malformed, $"The controller refuses the login with status 0x{(byte)status:x2}."),
    };

    private static LoginStep.Refused Refuse(IpmiError error, string message) => new(new IpmiException(error, message));
}
