using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp;

/// <summary>Opens the sockets of a DHCP server.</summary>
internal static class LinkSockets
{
    // A boot storm arrives within one scheduling pause; the kernel's default holds some two hundred packets.
    private const int ReceiveBufferSize = 8 << 20;
    private const int SolSocket = 1, SoReceiveBufferForce = 33; // asm-generic/socket.h

    /// <summary>
    /// Opens the links that the options ask for, of which an interface or an address may have several; none is left open when one fails.
    /// </summary>
    /// <exception cref="ArgumentException">An interface does not exist.</exception>
    public static IReadOnlyList<TLink> OpenAll<TLink>(
        DhcpLinkOptions options,
        Func<NetworkInterface, IEnumerable<TLink>> onDevice,
        Func<IPEndPoint, IEnumerable<TLink>> onAddress)
        where TLink : IDisposable
    {
        var links = new List<TLink>();
        try
        {
            foreach (var name in options.Interfaces)
            {
                var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == name)
                    ?? throw new ArgumentException($"There is no network interface {name}.", nameof(options));
                foreach (var link in onDevice(device)) links.Add(link);
            }

            if (options.ListenOn is { } local)
                foreach (var link in onAddress(local)) links.Add(link);
            return links;
        }
        catch
        {
            foreach (var link in links) link.Dispose();
            throw;
        }
    }

    /// <summary>Opens a socket with room for a storm.</summary>
    /// <param name="local">Where it listens.</param>
    /// <param name="device">The interface it is bound to; <see langword="null"/> for none.</param>
    /// <param name="prepare">Sets what must be set before it is bound.</param>
    public static Socket Open(IPEndPoint local, NetworkInterface? device, Action<Socket> prepare) =>
        Sockets.Open(SocketType.Dgram, local, device?.Name, socket =>
        {
            EnlargeReceiveBuffer(socket);
            prepare(socket);
        });

    /// <summary>The addresses of an interface, of one family.</summary>
    public static IEnumerable<IPAddress> AddressesOf(NetworkInterface device, AddressFamily family) =>
        device.GetIPProperties().UnicastAddresses.Select(a => a.Address).Where(a => a.AddressFamily == family);

    /// <summary>A link for the log: its interface, if it has one, and where it is listened on.</summary>
    public static string Describe(NetworkInterface? device, IPEndPoint local) =>
        device is null ? local.ToString() : $"{device.Name}, {local}";

    private static void EnlargeReceiveBuffer(Socket socket)
    {
        socket.ReceiveBufferSize = ReceiveBufferSize; // as much as net.core.rmem_max lets everybody have
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(ReceiveBufferSize));
        }
        catch (SocketException)
        {
            // Without CAP_NET_ADMIN the ordinary limit applies.
        }
    }
}
