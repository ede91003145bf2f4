using System.Net;

namespace Maas.Boot.Capture;

/// <summary>A UDP datagram out of a capture, or on its way into one.</summary>
/// <param name="At">When it was captured.</param>
/// <param name="Source">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="Payload">Its octets, as many as were captured.</param>
public sealed record CapturedPacket(DateTimeOffset At, IPEndPoint Source, IPEndPoint Destination, ReadOnlyMemory<byte> Payload)
{
    /// <summary>How many octets it had on the wire; more than <see cref="Payload"/> holds when the capture cut it short.</summary>
    public int Length { get; init; } = Payload.Length;

    /// <summary>The sender's hardware address; <see langword="null"/> when the capture has none.</summary>
    public HardwareAddress? SourceHardware { get; init; }

    /// <summary>The receiver's hardware address; <see langword="null"/> when the capture has none.</summary>
    public HardwareAddress? DestinationHardware { get; init; }

    /// <summary>The interface it was seen on; <see langword="null"/> when the capture does not name it (classic pcap never does).</summary>
    public string? Interface { get; init; }

    /// <summary>A remark on it, such as the rule that decided; <see langword="null"/> without one (classic pcap has no remarks).</summary>
    public string? Comment { get; init; }

    /// <summary>Whether the capturing host sent it; <see langword="null"/> when the capture does not tell.</summary>
    public bool? IsSent { get; init; }

    /// <summary>
    /// Whether it is DHCPv4 by its ports, PXE's boot service included, or by the magic cookie on any port (RFC 2131 section 3).
    /// </summary>
    public bool IsDhcp =>
        IsDhcpPort(Source.Port)
            || IsDhcpPort(Destination.Port)
            || (Payload.Length >= 240 && Payload.Span.Slice(236, 4) is [0x63, 0x82, 0x53, 0x63]);

    /// <summary>Whether it is DHCPv6 by its ports.</summary>
    public bool IsDhcp6 => Source.Port is 546 or 547 || Destination.Port is 546 or 547;

    private static bool IsDhcpPort(int port) => port is 67 or 68 or 4011;
}
