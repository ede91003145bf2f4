using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp4.Wire;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>
/// Looks for other DHCP servers on a link, as a client that asks for parameters alone and as one that asks for an address. Each finds
/// servers that the other misses: dnsmasq pings an address for 3 s before it offers it, but answers INFORM at once; ISC dhcpd
/// answers INFORM only where it is authoritative. Where port 68 belongs to the machine's own DHCP client, a relay's question must do.
/// </summary>
internal sealed class RogueServerDetector(DhcpTelemetry telemetry, TimeProvider timeProvider)
{
    private readonly uint _transaction = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private readonly ConcurrentDictionary<IPv4Address, string> _seen = new();

    /// <summary>Asks the links, and listens for answers for a while.</summary>
    /// <exception cref="DhcpServerConflictException">There is another server.</exception>
    public async Task RefuseAsync(IReadOnlyList<DhcpListener<DhcpLink>> listeners, CancellationToken cancellationToken)
    {
        await DhcpServerProbe.RunAsync(
            [.. listeners.Where(l => l.Device is not null)], AskAsync, () => !_seen.IsEmpty, timeProvider, cancellationToken)
            .ConfigureAwait(false);
        foreach (var (server, link) in _seen) throw new DhcpServerConflictException(server.ToIPAddress(), link);
    }

    /// <summary>Whether a message is this class's own question coming back; it is not answered.</summary>
    public bool IsOwn(DhcpMessage message) => message.TransactionId == _transaction && message.Hardware == DhcpServerProbe.Client;

    /// <summary>Takes note of a reply, and reports a server that has not been seen before, when it is one to the question.</summary>
    public void Note(DhcpMessage reply, DhcpLink link, IPv4Address source)
    {
        if (!IsOwn(reply) || reply.Operation != DhcpOperation.Reply) return;
        var server = reply.Options.GetIPv4(DhcpOptionCode.ServerIdentifier) ?? source;
        if (server != link.ServerIPv4 && !server.IsNone && _seen.TryAdd(server, link.Name)) telemetry.OtherServer(reply, server, link);
    }

    private async Task AskAsync(DhcpListener<DhcpLink> listener, CancellationToken cancellationToken)
    {
        var link = listener.Link;
        try
        {
            var (discover, inform) = (Message(DhcpMessageType.Discover), Message(DhcpMessageType.Inform));
            // only listeners with a device are asked
            using var client = DhcpServerProbe.OpenClient(new IPEndPoint(IPAddress.Any, link.Ports.Client), listener.Device!);
            inform.Ciaddr = link.ServerIPv4;
            Send(client, inform, listener.EndPoint.Port); // first: dnsmasq does nothing else while it pings
            Send(client, discover, listener.EndPoint.Port);
            await DhcpServerProbe.ListenAsync(client, (datagram, _) => Read(datagram.Span, link), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // Port 68 is another program's: ask as a relay, whose answers come to port 67.
            var discover = Message(DhcpMessageType.Discover);
            discover.Giaddr = link.ServerIPv4;
            Send(listener.Socket, discover, listener.EndPoint.Port);
            await DhcpServerProbe.WaitAsync(timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private DhcpMessage Message(DhcpMessageType type)
    {
        var message = new DhcpMessage { Hardware = DhcpServerProbe.Client, TransactionId = _transaction, Broadcast = true, Type = type };
        message.Options.Set(DhcpOptionCode.ParameterRequestList, (byte)DhcpOptionCode.SubnetMask);
        return message;
    }

    private static void Send(Socket socket, DhcpMessage message, int port)
    {
        Span<byte> datagram = stackalloc byte[DhcpMessage.DefaultMaxLength];
        message.TryWrite(datagram, out var length);
        DhcpServerProbe.Send(socket, datagram[..length], new IPEndPoint(IPAddress.Broadcast, port));
    }

    private void Read(ReadOnlySpan<byte> datagram, DhcpLink link)
    {
        var reply = new DhcpMessage();
        if (reply.TryRead(datagram)) Note(reply, link, source: default);
    }
}
