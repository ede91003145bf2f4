using System.Security.Cryptography;
using System.Text;
using Maas.Power.Ipmi.Wire;

namespace Maas.Testing.Controllers;

/// <summary>What a controller answers to a datagram; knows no socket.</summary>
internal sealed class BmcResponder(SimulatedBmcOptions options, int port, SimulatedChassis chassis, SimulatedSerialPort serial)
{
    private const byte FindByNameAlone = 0x10;
    private const int LongestSerial = 200;

    private readonly BmcCommands _commands = new(options, chassis);
    private readonly Dictionary<uint, BmcSession> _sessions = [];
    private readonly byte[] _passwordKey = RakpTranscript.Pad(options.Password);
    private int _busy = options.BusyCommands;
    private BmcSession? _console;

    public int OpenSessions => _sessions.Count;

    public bool HasConsole => _console is not null;

    public IReadOnlyList<byte[]> Respond(ReadOnlySpan<byte> datagram)
    {
        if (!SessionPacket.TryParse(datagram, out var packet)) return [];
        if (packet.Authentication is not (AuthenticationType.None or AuthenticationType.RmcpPlus)) return [];
        // ipmitool asks for the cipher suites in the frame of RMCP+.
        if (packet is { SessionId: 0, Type: PayloadType.IpmiMessage }) return Sessionless(packet);
        return packet.Type switch
        {
            PayloadType.OpenSessionRequest => OnOpen(packet.Payload),
            PayloadType.Rakp1 => OnRakp1(packet.Payload),
            PayloadType.Rakp3 => OnRakp3(packet.Payload),
            _ => OnSession(packet),
        };
    }

    /// <summary>A packet with characters that were printed; null without any, or while the last is not acknowledged.</summary>
    public byte[]? TakePrinted()
    {
        if (_console is not { SerialUnacknowledged: null } console)
        {
            serial.Hold();
            return null;
        }

        var characters = serial.Take(LongestSerial);
        serial.Rearm();
        if (characters.Length == 0) return null;
        console.SerialSequence = (byte)((console.SerialSequence % 15) + 1);
        var payload = new byte[SolPacket.HeaderLength + characters.Length];
        new SolPacket { Sequence = console.SerialSequence, Characters = characters }.Write(payload);
        console.SerialUnacknowledged = payload;
        return console.Seal(PayloadType.SerialOverLan, payload);
    }

    private List<byte[]> Sessionless(in SessionPacket packet)
    {
        if (!LanMessage.TryParse(packet.Payload, out var message) || message.IsResponse) return [];
        var command = new IpmiCommand(message.NetFunction, message.Command);
        byte[] data;
        if (command == IpmiCommand.GetChannelAuthenticationCapabilities)
            data = [CompletionCode.Ok, 1, 0x80, (byte)(options.ControllerKey.IsEmpty ? 0x04 : 0x24), 0x02, 0, 0, 0, 0];
        else if (command == IpmiCommand.GetChannelCipherSuites)
            data = ListSuites(message.Data);
        else
            data = [CompletionCode.InsufficientPrivilege];
        var reply = Reply(message, data);
        if (packet.Authentication == AuthenticationType.RmcpPlus) return [Plain(PayloadType.IpmiMessage, reply)];
        var datagram = new byte[SessionPacket.Longest];
        return [datagram[..SessionPacket.WriteLegacy(AuthenticationType.None, 0, 0, default, reply, datagram)]];
    }

    private byte[] ListSuites(ReadOnlySpan<byte> request) =>
        [CompletionCode.Ok, 1, .. SuiteRecords(request.Length > 2 ? request[2] & 0x3f : 0)];

    private IEnumerable<byte> SuiteRecords(int index) => CipherSuite.All
        .Where(suite => options.CipherSuites.Contains(suite.Id))
        .SelectMany(suite => new byte[]
        {
            0xc0, suite.Id, suite.Authentication, (byte)(0x40 | suite.Integrity), (byte)(0x80 | suite.Confidentiality),
        })
        .Skip(index * 16)
        .Take(16);

