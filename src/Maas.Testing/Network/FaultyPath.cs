using System.Net;
using System.Net.Sockets;

namespace Maas.Testing.Network;

/// <summary>A UDP socket on a network that loses and repeats datagrams.</summary>
internal sealed class FaultyPath : IDisposable
{
    private readonly Socket _socket;
    private readonly DatagramFaults _faults;
    private readonly Random _chance;
    private (byte[] Content, EndPoint From)? _again;

    public FaultyPath(Socket socket, DatagramFaults faults)
    {
        _socket = socket;
        _faults = faults;
        _chance = new Random(faults.Seed);
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint to, CancellationToken cancellationToken)
    {
        if (Happens(_faults.Loss)) return;
        await _socket.SendToAsync(datagram, to, cancellationToken).ConfigureAwait(false);
        if (Happens(_faults.Duplication)) await _socket.SendToAsync(datagram, to, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The next datagram that was not lost. An ICMP error that an earlier datagram earned is not one, nor is one that is too long.</summary>
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
                received = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                continue;
            }

            if (Happens(_faults.Loss)) continue;
            if (Happens(_faults.Duplication)) _again = (buffer[..received.ReceivedBytes].ToArray(), received.RemoteEndPoint);
            return (received.ReceivedBytes, (IPEndPoint)received.RemoteEndPoint);
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool Happens(double share) => share > 0 && _chance.NextDouble() < share;
}
