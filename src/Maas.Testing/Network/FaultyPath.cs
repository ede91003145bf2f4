using System.Net;
using System.Net.Sockets;

namespace Maas.Testing.Network;

/// <summary>A UDP socket on a network that loses and repeats datagrams.</summary>
internal sealed class FaultyPath(Socket socket, DatagramFaults faults) : IDisposable
{
    private (byte[] Content, EndPoint From)? _again;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint to, CancellationToken cancellationToken)
    {
        if (faults.Loses()) return;
        await socket.SendToAsync(datagram, to, cancellationToken).ConfigureAwait(false);
        if (faults.Repeats()) await socket.SendToAsync(datagram, to, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The next datagram that was not lost. An ICMP error that an earlier datagram earned is not one, nor is one that is too long.
    /// </summary>
    public async ValueTask<(int Length, IPEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_again is { } again)
            {
                _again = null;
                again.Content.CopyTo(buffer);
                return (again.Content.Length, (IPEndPoint)again.From);
            }

            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused
                or SocketError.MessageSize)
            {
                continue;
            }

            if (faults.Loses()) continue;
            if (faults.Repeats()) _again = (buffer[..received.ReceivedBytes].ToArray(), received.RemoteEndPoint);
            return (received.ReceivedBytes, (IPEndPoint)received.RemoteEndPoint);
        }
    }

    public void Dispose() => socket.Dispose();
}