    private List<byte[]> OnOpen(ReadOnlySpan<byte> payload)
    {
        if (!OpenSessionRequest.TryParse(payload, out var request)) return [];
        var suite = CipherSuite.All.FirstOrDefault(s => options.CipherSuites.Contains(s.Id)
            && s.Authentication == request.Authentication
            && s.Integrity == request.Integrity
            && s.Confidentiality == request.Confidentiality);
        var status = suite is null ? RakpStatus.NoMatchingCipherSuite
            : _sessions.Count >= options.MaximumSessions ? RakpStatus.InsufficientResources
            : RakpStatus.Ok;
        var id = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)) | 1;
        if (suite is not null && status == RakpStatus.Ok) _sessions[id] = new BmcSession(id, request.ConsoleSessionId, suite);
        var buffer = new byte[64];
        var length = new OpenSessionResponse(
            request.Tag, status, request.ConsoleSessionId, id, request.Authentication, request.Integrity, request.Confidentiality)
            .Write(buffer, options.HighestPrivilege);
        return [Plain(PayloadType.OpenSessionResponse, buffer.AsSpan(0, length))];
    }

    private List<byte[]> OnRakp1(ReadOnlySpan<byte> payload)
    {
        if (!Rakp1.TryParse(payload, out var message) || !_sessions.TryGetValue(message.ControllerSessionId, out var session)) return [];
        var privilege = message.Role & 0x0f;
        var status = !message.UserName.SequenceEqual(Encoding.UTF8.GetBytes(options.UserName)) ? RakpStatus.UnauthorizedName
            : privilege > options.HighestPrivilege && (message.Role & FindByNameAlone) == 0 ? RakpStatus.UnauthorizedRole
            : RakpStatus.Ok;
        if (status != RakpStatus.Ok) _sessions.Remove(session.Id);
        session.Transcript = new RakpTranscript
        {
            Suite = session.Suite,
            ConsoleSessionId = session.ConsoleId,
            ControllerSessionId = session.Id,
            ConsoleRandom = message.ConsoleRandom.ToArray(),
            ControllerRandom = RandomNumberGenerator.GetBytes(16),
            ControllerGuid = options.Uuid.ToByteArray(),
            Role = message.Role,
            UserName = message.UserName.ToArray(),
        };
        var code = session.Transcript.ControllerProof(_passwordKey);
        if (options.MiscomputesSuite17 && session.Suite == CipherSuite.Sha256) code[0] ^= 1;
        var buffer = new byte[128];
        var length = new Rakp2
        {
            Tag = message.Tag,
            Status = status,
            ConsoleSessionId = session.ConsoleId,
            ControllerRandom = session.Transcript.ControllerRandom,
            ControllerGuid = session.Transcript.ControllerGuid,
            Code = code,
        }.Write(buffer);
        return [Plain(PayloadType.Rakp2, buffer.AsSpan(0, length))];
    }

    private List<byte[]> OnRakp3(ReadOnlySpan<byte> payload)
    {
        if (!RakpProof.TryParse(payload, out var message)
            || !_sessions.TryGetValue(message.SessionId, out var session)
            || session.Transcript is not { } transcript)
            return [];
        var isRight = CryptographicOperations.FixedTimeEquals(message.Code, transcript.ConsoleProof(_passwordKey));
        byte[] check = [];
        if (isRight)
        {
            var key = transcript.SessionKey(options.ControllerKey.IsEmpty ? _passwordKey : RakpTranscript.Pad(options.ControllerKey.Span));
            session.Crypto ??= new SessionCrypto(session.Suite, key);
            check = transcript.CheckValue(key);
        }
        else
        {
            _sessions.Remove(session.Id);
        }

        var buffer = new byte[64];
        var length = new RakpProof
        {
            Tag = message.Tag,
            Status = isRight ? RakpStatus.Ok : RakpStatus.InvalidIntegrityCheckValue,
            SessionId = session.ConsoleId,
            Code = check,
        }.Write(buffer);
        return [Plain(PayloadType.Rakp4, buffer.AsSpan(0, length))];
    }

    private List<byte[]> OnSession(in SessionPacket packet)
    {
        Span<byte> plain = stackalloc byte[SessionPacket.Longest];
        if (!_sessions.TryGetValue(packet.SessionId, out var session)
            || session.Crypto is not { } crypto
            || !crypto.TryOpen(packet, plain, out var length)
            || !session.TryAccept(packet.Sequence))
            return [];
        return packet.Type switch
        {
            PayloadType.SerialOverLan => OnSerial(session, plain[..length]),
            PayloadType.IpmiMessage => OnCommand(session, plain[..length]),
            _ => [],
        };
    }

    private List<byte[]> OnCommand(BmcSession session, ReadOnlySpan<byte> payload)
    {
        if (!LanMessage.TryParse(payload, out var message) || message.IsResponse) return [];
        var command = new IpmiCommand(message.NetFunction, message.Command);
        byte[] data;
        if (_busy > 0 && command != IpmiCommand.CloseSession)
        {
            _busy--;
            data = [CompletionCode.NodeBusy];
        }
        else
        {
            data = InSession(session, command, message.Data) ?? _commands.Respond(command, message.Data, session.Privilege);
        }

        List<byte[]> replies = [session.Seal(PayloadType.IpmiMessage, Reply(message, data))];
        if (command == IpmiCommand.CloseSession && data[0] == CompletionCode.Ok) Close(session);
        return replies;
    }

    private byte[]? InSession(BmcSession session, IpmiCommand command, ReadOnlySpan<byte> data)
    {
        if (command == IpmiCommand.SetSessionPrivilege && data.Length > 0)
        {
            if (data[0] > options.HighestPrivilege) return [0x81];
            if (data[0] != 0) session.Privilege = data[0];
            return [CompletionCode.Ok, session.Privilege];
        }

        if (command == IpmiCommand.CloseSession)
            return data.Length >= 4 && BitConverter.ToUInt32(data) == session.Id ? [CompletionCode.Ok] : [0x87];
        if (command == IpmiCommand.GetChannelCipherSuites) return ListSuites(data);
        if (command == IpmiCommand.ActivatePayload)
        {
            if (_console is not null) return [0x80];
            (_console, session.HasSerial) = (session, true);
            (session.SerialSequence, session.SerialLastReceived, session.SerialUnacknowledged) = (0, 0, null);
            serial.Resume();
            const byte Size = LongestSerial + SolPacket.HeaderLength;
            return [CompletionCode.Ok, 0, 0, 0, 0, Size, 0, Size, 0, (byte)port, (byte)(port >> 8), 0xff, 0xff];
        }

        if (command != IpmiCommand.DeactivatePayload) return null;
        if (_console is null) return [0x80];
        _console = null;
        return [CompletionCode.Ok];
    }

    private List<byte[]> OnSerial(BmcSession session, ReadOnlySpan<byte> payload)
    {
        if (session != _console || !SolPacket.TryParse(payload, out var packet)) return [];
        if (packet.Acknowledged != 0 && packet.Acknowledged == session.SerialSequence)
        {
            session.SerialUnacknowledged = null;
            serial.Resume();
        }

        if (packet.Sequence == 0) return [];
        if (packet.Sequence != session.SerialLastReceived)
        {
            session.SerialLastReceived = packet.Sequence;
            if ((packet.Status & SolPacket.Break) != 0) serial.Break();
            serial.Type(packet.Characters);
        }

        var reply = new byte[SolPacket.HeaderLength];
        new SolPacket { Acknowledged = packet.Sequence, Accepted = (byte)packet.Characters.Length }.Write(reply);
        // What was not acknowledged comes again.
        return session.SerialUnacknowledged is { } again
            ? [session.Seal(PayloadType.SerialOverLan, reply), session.Seal(PayloadType.SerialOverLan, again)]
            : [session.Seal(PayloadType.SerialOverLan, reply)];
    }

    private void Close(BmcSession session)
    {
        if (_console == session) _console = null;
        _sessions.Remove(session.Id);
        session.Crypto?.Dispose();
    }

    private static byte[] Reply(in LanMessage message, ReadOnlySpan<byte> data)
    {
        var payload = new byte[8 + data.Length];
        return payload[..new LanMessage
        {
            To = message.From,
            NetFunction = (byte)(message.NetFunction | 1),
            From = message.To,
            Sequence = message.Sequence,
            Command = message.Command,
            Data = data,
        }.Write(payload)];
    }

    private static byte[] Plain(PayloadType type, ReadOnlySpan<byte> payload)
    {
        var datagram = new byte[SessionPacket.Longest];
        return datagram[..SessionPacket.WriteRmcpPlus(type, isProtected: false, 0, 0, payload, datagram)];
    }
}
