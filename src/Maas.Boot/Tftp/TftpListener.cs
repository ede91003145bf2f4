using System.Net;
using System.Net.Sockets;
using Maas.Boot.Capture;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

/// <summary>The listening socket of a TFTP server: requests come to it, errors without a transfer leave by it.</summary>
internal sealed partial class TftpListener : IDisposable
{
    private readonly TftpServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="SocketException">The address is in use or not this host's, or the process may not use the port or the
    /// interface.</exception>
    public TftpListener(TftpServerOptions options, TimeProvider timeProvider, ILogger logger)
    {
        _options = options;
        _time = timeProvider;
        _logger = logger;
        Socket = Open(options);
        EndPoint = (IPEndPoint)Socket.LocalEndPoint!; // bound
    }

    /// <summary>Takes one datagram over.</summary>
    /// <param name="datagram">What came; good until the call returns.</param>
    /// <param name="client">Who sent it.</param>
    /// <param name="local">To which of this host's addresses.</param>
    public delegate void Receiver(ReadOnlySpan<byte> datagram, IPEndPoint client, IPAddress local);

    public Socket Socket { get; }

    /// <summary>Where it listens, with the port the system chose when 0 was asked.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Receives until cancelled.</summary>
    /// <exception cref="SocketException">The socket fails for half a minute.</exception>
    public async Task ReceiveAsync(Receiver receiver, FailureLog failures, CancellationToken stopping)
    {
        var backoff = new SocketBackoff();
        var buffer = new byte[TftpRequest.MaxLength + 1];
        var any = new IPEndPoint(Socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            SocketReceiveMessageFromResult received;
            try
            {
                received = await Socket.ReceiveMessageFromAsync(buffer, any, stopping).ConfigureAwait(false);
                backoff.Reset();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused
                or SocketError.MessageSize or SocketError.NetworkReset)
            {
                // Windows reports an earlier answer's ICMP error, or a datagram that is larger than any request.
                continue;
            }
            catch (SocketException e)
            {
                LogReceiveFailed(e.SocketErrorCode);
                if (!await backoff.TryPauseAsync(e, _time, stopping).ConfigureAwait(false)) throw;
                continue;
            }

            try
            {
                var client = Plain((IPEndPoint)received.RemoteEndPoint);
                var local = Plain(received.PacketInformation.Address);
                receiver(buffer.AsSpan(0, received.ReceivedBytes), client, local);
            }
#pragma warning disable CA1031 // the datagram is dropped, the server lives on
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }
    }

    /// <summary>Sends an error to a client that has no transfer.</summary>
    public void SendError(IPEndPoint client, TftpErrorCode code, string reason)
    {
        var packet = TftpPacket.WriteError(code, reason);
        try
        {
            Socket.SendTo(packet, Reached(client));
            Capture(packet, client, EndPoint.Address, isSent: true);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            LogUnsendable(client, e.Message);
        }
    }

    /// <summary>The way to a client for one transfer: a port of its own, or this one.</summary>
    /// <param name="client">The client.</param>
    /// <param name="local">This host's address that the client asked.</param>
    public TransferSocket OpenTransferSocket(IPEndPoint client, IPAddress local)
    {
        TransferSocket socket = _options.SinglePort
            ? new TransferSocket.SharedPort(Socket, local, Reached(client).Serialize())
            : new TransferSocket.OwnPort(local, client, _options.Interface);
        if (_options.Capture is not { } ring) return socket;
        var port = ((IPEndPoint)(socket.OwnSocket ?? Socket).LocalEndPoint!).Port; // both are bound
        return new CapturedSocket(socket, ring, new IPEndPoint(local, port), client, _options.Interface, _time);
    }

    /// <summary>Keeps a datagram of this socket, if the options ask for that.</summary>
    public void Capture(ReadOnlySpan<byte> packet, IPEndPoint client, IPAddress local, bool isSent)
    {
        if (_options.Capture is not { } ring) return;
        var (there, here) = (UdpEndpoint.Of(client), UdpEndpoint.Of(new IPEndPoint(local, EndPoint.Port)));
        ring.Record(
            null,
            there.Address,
            new RingPacket(_time.GetUtcNow(), isSent ? here : there, isSent ? there : here, isSent, _options.Interface, null),
            packet);
    }

    public void Dispose() => Socket.Dispose();

    private static Socket Open(TftpServerOptions options) => Sockets.Open(SocketType.Dgram, options.Listen, options.Interface, socket =>
    {
        if (options.Listen.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
        // A thousand machines switched on at once ask within milliseconds.
        socket.ReceiveBufferSize = 4 << 20;
        socket.SetSocketOption(
            socket.AddressFamily == AddressFamily.InterNetwork ? SocketOptionLevel.IP : SocketOptionLevel.IPv6,
            SocketOptionName.PacketInformation,
            true);
    });

    // A socket for both families sees IPv4 as ::ffff:a.b.c.d; no other code should.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPEndPoint Plain(IPEndPoint end) => new(Plain(end.Address), end.Port);

    private IPEndPoint Reached(IPEndPoint client) =>
        Socket.AddressFamily == client.AddressFamily ? client : new IPEndPoint(client.Address.MapToIPv6(), client.Port);

    [LoggerMessage(EventId = 64, Level = LogLevel.Debug, Message = "Failed to receive a TFTP datagram: {Error}")]
    private partial void LogReceiveFailed(SocketError error);

    [LoggerMessage(EventId = 66, Level = LogLevel.Debug, Message = "Failed to send a TFTP error to {Client}: {Reason}")]
    private partial void LogUnsendable(IPEndPoint client, string reason);
}
