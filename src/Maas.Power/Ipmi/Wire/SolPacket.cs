namespace Maas.Power.Ipmi.Wire;

/// <summary>Characters of a serial port, or an acknowledgement of some (IPMI 2.0 section 15.9).</summary>
// | sequence 1 | acknowledged sequence 1 | accepted characters 1 | operation or status 1 | characters |
internal readonly ref struct SolPacket
{
    public const int HeaderLength = 4;

    /// <summary>Operation and status: the packet named by the acknowledged sequence was not accepted in full.</summary>
    public const byte Nack = 0x40;

    /// <summary>Status: characters cannot be sent now.</summary>
    public const byte Unavailable = 0x20;

    /// <summary>Status: the controller ends serial over LAN.</summary>
    public const byte Deactivating = 0x10;

    /// <summary>Operation: send a break.</summary>
    public const byte Break = 0x10;

    /// <summary>1 to 15; 0 for a packet that only acknowledges.</summary>
    public byte Sequence { get; init; }

    /// <summary>1 to 15; 0 for a packet that acknowledges nothing.</summary>
    public byte Acknowledged { get; init; }

    public byte Accepted { get; init; }

    public byte Status { get; init; }

    public ReadOnlySpan<byte> Characters { get; init; }

    public static bool TryParse(ReadOnlySpan<byte> payload, out SolPacket packet)
    {
        var reader = new IpmiReader(payload);
        packet = new SolPacket
        {
            Sequence = (byte)(reader.ReadByte() & 0x0f),
            Acknowledged = (byte)(reader.ReadByte() & 0x0f),
            Accepted = reader.ReadByte(),
            Status = reader.ReadByte(),
            Characters = reader.ReadRest(),
        };
        return !reader.Failed;
    }

    public int Write(Span<byte> into)
    {
        var writer = new IpmiWriter(into);
        writer.Write([Sequence, Acknowledged, Accepted, Status]);
        writer.Write(Characters);
        return writer.Length;
    }
}
