using System.Net;

namespace Maas.Boot.Capture;

/// <summary>A UDP datagram out of a capture.</summary>
/// <param name="At">When it was captured.</param>
/// <param name="Source">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="Payload">Its octets, as many as were captured.</param>
internal sealed record CapturedPacket(DateTimeOffset At, IPEndPoint Source, IPEndPoint Destination, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Whether it is DHCP by its ports, PXE's boot service included.</summary>
    public bool IsDhcp => IsDhcpPort(Source.Port) || IsDhcpPort(Destination.Port);

    private static bool IsDhcpPort(int port) => port is 67 or 68 or 4011;
}
