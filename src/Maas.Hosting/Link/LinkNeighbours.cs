using System.Net;
using Maas.Boot;

namespace Maas.Hosting.Link;

/// <summary>Who is seen on the link with which address: by asking the link, and in the kernel's neighbour table.</summary>
/// <remarks>
/// A UDP datagram makes no entry in the kernel's table, and an entry may be older than the present user of the address. What a secret
/// depends on is therefore
/// asked of the link itself. Where there is neither (not Linux), nothing is known.
/// </remarks>
/// <param name="interfaceIndex">The number of the link's interface now.</param>
/// <param name="resolver">Asks the link; <see langword="null"/> where that is not possible.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class LinkNeighbours(Func<int> interfaceIndex, LinkResolver? resolver, TimeProvider timeProvider)
    : IAddressResolver, IDisposable
{
    private static readonly TimeSpan S_kernelDelay = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public async ValueTask<AddressEvidence> FindEvidenceAsync(
        HardwareAddress client, IPAddress address, CancellationToken cancellationToken)
    {
        if (resolver is null || await resolver.ResolveAsync(address, cancellationToken).ConfigureAwait(false) is not { } seen)
            return AddressEvidence.None;
        if (seen != client) return AddressEvidence.Another;
        if (Agrees(client, address)) return AddressEvidence.Client;
        // The answer goes to whom the kernel has resolved. It heard the same reply, and takes it up at about the same time as we do.
        await Task.Delay(S_kernelDelay, timeProvider, cancellationToken).ConfigureAwait(false);
        return Agrees(client, address) ? AddressEvidence.Client : AddressEvidence.Another;
    }

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var index = interfaceIndex(); // looked up each time: an interface that was created again has another number
        foreach (var neighbour in NeighbourTable.Read(address.AddressFamily))
            if (neighbour.InterfaceIndex == index && neighbour.Address.Equals(address)) return neighbour.Hardware;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => resolver?.Dispose();

    private bool Agrees(HardwareAddress client, IPAddress address) => OwnerOf(address) is not { } resolved || resolved == client;
}
