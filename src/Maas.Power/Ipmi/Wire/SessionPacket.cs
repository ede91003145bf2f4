namespace Maas.Power.Ipmi.Wire;

/// <summary>What a datagram's payload is (IPMI 2.0 table 13-16).</summary>
internal enum PayloadType : byte
{
    IpmiMessage = 0x00,
    SerialOverLan = 0x01,
    OpenSessionRequest = 0x10,
    OpenSessionResponse = 0x11,
    Rakp1 = 0x12,
    Rakp2 = 0x13,
    Rakp3 = 0x14,
    Rakp4 = 0x15,
}

/// <summary>How a datagram is authenticated (IPMI 2.0 table 13-8).</summary>
internal enum AuthenticationType : byte
{
    None = 0,
    Md2 = 1,
    Md5 = 2,
    Password = 4,
    RmcpPlus = 6,
}

/// <summary>One datagram between a console and a management controller (IPMI 2.0 section 13.6, table 13-8).</summary>
// RMCP header     | 06 | 00 | FF | 07 (IPMI)                                                                          |
// IPMI 1.5        | auth type | sequence 4 | session id 4 | [code 16] | length 1 | payload                              |
// IPMI 2.0, RMCP+ | 06 | payload type | [OEM 6] | session id 4 | sequence 4 | length 2 | payload                       |
//                 | then, if authenticated: FF padding | pad length 1 | next header 07 | code                           |
internal readonly ref struct SessionPacket
{
    /// <summary>The longest datagram that is read or written.</summary>
    public const int Longest = 1024;

    private const int RmcpHeaderLength = 4;
    private const byte EncryptedBit = 0x80;
    private const byte AuthenticatedBit = 0x40;
    private const byte OemPayload = 0x02;
    private const byte NextHeader = 0x07;

    public AuthenticationType Authentication { get; private init; }

    public PayloadType Type { get; private init; }

    public bool IsEncrypted { get; private init; }

    public bool IsAuthenticated { get; private init; }

    public uint SessionId { get; private init; }

    public uint Sequence { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The code of an IPMI 1.5 datagram: 16 bytes, or none.</summary>
    public ReadOnlySpan<byte> LegacyCode { get; private init; }

    /// <summary>Everything after the RMCP header, which an RMCP+ code covers up to the code itself.</summary>
    public ReadOnlySpan<byte> AfterRmcp { get; private init; }

    /// <summary>What follows the payload of an RMCP+ datagram: padding, pad length, next header and code.</summary>
    public ReadOnlySpan<byte> Trailer { get; private init; }

    /// <summary>Reads a datagram; <see langword="false"/> for what is no IPMI.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out SessionPacket packet)
    {
        packet = default;
        if (datagram.Length is < RmcpHeaderLength or > Longest) return false;
        if (datagram[0] != 0x06 || (datagram[3] & 0x1f) != 0x07 || (datagram[3] & 0x80) != 0) return false;
        var after = datagram[RmcpHeaderLength..];
        return after.Length > 0 && (after[0] == (byte)AuthenticationType.RmcpPlus
            ? TryParseRmcpPlus(after, out packet)
            : TryParseLegacy(after, out packet));
    }

    /// <summary>Writes an RMCP+ header and payload, without a trailer.</summary>
    public static int WriteRmcpPlus(
        PayloadType type, bool isProtected, uint sessionId, uint sequence, ReadOnlySpan<byte> payload, Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        WriteRmcp(ref writer);
        writer.WriteByte((byte)AuthenticationType.RmcpPlus);
        writer.WriteByte((byte)type | (isProtected ? EncryptedBit | AuthenticatedBit : 0));
        writer.WriteUInt32(sessionId);
        writer.WriteUInt32(sequence);
        writer.WriteUInt16(payload.Length);
        writer.Write(payload);
        return writer.Length;
    }

    /// <summary>Writes padding, pad length and next header behind a header and payload: what the code covers is a multiple of 4.</summary>
    public static int WriteTrailer(Span<byte> datagram, int length)
    {
        var pad = (4 - ((length - RmcpHeaderLength + 2) % 4)) % 4;
        datagram.Slice(length, pad).Fill(0xff);
        datagram[length + pad] = (byte)pad;
        datagram[length + pad + 1] = NextHeader;
        return length + pad + 2;
    }

    /// <summary>Writes an IPMI 1.5 datagram.</summary>
    public static int WriteLegacy(
        AuthenticationType type, uint sessionId, uint sequence, ReadOnlySpan<byte> code, ReadOnlySpan<byte> payload, Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        WriteRmcp(ref writer);
        writer.WriteByte((byte)type);
        writer.WriteUInt32(sequence);
        writer.WriteUInt32(sessionId);
        if (type != AuthenticationType.None) writer.Write(code);
        writer.WriteByte(payload.Length);
        writer.Write(payload);
        return writer.Length;
    }

    private static void WriteRmcp(ref IpmiWriter writer) => writer.Write([0x06, 0x00, 0xff, 0x07]);

    private static bool TryParseRmcpPlus(ReadOnlySpan<byte> after, out SessionPacket packet)
    {
        var reader = new IpmiReader(after);
        reader.Skip(1);
        var type = reader.ReadByte();
        if ((type & 0x3f) == OemPayload) reader.Skip(6);
        packet = new SessionPacket
        {
            Authentication = AuthenticationType.RmcpPlus,
            Type = (PayloadType)(type & 0x3f),
            IsEncrypted = (type & EncryptedBit) != 0,
            IsAuthenticated = (type & AuthenticatedBit) != 0,
            SessionId = reader.ReadUInt32(),
            Sequence = reader.ReadUInt32(),
            Payload = reader.ReadSpan(reader.ReadUInt16()),
            AfterRmcp = after,
            Trailer = reader.ReadRest(),
        };
        return !reader.Failed;
    }

    private static bool TryParseLegacy(ReadOnlySpan<byte> after, out SessionPacket packet)
    {
        var reader = new IpmiReader(after);
        var type = (AuthenticationType)(reader.ReadByte() & 0x0f);
        packet = new SessionPacket
        {
            Authentication = type,
            Sequence = reader.ReadUInt32(),
            SessionId = reader.ReadUInt32(),
            LegacyCode = type == AuthenticationType.None ? default : reader.ReadSpan(16),
            Payload = reader.ReadSpan(reader.ReadByte()),
            AfterRmcp = after,
        };
        // Some controllers add one byte of padding, which network adapters of that time needed (IPMI 2.0 section 13.6).
        return !reader.Failed;
    }
}
