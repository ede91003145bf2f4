using System.Net;
using System.Net.Sockets;

namespace Maas.Testing.Network;

/// <summary>A UDP port on a network that loses and repeats datagrams.</summary>
internal sealed class FaultyPath(ClientSocket socket, DatagramFaults faults) : IDisposable
{
    private (byte[] Content, IPEndPoint From)? _again;

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint to, CancellationToken cancellationToken)
    {
        if (faults.Loses()) return;
        await socket.SendAsync(datagram, to, cancellationToken).ConfigureAwait(false);
        if (faults.Repeats()) await socket.SendAsync(datagram, to, cancellationToken).ConfigureAwait(false);
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
                return (again.Content.Length, again.From);
            }

            (int Length, IPEndPoint From) received;
            try
            {
                received = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused
                or SocketError.MessageSize)
            {
                continue;
            }

            if (received.Length == ClientSocket.Closed) return received;
            if (faults.Loses()) continue;
            if (faults.Repeats()) _again = (buffer[..received.Length].ToArray(), received.From);
            return received;
        }
    }

    public void Dispose() => socket.Dispose();
}
