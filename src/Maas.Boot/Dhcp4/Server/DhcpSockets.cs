using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Opens the listeners of a DHCP server: port 67 of each link, and port 4011 of a proxy.</summary>
internal static class DhcpSockets
{
    /// <summary>Opens the listeners that the options ask for; none is left open when one fails.</summary>
    /// <exception cref="ArgumentException">An interface does not exist or has no IPv4 address.</exception>
    /// <exception cref="SocketException">A port is taken, or may not be opened.</exception>
    public static DhcpListeners<DhcpLink> Open(DhcpServerOptions options, TimeProvider timeProvider)
    {
        return DhcpListeners<DhcpLink>.Open(options, OnDevice, OnAddress);

        IEnumerable<DhcpListener<DhcpLink>> OnDevice(NetworkInterface device) =>
            On(device, options.ServerAddress ?? AddressOf(device), new IPEndPoint(IPAddress.Any, options.Port));

        IEnumerable<DhcpListener<DhcpLink>> OnAddress(IPEndPoint local) => On(null, options.ServerAddress ?? local.Address, local);

        IEnumerable<DhcpListener<DhcpLink>> On(NetworkInterface? device, IPAddress server, IPEndPoint local)
        {
            yield return Open(device, server, local, isBootService: false);
            if (options.Mode == DhcpMode.Proxy)
                yield return Open(device, server, new IPEndPoint(local.Address, options.BootServicePort), isBootService: true);
        }

        DhcpListener<DhcpLink> Open(NetworkInterface? device, IPAddress server, IPEndPoint local, bool isBootService) =>
            DhcpListener<DhcpLink>.Open(local, device, Prepare, listener =>
                new DhcpLink(listener.Name, server, listener.EndPoint.Port, options, listener)
                {
                    IsBootService = isBootService,
                    Unicast = UnicastFilter.On(device, server.ToIPv4(), listener.EndPoint),
                    Probe = device is null || options.Mode != DhcpMode.Full || options.ProbeTime == TimeSpan.Zero
                        ? null
                        : ArpProbe.TryOpen(device, timeProvider),
                });

        void Prepare(Socket socket)
        {
            socket.EnableBroadcast = true;
            // Beside another DHCP server on the same machine: the kernel gives broadcasts to both.
            if (options.Mode != DhcpMode.Full) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        }
    }

    private static IPAddress AddressOf(NetworkInterface device) =>
        device.AddressesOf(AddressFamily.InterNetwork).FirstOrDefault()
            ?? throw new ArgumentException(
                $"Interface {device.Name} has no IPv4 address; give it one, or name the server's address.", nameof(device));
}
