namespace Maas.Boot.Capture;

/// <summary>A datagram but for its octets.</summary>
/// <param name="At">When.</param>
/// <param name="Source">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="IsSent">Whether this host sent it.</param>
/// <param name="Interface">On which link; <see langword="null"/> when that is not told.</param>
/// <param name="Comment">Why; <see langword="null"/> for nothing to say.</param>
/// <param name="Kept">How many octets are kept at most.</param>
internal readonly record struct RingPacket(
    DateTimeOffset At,
    UdpEndpoint Source,
    UdpEndpoint Destination,
    bool IsSent,
    string? Interface,
    string? Comment,
    int Kept = int.MaxValue);
