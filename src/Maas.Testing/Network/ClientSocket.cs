using System.Net;
using System.Net.Sockets;

namespace Maas.Testing.Network;

/// <summary>A UDP port of a simulated machine: a socket of this host, or a port on a network in memory.</summary>
internal abstract class ClientSocket : IDisposable
{
    /// <summary>The length of what a closed port on a network in memory receives: an exception would cost more.</summary>
    public const int Closed = -1;

    /// <summary>Opens a socket of this host.</summary>
    public static ClientSocket Bind(IPAddress local)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(local, 0));
            return Of(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Wraps a bound socket.</summary>
    public static ClientSocket Of(Socket socket) => new SystemSocket(socket);

    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint to, CancellationToken cancellationToken);

    public abstract ValueTask<(int Length, IPEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract void Dispose();

    private sealed class SystemSocket(Socket socket) : ClientSocket
    {
        private readonly IPEndPoint _any = new(
            socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);

        public override async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint to, CancellationToken cancellationToken) =>
            await socket.SendToAsync(datagram, to, cancellationToken).ConfigureAwait(false);

        public override async ValueTask<(int Length, IPEndPoint From)> ReceiveAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken)
        {
            var received = await socket.ReceiveFromAsync(buffer, _any, cancellationToken).ConfigureAwait(false);
            return (received.ReceivedBytes, (IPEndPoint)received.RemoteEndPoint);
        }

        public override void Dispose() => socket.Dispose();
    }
}
