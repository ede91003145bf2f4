using System.Collections.Concurrent;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Boot.Dhcp.Wire;

namespace Maas.Boot.Dhcp.Serving;

/// <summary>
/// Looks for other DHCP servers on a link, as a client that asks for parameters alone and as one that asks for an address. Each finds
/// servers that the other misses: dnsmasq pings an address for 3 s before it offers it, but answers INFORM at once; ISC dhcpd
/// answers INFORM only where it is authoritative. Where port 68 belongs to the machine's own DHCP client, a relay's question must do.
/// </summary>
internal sealed class OtherServers
{
    private static readonly HardwareAddress Nobody = HardwareAddress.Parse("02:00:00:6d:61:61"); // locally administered

    private readonly uint _transaction = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private readonly ConcurrentDictionary<uint, string> _seen = new();

    /// <summary>The servers that have answered, and on which link.</summary>
    public IReadOnlyDictionary<uint, string> Seen => _seen;

    /// <summary>Asks a link, and listens for answers for a while.</summary>
    public async Task AskAsync(SocketLink link, NetworkInterface device, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var ended = new CancellationTokenSource(patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, cancellationToken);
        try
        {
            var (discover, inform) = (Message(DhcpMessageType.Discover), Message(DhcpMessageType.Inform));
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
            client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            Sockets.BindToDevice(client, device.Name);
            client.Bind(new IPEndPoint(IPAddress.Any, link.Ports.Client));
            inform.ClientNumber = link.ServerNumber;
            Send(client, inform, link); // first: dnsmasq does nothing else while it pings
            Send(client, discover, link);
            await ListenAsync(client, link, stop.Token).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // Port 68 is another program's: ask as a relay, whose answers come to port 67.
            var discover = Message(DhcpMessageType.Discover);
            discover.RelayNumber = link.ServerNumber;
            Send(link.Socket, discover, link);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether a message is this class's own question coming back; it is not answered.</summary>
    public bool IsOwn(DhcpMessage message) => message.TransactionId == _transaction && message.Hardware == Nobody;

    /// <summary>Takes note of a reply to the question.</summary>
    /// <returns>The other server's address, when the message is such a reply; else 0.</returns>
    public uint Note(DhcpMessage reply, DhcpLink link, uint source)
    {
        if (!IsOwn(reply) || reply.Operation != DhcpOperation.Reply) return 0;
        var server = reply.Options.GetUInt32(DhcpOptionCode.ServerIdentifier) ?? source;
        if (server == link.ServerNumber || server == 0) return 0;
        _seen.TryAdd(server, link.Name);
        return server;
    }

    private DhcpMessage Message(DhcpMessageType type)
    {
        var message = new DhcpMessage { Hardware = Nobody, TransactionId = _transaction, Broadcast = true, Type = type };
        message.Options.Set(DhcpOptionCode.ParameterRequestList, (byte)DhcpOptionCode.SubnetMask);
        return message;
    }

    private static void Send(Socket socket, DhcpMessage message, SocketLink link)
    {
        Span<byte> datagram = stackalloc byte[DhcpMessage.LongestUnasked];
        message.TryWrite(datagram, out var length);
        try
        {
            socket.SendTo(datagram[..length], SocketFlags.None, new IPEndPoint(IPAddress.Broadcast, link.EndPoint.Port));
        }
        catch (SocketException)
        {
            // The link is down: there is nobody on it yet.
        }
    }

    private async Task ListenAsync(Socket client, DhcpLink link, CancellationToken cancellationToken)
    {
        var datagram = new byte[Exchange.LongestDatagram];
        var reply = new DhcpMessage();
        try
        {
            while (true)
            {
                var received = await client.ReceiveAsync(datagram, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                if (reply.TryRead(datagram.AsSpan(0, received))) Note(reply, link, source: 0);
            }
        }
        catch (OperationCanceledException)
        {
            // Long enough.
        }
    }
}
