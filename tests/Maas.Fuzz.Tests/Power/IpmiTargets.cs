using Maas.Power.Ipmi;
using Maas.Power.Ipmi.Records;
using Maas.Power.Ipmi.Wire;

namespace Maas.Fuzz.Tests.Power;

/// <summary>What a management controller sends: the datagrams of a login and of a session, and the records that it returns.</summary>
internal static class IpmiTargets
{
    private const byte Tag = 1;
    private const uint ControllerId = 7;

    private static readonly byte[] Random = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];
    private static readonly byte[] Zero = new byte[16];
    private static readonly IpmiConnectionSettings Settings = new() { Host = "bmc", UserName = "admin", Password = "secret" };
    private static readonly byte[] Opened = Plain(PayloadType.OpenSessionResponse, buffer =>
        new OpenSessionResponse(Tag, RakpStatus.Ok, ConsoleId, ControllerId, 1, 1, 1).Write(buffer, 4));

    private static readonly byte[] Proved = Plain(PayloadType.Rakp2, buffer => new Rakp2
    {
        Tag = Tag + 1,
        ConsoleSessionId = ConsoleId,
        ControllerRandom = Zero,
        ControllerGuid = Zero,
        Code = Transcript.ControllerProof(RakpTranscript.Pad("secret")),
    }.Write(buffer));

    private static readonly byte[] Accepted = Plain(PayloadType.Rakp4, buffer => new RakpProof
    {
        Tag = Tag + 2,
        SessionId = ConsoleId,
        Code = Transcript.CheckValue(SessionKey),
    }.Write(buffer));

    public static IEnumerable<FuzzTarget> All =>
    [
        new("ipmi-login", Login)
        {
            Seeds = [[0, .. Opened], [1, .. Proved], [2, .. Accepted], [3, .. Message([0, 1, 0x80, 4, 2, 0, 0, 0, 0])]],
            Words = [[6, 0, 0xff, 7], [6, 0x11], [6, 0x13], [6, 0x15], [2, 0x80], [0x0f], [0x11]],
            Longest = 300,
        },
        new("ipmi-session", Session)
        {
            Seeds = [Sealed(PayloadType.IpmiMessage), Sealed(PayloadType.SerialOverLan), Message([0, 1, 2])],
            Words = [[6, 0xc0], [6, 0xc1], [6, 0x02], [0xff, 0xff, 2, 7]],
            Longest = 1100,
        },
        new("ipmi-records", Records)
        {
            Seeds =
            [
                [.. new byte[3], 1, 46, 0x20, 0, 9, .. new byte[39], 0xc3, .. "Vcc"u8, 100, 0xc0, 0, 0],
                [
                    1, 0, 0, 1, 2, 0, 0, 0xfc, 1, 1, 25, 0, 0, 0, 0xc1, 0, 1, 2, 25, 0xc4, .. "Test"u8,
                    0x83, 0x29, 0xdc, 0xa6, 0x42, 0x12, 0xc1
                ],
                [7, 0, 2, 5, 0, 0, 0x60, 0x20, 0, 4, 0x0c, 0x21, 0xef, 1, 2, 3],
            ],
            Words = [[0xc1], [0x83], [0xff, 0xff], [1, 0, 1], [0, 0, 0, 2]],
            Longest = 400,
        },
    ];

    private static uint ConsoleId => BitConverter.ToUInt32(Random) | 1;

    private static RakpTranscript Transcript => new()
    {
        Suite = CipherSuite.Sha1,
        ConsoleSessionId = ConsoleId,
        ControllerSessionId = ControllerId,
        ConsoleRandom = Random[4..],
        ControllerRandom = Zero,
        ControllerGuid = Zero,
        Role = 0x13,
        UserName = [.. "admin"u8],
    };

    private static byte[] SessionKey => Transcript.SessionKey(RakpTranscript.Pad("secret"));

    // The first byte says how far the login is.
    private static void Login(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return;
        ISessionLogin login = (input[0] & 3) == 3
            ? new CapabilityProbe(IpmiPrivilege.Operator)
            : new RakpLogin(Settings, CipherSuite.Sha1, Random);
        if ((input[0] & 3) is 1 or 2) Expect<LoginStep.Next>(login.Receive(Opened));
        if ((input[0] & 3) == 2) Expect<LoginStep.Next>(login.Receive(Proved));
        if (login.Receive(input[1..]) is LoginStep.Opened opened) opened.Codec.Dispose();
        _ = login.OnSilence();
        if (login.Datagram.Length > 128) throw new InvalidOperationException("a datagram too long");
    }

    private static void Session(ReadOnlySpan<byte> input)
    {
        Span<byte> plain = stackalloc byte[SessionPacket.Longest];
        using var codec = new RmcpPlusCodec(CipherSuite.Sha1, SessionKey, ControllerId, ConsoleId);
        if (codec.TryOpen(input, plain, out _, out var length)) Read(plain[..length]);
        using var legacy = new LegacyCodec(Zero, AuthenticationType.None, 0, 1);
        if (legacy.TryOpen(input, plain, out _, out length)) Read(plain[..length]);
        Read(input);

        static void Read(ReadOnlySpan<byte> payload)
        {
            if (LanMessage.TryParse(payload, out var message))
            {
                _ = ChannelCapabilities.TryParse(message.Data, out _);
                _ = IpmiChassisStatus.TryParse(message.Data, out _);
                _ = IpmiBoot.TryParse(message.Data, out _);
                _ = IpmiDevice.TryParse(message.Data, out _);
            }

            if (SolPacket.TryParse(payload, out var packet) && packet.Sequence > 15) throw new InvalidOperationException("a sequence");
        }
    }

    private static void Records(ReadOnlySpan<byte> input)
    {
        if (SensorRecord.TryParse(input, out var record) && record is not null)
        {
            var sensor = record.WithReading(input[^Math.Min(4, input.Length)..]);
            if (sensor.Value is { } value && !double.IsFinite(value)) throw new InvalidOperationException("a value that is no number");
            NoControl(sensor.Name);
        }

        _ = IpmiEventLogEntry.TryParse(input, out _);
        if (!IpmiInventory.TryParse(input, out var inventory) || inventory is null) return;
        NoControl(inventory.Board?.Name);
        NoControl(inventory.Product?.Name);
    }

    private static void NoControl(string? text)
    {
        if (text is not null && text.Any(char.IsControl)) throw new InvalidOperationException("a control character came through");
    }

    private static void Expect<T>(LoginStep step)
    {
        if (step is not T) throw new InvalidOperationException($"{step}");
    }

    private static byte[] Sealed(PayloadType type)
    {
        using var crypto = new SessionCrypto(CipherSuite.Sha1, SessionKey);
        var datagram = new byte[SessionPacket.Longest];
        return datagram[..crypto.Seal(type, ControllerId, 1, [0x81, 0x04, 0x7b, 0x20, 0x04, 0x01, 0x00, 0xdb], datagram)];
    }

    private static byte[] Message(byte[] data)
    {
        var (payload, datagram) = (new byte[64], new byte[128]);
        var length = new LanMessage { To = 0x81, NetFunction = 7, From = 0x20, Command = 0x38, Data = data }.Write(payload);
        return datagram[..SessionPacket.WriteLegacy(AuthenticationType.None, 0, 0, default, payload.AsSpan(0, length), datagram)];
    }

    private static byte[] Plain(PayloadType type, Func<byte[], int> write)
    {
        var (payload, datagram) = (new byte[128], new byte[256]);
        return datagram[..SessionPacket.WriteRmcpPlus(type, isProtected: false, 0, 0, payload.AsSpan(0, write(payload)), datagram)];
    }
}
