using System.Net;

namespace Maas.Testing.Virtual;

/// <summary>A datagram on a <see cref="VirtualNetwork"/>.</summary>
/// <param name="At">When it was sent, or received, since the network began.</param>
/// <param name="Source">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="Payload">What it holds.</param>
public sealed record VirtualDatagram(TimeSpan At, IPEndPoint Source, IPEndPoint Destination, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The datagram as a line of a log, with a checksum of what it holds.</summary>
    public override string ToString() =>
        $"{At:c} {Source} > {Destination} {Payload.Length} {Virtual.SeededRandom.Hash(Payload.Span):x16}";
}
