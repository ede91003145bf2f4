namespace Maas.Power.Ipmi;

/// <summary>Datagrams to and from one management controller: the seam between the protocol and the network.</summary>
internal interface IDatagramChannel : IAsyncDisposable
{
    /// <summary>
    /// Whether what completes a wait also runs what waits for it, as on a network in memory; else the thread pool runs it.
    /// </summary>
    bool RunsInline => false;

    ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken);

    /// <summary>Waits for a datagram.</summary>
    /// <returns>Its length; one that is longer than the buffer is cut.</returns>
    /// <exception cref="IpmiException">The host answered that nothing listens there.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}
