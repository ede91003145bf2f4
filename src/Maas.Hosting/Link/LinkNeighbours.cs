using System.Globalization;
using System.Net;
using Maas.Boot;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Link;

/// <summary>Who is seen on the link with which address: the kernel's ARP table (proc(5), <c>/proc/net/arp</c>).</summary>
/// <remarks>A client that fetches something has just been resolved, so it is there. Where there is no such table (not Linux), nobody is known.</remarks>
internal sealed class LinkNeighbours(string networkInterface, string tablePath = "/proc/net/arp") : IAddressOwners
{
    private const int Complete = 0x2; // ATF_COM of linux/if_arp.h: the hardware address has been heard

    /// <inheritdoc/>
    public bool Has(HardwareAddress client, IPAddress address) => OwnerOf(address) == client;

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) => File.Exists(tablePath) ? Find(File.ReadLines(tablePath), address, networkInterface) : null;

    /// <summary>The neighbour with an address in a table whose lines read: address, hardware type, flags, hardware address, mask, device.</summary>
    internal static HardwareAddress? Find(IEnumerable<string> table, IPAddress address, string networkInterface)
    {
        foreach (var line in table)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var ip, "0x1", var flags, var hardware, _, var device]) continue;
            if (device != networkInterface || !IPAddress.TryParse(ip, out var neighbour) || !neighbour.Equals(address)) continue;
            if (!int.TryParse(flags.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) || (bits & Complete) == 0) continue;
            if (HardwareAddress.TryParse(hardware, out var found)) return found;
        }

        return null;
    }
}
