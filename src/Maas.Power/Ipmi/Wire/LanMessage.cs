namespace Maas.Power.Ipmi.Wire;

/// <summary>A request or a response inside a datagram (IPMI 2.0 section 13.8).</summary>
// | to 1 | net function, LUN 1 | checksum 1 | from 1 | sequence, LUN 1 | command 1 | data | checksum 1 |
// The data of a response begins with its completion code.
internal readonly ref struct LanMessage
{
    public const byte Controller = 0x20;
    public const byte Console = 0x81;
    private const int ShortestLength = 7;

    public byte To { get; init; }

    public byte NetFunction { get; init; }

    public byte ToLun { get; init; }

    public byte From { get; init; }

    public byte Sequence { get; init; }

    public byte Command { get; init; }

    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Whether it is a response: net functions come in pairs, the odd one is the response's.</summary>
    public bool IsResponse => (NetFunction & 1) != 0;

    public static bool TryParse(ReadOnlySpan<byte> payload, out LanMessage message)
    {
        message = default;
        if (payload.Length < ShortestLength) return false;
        if (Checksum(payload[..2]) != payload[2] || Checksum(payload[3..^1]) != payload[^1]) return false;
        message = new LanMessage
        {
            To = payload[0],
            NetFunction = (byte)(payload[1] >> 2),
            ToLun = (byte)(payload[1] & 3),
            From = payload[3],
            Sequence = (byte)(payload[4] >> 2),
            Command = payload[5],
            Data = payload[6..^1],
        };
        return true;
    }

    public int Write(Span<byte> into)
    {
        into[0] = To;
        into[1] = (byte)(NetFunction << 2 | ToLun);
        into[2] = Checksum(into[..2]);
        into[3] = From;
        into[4] = (byte)(Sequence << 2);
        into[5] = Command;
        Data.CopyTo(into[6..]);
        var length = 6 + Data.Length;
        into[length] = Checksum(into[3..length]);
        return length + 1;
    }

    /// <summary>The two's complement of the sum (IPMI 2.0 section 13.8).</summary>
    public static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes) sum += value;
        return (byte)-sum;
    }
}
