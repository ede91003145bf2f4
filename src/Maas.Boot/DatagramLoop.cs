using System.Net;
using System.Net.Sockets;

namespace Maas.Boot;

/// <summary>The socket of a small UDP server: one datagram after the other is handed over, and what it earns is sent back.</summary>
/// <remarks>For servers that decide without waiting (SNTP, syslog). One buffer serves all datagrams, so nothing is allocated for each.</remarks>
internal sealed class DatagramLoop(IPEndPoint listen, string? device, int longest)
{
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Decides on one datagram.</summary>
    /// <param name="datagram">What came; cut off at the longest that is read.</param>
    /// <param name="client">Who sent it.</param>
    /// <returns>What is sent back, good until the next call; empty for silence.</returns>
    public delegate ReadOnlyMemory<byte> Answer(ReadOnlySpan<byte> datagram, SocketAddress client);

    /// <summary>The endpoint it listens on, once it does.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <summary>Serves until cancelled.</summary>
    /// <param name="answer">Decides.</param>
    /// <param name="failed">Told when a datagram could not be received or answered; the loop goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
    public async Task RunAsync(Answer answer, Action<SocketError> failed, CancellationToken cancellationToken)
    {
        using var socket = Sockets.Open(SocketType.Dgram, listen, device);
        _listening.TrySetResult((IPEndPoint)socket.LocalEndPoint!); // bound above
        var buffer = new byte[longest];
        var client = new SocketAddress(listen.AddressFamily);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
                var reply = answer(buffer.AsSpan(0, length), client);
                if (!reply.IsEmpty) await socket.SendToAsync(reply, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failed(exception.SocketErrorCode);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
