using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp;

/// <summary>A socket of a DHCP server, whichever IP it speaks, and the link that it serves.</summary>
/// <typeparam name="TLink">What the server knows of a link.</typeparam>
internal sealed class DhcpListener<TLink> : IDatagramSender, IDisposable
{
    // A boot storm arrives within one scheduling pause; the kernel's default holds some two hundred packets.
    private const int ReceiveBufferSize = 8 << 20;
    private const int SolSocket = 1, SoReceiveBufferForce = 33; // asm-generic/socket.h

    private DhcpListener(Socket socket, NetworkInterface? device, string name, Func<DhcpListener<TLink>, TLink> link)
    {
        Socket = socket;
        Device = device;
        Name = name;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!; // it is bound
        Link = link(this);
    }

    /// <summary>The interface, or, without one, the address and port of the options.</summary>
    public string Name { get; }

    public Socket Socket { get; }

    /// <summary>The interface the socket is bound to; <see langword="null"/> when it is bound to an address alone.</summary>
    public NetworkInterface? Device { get; }

    /// <summary>Where it listens, with the port that the system chose when 0 was asked.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The link it serves.</summary>
    public TLink Link { get; }

    /// <summary>Opens a socket with room for a storm.</summary>
    /// <param name="local">Where it listens.</param>
    /// <param name="device">The interface it is bound to; <see langword="null"/> for none.</param>
    /// <param name="prepare">Sets what must be set before it is bound.</param>
    /// <param name="link">Makes the link.</param>
    public static DhcpListener<TLink> Open(
        IPEndPoint local,
        NetworkInterface? device,
        Action<Socket> prepare,
        Func<DhcpListener<TLink>, TLink> link)
    {
        var socket = Sockets.Open(SocketType.Dgram, local, device?.Name, socket =>
        {
            EnlargeReceiveBuffer(socket);
            prepare(socket);
        });
        try
        {
            return new DhcpListener<TLink>(socket, device, device?.Name ?? local.ToString(), link);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> datagram, SocketAddress to) => Socket.SendTo(datagram, SocketFlags.None, to);

    /// <summary>The listener for the log: its interface, if it has one, and where it listens.</summary>
    public override string ToString() => Device is null ? EndPoint.ToString() : $"{Device.Name}, {EndPoint}";

    /// <summary>Closes the socket, and what the link has open.</summary>
    public void Dispose()
    {
        (Link as IDisposable)?.Dispose();
        Socket.Dispose();
    }

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
