namespace Maas.Power.Ipmi.Wire;

/// <summary>The console's random number, privilege and user name (IPMI 2.0 table 13-11).</summary>
// | tag 1 | 0 0 0 | controller's session id 4 | console's random 16 | role 1 | 0 0 | name length 1 | name |
internal readonly ref struct Rakp1
{
    private const int LongestName = 16;

    public byte Tag { get; init; }

    public uint ControllerSessionId { get; init; }

    public ReadOnlySpan<byte> ConsoleRandom { get; init; }

    public byte Role { get; init; }

    public ReadOnlySpan<byte> UserName { get; init; }

    public static bool TryParse(ReadOnlySpan<byte> payload, out Rakp1 message)
    {
        var reader = new IpmiReader(payload);
        var tag = reader.ReadByte();
        reader.Skip(3);
        var session = reader.ReadUInt32();
        var random = reader.ReadSpan(16);
        var role = reader.ReadByte();
        reader.Skip(2);
        var length = reader.ReadByte();
        message = new Rakp1
        {
            Tag = tag,
            ControllerSessionId = session,
            ConsoleRandom = random,
            Role = role,
            UserName = reader.ReadSpan(length),
        };
        return !reader.Failed && length <= LongestName;
    }

    public int Write(Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        writer.Write([Tag, 0, 0, 0]);
        writer.WriteUInt32(ControllerSessionId);
        writer.Write(ConsoleRandom);
        writer.Write([Role, 0, 0, (byte)UserName.Length]);
        writer.Write(UserName);
        return writer.Length;
    }
}

/// <summary>The controller's random number and its proof that it knows the password (IPMI 2.0 table 13-12).</summary>
// | tag 1 | status 1 | 0 0 | console's session id 4 | controller's random 16 | GUID 16 | code |
internal readonly ref struct Rakp2
{
    public byte Tag { get; init; }

    public RakpStatus Status { get; init; }

    public uint ConsoleSessionId { get; init; }

    public ReadOnlySpan<byte> ControllerRandom { get; init; }

    public ReadOnlySpan<byte> ControllerGuid { get; init; }

    public ReadOnlySpan<byte> Code { get; init; }

    public static bool TryParse(ReadOnlySpan<byte> payload, out Rakp2 message)
    {
        var reader = new IpmiReader(payload);
        var (tag, status) = (reader.ReadByte(), (RakpStatus)reader.ReadByte());
        message = new Rakp2 { Tag = tag, Status = status };
        if (status != RakpStatus.Ok) return !reader.Failed;
        reader.Skip(2);
        message = new Rakp2
        {
            Tag = tag,
            Status = status,
            ConsoleSessionId = reader.ReadUInt32(),
            ControllerRandom = reader.ReadSpan(16),
            ControllerGuid = reader.ReadSpan(16),
            Code = reader.ReadRest(),
        };
        return !reader.Failed;
    }

    public int Write(Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        writer.Write([Tag, (byte)Status, 0, 0]);
        writer.WriteUInt32(ConsoleSessionId);
        if (Status != RakpStatus.Ok) return writer.Length;
        writer.Write(ControllerRandom);
        writer.Write(ControllerGuid);
        writer.Write(Code);
        return writer.Length;
    }
}

/// <summary>RAKP messages 3 and 4: the other side's session id, and a proof (IPMI 2.0 tables 13-13 and 13-14).</summary>
// | tag 1 | status 1 | 0 0 | session id 4 | code |
internal readonly ref struct RakpProof
{
    public byte Tag { get; init; }

    public RakpStatus Status { get; init; }

    public uint SessionId { get; init; }

    public ReadOnlySpan<byte> Code { get; init; }

    public static bool TryParse(ReadOnlySpan<byte> payload, out RakpProof message)
    {
        var reader = new IpmiReader(payload);
        var (tag, status) = (reader.ReadByte(), (RakpStatus)reader.ReadByte());
        message = new RakpProof { Tag = tag, Status = status };
        if (status != RakpStatus.Ok) return !reader.Failed;
        reader.Skip(2);
        message = new RakpProof { Tag = tag, Status = status, SessionId = reader.ReadUInt32(), Code = reader.ReadRest() };
        return !reader.Failed;
    }

    public int Write(Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        writer.Write([Tag, (byte)Status, 0, 0]);
        writer.WriteUInt32(SessionId);
        if (Status == RakpStatus.Ok) writer.Write(Code);
        return writer.Length;
    }
}
