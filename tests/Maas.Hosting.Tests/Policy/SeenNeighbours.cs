using System.Net;
using Maas.Boot;
using Maas.Hosting.Link;

namespace Maas.Hosting.Tests;

/// <summary>A link on which one host is seen with every address, or none.</summary>
internal sealed class SeenNeighbours(HardwareAddress? hardware) : IAddressResolver
{
    public ValueTask<AddressEvidence> FindEvidenceAsync(HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
        new(hardware is null ? AddressEvidence.None : hardware == client ? AddressEvidence.Client : AddressEvidence.Another);

    public HardwareAddress? OwnerOf(IPAddress address) => hardware;
}
