using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Net;

/// <summary>The socket of a small UDP server: one datagram after the other is handed over, and what it earns is sent back.</summary>
/// <remarks>
/// For servers that decide without waiting (SNTP, syslog). One buffer serves all datagrams, so nothing is allocated for each.
/// </remarks>
/// <param name="server">Which server, such as <c>sntp</c>.</param>
/// <param name="listen">Where it listens.</param>
/// <param name="device">The interface that it is bound to; <see langword="null"/> for none.</param>
/// <param name="longest">The longest datagram that is read.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Where it logs.</param>
internal sealed class DatagramLoop(string server, IPEndPoint listen, string? device, int longest, TimeProvider timeProvider, ILogger logger)
{
    private readonly ListeningEndPoints _listening = new();
    private readonly FailureLog _failures = new(server, timeProvider, logger);

    /// <summary>Decides on one datagram.</summary>
    /// <param name="datagram">What came; cut off at the longest that is read.</param>
    /// <param name="client">Who sent it.</param>
    /// <returns>What is sent back, good until the next call; empty for silence.</returns>
    public delegate ReadOnlyMemory<byte> Answer(ReadOnlySpan<byte> datagram, SocketAddress client);

    /// <summary>Where it listens; completes when <see cref="RunAsync"/> listens, and fails as it fails.</summary>
    public Task<IReadOnlyList<IPEndPoint>> Listening => _listening.Task;

    /// <summary>Serves until cancelled.</summary>
    /// <param name="answer">Decides.</param>
    /// <param name="failed">Told when a datagram could not be received or answered; the loop goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SocketException">The port is taken, or may not be opened; or the socket fails for half a minute.</exception>
    /// <exception cref="InterfaceChangedException">The interface was removed, or created again.</exception>
    public Task RunAsync(Answer answer, Action<SocketError> failed, CancellationToken cancellationToken) =>
        _listening.RunAsync(token => RunOpenedAsync(answer, failed, token), cancellationToken);

    private async Task RunOpenedAsync(Answer answer, Action<SocketError> failed, CancellationToken cancellationToken)
    {
        using var socket = Sockets.Open(SocketType.Dgram, listen, device);
        _listening.Set((IPEndPoint)socket.LocalEndPoint!); // bound above
        await ServerLoops.RunAsync(
            [token => ServeAsync(socket, answer, failed, token), token => InterfaceWatch.RunAsync(device, timeProvider, token)],
            cancellationToken)
                .ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket socket, Answer answer, Action<SocketError> failed, CancellationToken cancellationToken)
    {
        var backoff = new SocketBackoff();
        var buffer = new byte[longest];
        var client = new SocketAddress(listen.AddressFamily);
        while (true)
        {
            int length;
            try
            {
                length = await socket.ReceiveFromAsync(buffer, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (SocketException exception)
            {
                failed(exception.SocketErrorCode);
                if (!await backoff.TryPauseAsync(exception, timeProvider, cancellationToken).ConfigureAwait(false)) throw;
                continue;
            }

            try
            {
                var reply = answer(buffer.AsSpan(0, length), client);
                if (!reply.IsEmpty) await socket.SendToAsync(reply, SocketFlags.None, client, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failed(exception.SocketErrorCode);
            }
#pragma warning disable CA1031 // the datagram is dropped, the server lives on
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                _failures.Add(exception);
            }
        }
    }
}
