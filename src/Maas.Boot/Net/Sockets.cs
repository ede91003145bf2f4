using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maas.Boot.Net;

/// <summary>The socket options that .NET has no name for.</summary>
internal static class Sockets
{
    private const int SolSocket = 1, SoBindToDevice = 25;         // asm-generic/socket.h

    /// <summary>Opens a socket on an address and, when a device is named, on that link only.</summary>
    /// <param name="type">A stream's (TCP) or datagrams' (UDP).</param>
    /// <param name="local">Where it listens.</param>
    /// <param name="device">The interface it is bound to; <see langword="null"/> for none.</param>
    /// <param name="prepare">Sets what must be set before it is bound.</param>
    /// <exception cref="PlatformNotSupportedException">A device is named and this is not Linux.</exception>
    /// <exception cref="SocketException">The port is taken, or may not be opened; or there is no such device.</exception>
    public static Socket Open(SocketType type, IPEndPoint local, string? device, Action<Socket>? prepare = null)
    {
        var socket = new Socket(local.AddressFamily, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            if (device is not null) BindToDevice(socket, device);
            prepare?.Invoke(socket);
            Bind(socket, local, device);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes a port.</summary>
    /// <exception cref="SocketException">The port is taken, or may not be opened: the message tells which, of which protocol, and
    /// where.</exception>
    private static void Bind(Socket socket, IPEndPoint local, string? device)
    {
        try
        {
            socket.Bind(local);
        }
        catch (SocketException e)
        {
            var where = device is null ? $"{local.Address}" : $"{local.Address} on {device}";
            throw new SocketException(
                (int)e.SocketErrorCode,
                $"{socket.ProtocolType.ToString().ToUpperInvariant()} port {local.Port} of {where} cannot be taken: {e.Message}");
        }
    }

    /// <summary>Binds a socket to a network interface: it receives from and sends to that link only.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    /// <exception cref="SocketException">There is no such interface, or the process lacks CAP_NET_RAW.</exception>
    public static void BindToDevice(Socket socket, string device)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException(
                "A socket can be bound to an interface on Linux only; listen on the interface's address instead.");
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(device + "\0"));
        }
        catch (SocketException e)
        {
            throw new SocketException((int)e.SocketErrorCode, $"A socket cannot be bound to the interface {device}: {e.Message}");
        }
    }
}
