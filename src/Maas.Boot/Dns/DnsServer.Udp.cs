using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Maas.Boot.Net;

namespace Maas.Boot.Dns;

public sealed partial class DnsServer
{
    private const int LongestQuery = 4096, QueriesPerCall = 32;

    /// <summary>
    /// Receives queries by UDP on the thread of the receive loop, and responds there. Only questions for a forwarder wait, on other
    /// threads.
    /// </summary>
    private class UdpReceiver(
        DnsServer owner,
        Socket socket,
        DnsResponder responder,
        DnsForwarder forwarder,
        CancellationToken cancellationToken)
    {
        protected readonly DnsServer Server = owner;

        private readonly byte[] _message = new byte[LongestQuery];
        private readonly byte[] _response = new byte[DnsResponseWriter.MaxUdpSize];
        private readonly SocketAddress _client = new(socket.AddressFamily);

        /// <summary>Receives what is there, at least one query, and responds to it.</summary>
        public virtual void Receive()
        {
            var length = socket.ReceiveFrom(_message, SocketFlags.None, _client);
            if (Respond(_message.AsSpan(0, length), _client.Buffer.Span[.._client.Size], _response) is > 0 and var responseLength)
                Send(_response.AsSpan(0, responseLength), _client);
        }

        /// <summary>Responds to one datagram, or passes its question to a forwarder.</summary>
        /// <returns>The response's length; 0 for none now.</returns>
        protected int Respond(ReadOnlySpan<byte> message, ReadOnlySpan<byte> client, Span<byte> room)
        {
            if (!DnsQuery.TryParse(message, out var query, out var malformed)) return 0;
            room = room[..Math.Min(query.UdpSize, DnsResponseWriter.MaxUdpSize)];
            var length = Server.Respond(responder, query, malformed, message, AddressOf(client), room);
            // a slow resolver delays no other client; the forwarder bounds how many wait
            if (length == 0) _ = ForwardAsync(query, message.ToArray(), Copy(client));
            return length;
        }

        private async Task ForwardAsync(DnsQuery query, byte[] message, SocketAddress client)
        {
            try
            {
                var response = await forwarder.AskAsync(query, message, overTcp: false, cancellationToken).ConfigureAwait(false)
                    ?? Failure(query, message);
                if (response.Length > Math.Min(query.UdpSize, DnsResponseWriter.MaxUdpSize)) response = Truncated(query, message);
                Send(response, client);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                // The server stops; the client asks another one.
            }
        }

        // What does not fit the client's buffer, or an unfragmented packet, is asked for again by TCP (RFC 1035 section 4.2.1, RFC 6891
        // section 6.2.3): a small forged query must not send a large response to another host.
        private static byte[] Truncated(in DnsQuery query, ReadOnlySpan<byte> message)
        {
            var written = new byte[DnsQuery.PlainUdpSize];
            return written[..DnsResponseWriter.WriteTruncated(query, message, written)];
        }

        private void Send(ReadOnlySpan<byte> response, SocketAddress client)
        {
            try
            {
                socket.SendTo(response, SocketFlags.None, client);
            }
            catch (SocketException exception)
            {
                Server.LogSendFailed(exception.SocketErrorCode);
            }
        }

        // struct sockaddr_in and sockaddr_in6: the address begins behind family and port, and for IPv6 behind the flow label.
        private ReadOnlySpan<byte> AddressOf(ReadOnlySpan<byte> client) =>
            socket.AddressFamily == AddressFamily.InterNetwork ? client.Slice(4, 4) : client.Slice(8, 16);

        private SocketAddress Copy(ReadOnlySpan<byte> client)
        {
            var copy = new SocketAddress(socket.AddressFamily, client.Length);
            client.CopyTo(copy.Buffer.Span);
            return copy;
        }
    }

    /// <summary>The same with many queries in one system call.</summary>
    [SupportedOSPlatform("linux")]
    private sealed class BatchReceiver(
        DnsServer server,
        Socket socket,
        DnsResponder responder,
        DnsForwarder forwarder,
        CancellationToken cancellationToken)
        : UdpReceiver(server, socket, responder, forwarder, cancellationToken), IDisposable
    {
        private readonly DatagramBatch _batch = new(socket, QueriesPerCall, LongestQuery);

        public override void Receive()
        {
            var count = _batch.Receive();
            for (var i = 0; i < count; i++)
            {
                if (Respond(_batch.Datagram(i), _batch.Sender(i), _batch.NextReply) is > 0 and var length) _batch.Reply(i, length);
            }

            if (_batch.Send() > 0) Server.LogSendFailed(SocketError.SocketError);
        }

        public void Dispose() => _batch.Dispose();
    }
}
