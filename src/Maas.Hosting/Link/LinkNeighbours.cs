using System.Net;
using Maas.Boot;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Link;

/// <summary>Who is seen on the link with which address: the kernel's neighbour table, by ARP and by neighbour discovery.</summary>
/// <remarks>A client that fetches something has just been resolved, so it is there. Where there is no such table (not Linux), nobody is known.</remarks>
internal sealed class LinkNeighbours(int interfaceIndex) : IAddressOwners
{
    /// <inheritdoc/>
    public bool Has(HardwareAddress client, IPAddress address) => OwnerOf(address) == client;

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address)
    {
        if (!OperatingSystem.IsLinux()) return null;
        foreach (var neighbour in NeighbourTable.Read(address.AddressFamily))
            if (neighbour.InterfaceIndex == interfaceIndex && neighbour.Address.Equals(address)) return neighbour.Hardware;
        return null;
    }
}
