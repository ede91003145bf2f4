using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Maas.Boot.Net;

/// <summary>The addresses of a network interface.</summary>
internal static class InterfaceAddresses
{
    extension(NetworkInterface device)
    {
        /// <summary>The addresses of one family that the interface has now.</summary>
        public IEnumerable<IPAddress> AddressesOf(AddressFamily family) =>
            device.GetIPProperties().UnicastAddresses.Select(a => a.Address).Where(a => a.AddressFamily == family);
    }
}
