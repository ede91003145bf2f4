using System.Net;
using System.Net.Sockets;
using Maas.Boot.Diagnostics;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

/// <summary>The listening socket of a TFTP server: requests come to it, errors without a transfer leave by it.</summary>
internal sealed partial class TftpListener : TftpPort
{
    private readonly TftpServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="SocketException">The address is in use or not this host's, or the process may not use the port or the
    /// interface.</exception>
    public TftpListener(TftpServerOptions options, TimeProvider timeProvider, ILogger logger)
        : base(options, timeProvider, logger)
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

    /// <inheritdoc/>
    public override IPEndPoint EndPoint { get; }

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

    /// <inheritdoc/>
    public override void Dispose() => Socket.Dispose();

    /// <inheritdoc/>
    protected override void Send(ReadOnlySpan<byte> packet, IPEndPoint client) =>
        Socket.SendTo(packet, SocketFlags.None, Reached(client).Serialize());

    /// <inheritdoc/>
    protected override (TransferSocket Socket, int Port) Open(IPEndPoint client, IPAddress local)
    {
        if (_options.SinglePort)
            return (new TransferSocket.SharedPort(Socket, local, Reached(client).Serialize()), EndPoint.Port);
        var socket = new TransferSocket.OwnPort(local, client, _options.Interface);
        return (socket, ((IPEndPoint)socket.OwnSocket!.LocalEndPoint!).Port); // it has one, and it is bound
    }

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
}
