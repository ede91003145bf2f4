using System.Net;
using System.Net.Sockets;
using Maas.Boot.Capture;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

/// <summary>
/// The listening port of a TFTP server, a socket's or one of a network in memory: errors without a transfer leave by it, and it opens the
/// way to a client.
/// </summary>
internal abstract partial class TftpPort(TftpServerOptions options, TimeProvider timeProvider, ILogger logger) : IDisposable
{
    private readonly ILogger _logger = logger;

    /// <summary>Where it listens, with the port that was free when 0 was asked.</summary>
    public abstract IPEndPoint EndPoint { get; }

    /// <summary>Sends an error to a client that has no transfer.</summary>
    public void SendError(IPEndPoint client, TftpErrorCode code, string reason)
    {
        var packet = TftpPacket.WriteError(code, reason);
        try
        {
            Send(packet, client);
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
        var (socket, port) = Open(client, local);
        return options.Capture is { } ring
            ? new CapturedSocket(socket, ring, new IPEndPoint(local, port), client, options.Interface, timeProvider)
            : socket;
    }

    /// <summary>Keeps a datagram of this port, if the options ask for that.</summary>
    public void Capture(ReadOnlySpan<byte> packet, IPEndPoint client, IPAddress local, bool isSent)
    {
        if (options.Capture is not { } ring) return;
        var (there, here) = (UdpEndpoint.Of(client), UdpEndpoint.Of(new IPEndPoint(local, EndPoint.Port)));
        ring.Record(
            null,
            there.Address,
            new RingPacket(timeProvider.GetUtcNow(), isSent ? here : there, isSent ? there : here, isSent, options.Interface, null),
            packet);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Sends a datagram from this port.</summary>
    /// <exception cref="SocketException">The system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    protected abstract void Send(ReadOnlySpan<byte> packet, IPEndPoint client);

    /// <summary>Opens the way to a client, and tells the port that it leaves from.</summary>
    protected abstract (TransferSocket Socket, int Port) Open(IPEndPoint client, IPAddress local);

    [LoggerMessage(EventId = 66, Level = LogLevel.Debug, Message = "Failed to send a TFTP error to {Client}: {Reason}")]
    private partial void LogUnsendable(IPEndPoint client, string reason);
}
