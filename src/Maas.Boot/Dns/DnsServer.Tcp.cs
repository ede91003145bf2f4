using System.Net;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Dns;

public sealed partial class DnsServer
{
    private const int RecordsPerTransferMessage = 200;

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    private async Task AcceptAsync(Socket listener, DnsResponder responder, DnsForwarder forwarder, CancellationToken cancellationToken)
    {
        var connections = new DnsConnections(_options.MaxConnections, _options.MaxConnectionsPerClient, _timeProvider);
        var backoff = new SocketBackoff();
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                backoff.Reset();
                if (connections.TryAdd(socket) is { } connection)
                    _ = Task.Run(
                        () => ServeAsync(connection, connections, responder, forwarder, cancellationToken), CancellationToken.None);
                else socket.Dispose();
            }
            catch (SocketException exception)
            {
                // Descriptors or buffers are used up, or the client is gone already.
                LogAcceptFailed(exception.SocketErrorCode);
                if (!await backoff.TryPauseAsync(exception, _timeProvider, cancellationToken).ConfigureAwait(false)) throw;
            }
        }
    }

    private async Task ServeAsync(
        DnsConnection connection,
        DnsConnections connections,
        DnsResponder responder,
        DnsForwarder forwarder,
        CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new NetworkStream(connection.Socket, ownsSocket: true);
            while (true)
            {
                using var idle = new CancellationTokenSource(IdleTimeout, _timeProvider);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
                if (await DnsTcpFraming.ReadAsync(stream, either.Token).ConfigureAwait(false) is not { } message) return;
                connections.SetBusy(connection);
                if (!DnsQuery.TryParse(message, out var query, out var malformed)) return;
                await RespondAsync(stream, connection.Client, query, malformed, message, responder, forwarder, either.Token)
                    .ConfigureAwait(false);
                connections.SetIdle(connection);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // Idle for too long, closed by the client or for another one, or the server stops: the connection ends in any case.
        }
#pragma warning disable CA1031 // a directory may throw anything while a zone is sent: the connection ends, the server continues
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failures.Add(exception);
        }
        finally
        {
            connections.Remove(connection);
        }
    }

    private async Task RespondAsync(
        Stream stream, IPAddress client, DnsQuery query, bool malformed, byte[] message, DnsResponder responder, DnsForwarder forwarder,
        CancellationToken cancellationToken)
    {
        if (!malformed && responder.Transfer(query, message, client, RecordsPerTransferMessage) is { } zone)
        {
            foreach (var part in zone) await DnsTcpFraming.WriteAsync(stream, part, cancellationToken).ConfigureAwait(false);
            return;
        }

        var written = new byte[ushort.MaxValue];
        var length = Respond(responder, query, malformed, message, client.GetAddressBytes(), written);
        ReadOnlyMemory<byte> response = length > 0
            ? written.AsMemory(0, length)
            : await forwarder.AskAsync(query, message, overTcp: true, cancellationToken).ConfigureAwait(false) ?? Failure(query, message);
        await DnsTcpFraming.WriteAsync(stream, response, cancellationToken).ConfigureAwait(false);
    }
}
