namespace Maas.Power.Ipmi.Wire;

/// <summary>The console proposes algorithms (IPMI 2.0 table 13-9).</summary>
// | tag 1 | highest privilege 1 | 0 0 | console's session id 4 | authentication 8 | integrity 8 | confidentiality 8 |
internal readonly record struct OpenSessionRequest(
    byte Tag, byte Privilege, uint ConsoleSessionId, byte Authentication, byte Integrity, byte Confidentiality)
{
    public const int Length = 32;

    public static bool TryParse(ReadOnlySpan<byte> payload, out OpenSessionRequest request)
    {
        var reader = new IpmiReader(payload);
        var (tag, privilege) = (reader.ReadByte(), reader.ReadByte());
        reader.Skip(2);
        request = new OpenSessionRequest(
            tag,
            privilege,
            ConsoleSessionId: reader.ReadUInt32(),
            Authentication: ReadAlgorithm(ref reader),
            Integrity: ReadAlgorithm(ref reader),
            Confidentiality: ReadAlgorithm(ref reader));
        return !reader.Failed;
    }

    public int Write(Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        writer.Write([Tag, Privilege, 0, 0]);
        writer.WriteUInt32(ConsoleSessionId);
        WriteAlgorithms(ref writer, Authentication, Integrity, Confidentiality);
        return writer.Length;
    }

    internal static byte ReadAlgorithm(ref IpmiReader reader)
    {
        reader.Skip(4);
        var algorithm = reader.ReadByte();
        reader.Skip(3);
        return (byte)(algorithm & 0x3f);
    }

    internal static void WriteAlgorithms(ref IpmiWriter writer, byte authentication, byte integrity, byte confidentiality)
    {
        writer.Write([0, 0, 0, 8, authentication, 0, 0, 0]);
        writer.Write([1, 0, 0, 8, integrity, 0, 0, 0]);
        writer.Write([2, 0, 0, 8, confidentiality, 0, 0, 0]);
    }
}

/// <summary>The controller accepts or refuses (IPMI 2.0 table 13-10).</summary>
// | tag 1 | status 1 | privilege 1 | 0 | console's session id 4 | controller's session id 4 | the algorithms, 3 times 8 |
internal readonly record struct OpenSessionResponse(
    byte Tag,
    RakpStatus Status,
    uint ConsoleSessionId,
    uint ControllerSessionId,
    byte Authentication,
    byte Integrity,
    byte Confidentiality)
{
    public static bool TryParse(ReadOnlySpan<byte> payload, out OpenSessionResponse response)
    {
        var reader = new IpmiReader(payload);
        var (tag, status) = (reader.ReadByte(), (RakpStatus)reader.ReadByte());
        response = new OpenSessionResponse(tag, status, 0, 0, 0, 0, 0);
        // A refusal may end here.
        if (status != RakpStatus.Ok) return !reader.Failed;
        reader.Skip(2);
        response = new OpenSessionResponse(
            tag,
            status,
            ConsoleSessionId: reader.ReadUInt32(),
            ControllerSessionId: reader.ReadUInt32(),
            Authentication: OpenSessionRequest.ReadAlgorithm(ref reader),
            Integrity: OpenSessionRequest.ReadAlgorithm(ref reader),
            Confidentiality: OpenSessionRequest.ReadAlgorithm(ref reader));
        return !reader.Failed;
    }

    public int Write(Span<byte> into, byte privilege)
    {
        var writer = new IpmiWriter(into);
        writer.Write([Tag, (byte)Status, privilege, 0]);
        writer.WriteUInt32(ConsoleSessionId);
        if (Status != RakpStatus.Ok) return writer.Length;
        writer.WriteUInt32(ControllerSessionId);
        OpenSessionRequest.WriteAlgorithms(ref writer, Authentication, Integrity, Confidentiality);
        return writer.Length;
    }
}

/// <summary>Why a controller refuses a session (IPMI 2.0 table 13-15).</summary>
internal enum RakpStatus : byte
{
    Ok = 0x00,
    InsufficientResources = 0x01,
    InvalidSessionId = 0x02,
    InvalidPayloadType = 0x03,
    InvalidAuthenticationAlgorithm = 0x04,
    InvalidIntegrityAlgorithm = 0x05,
    NoMatchingAuthenticationPayload = 0x06,
    NoMatchingIntegrityPayload = 0x07,
    InactiveSessionId = 0x08,
    InvalidRole = 0x09,
    UnauthorizedRole = 0x0a,
    InsufficientResourcesForRole = 0x0b,
    InvalidNameLength = 0x0c,
    UnauthorizedName = 0x0d,
    UnauthorizedGuid = 0x0e,
    InvalidIntegrityCheckValue = 0x0f,
    InvalidConfidentialityAlgorithm = 0x10,
    NoMatchingCipherSuite = 0x11,
    IllegalParameter = 0x12,
}
