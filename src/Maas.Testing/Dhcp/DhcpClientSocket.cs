using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Maas.Boot;
using Maas.Boot.Dhcp4.Wire;
using Maas.Testing.Network;

namespace Maas.Testing.Dhcp;

/// <summary>
/// The link a DHCP client is on: behind a relay agent (RFC 1542 section 4, RFC 3046) that asks for its answers at the port it sends from
/// (RFC 8357), or a real one.
/// </summary>
internal sealed class DhcpClientSocket : IDisposable
{
    private const int ServerPort = 67;

    private readonly SimulatedNetwork _network;
    private readonly HardwareAddress _mac;
    private readonly List<FaultyPath> _paths = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly MachineLink _link;
    private readonly Channel<DhcpMessage> _heard;

    /// <exception cref="SocketException">The relay's address is not local, or the port of clients may not be used without
    /// privileges.</exception>
    public DhcpClientSocket(SimulatedNetwork network, HardwareAddress mac, MachineLink link)
    {
        (_network, _mac, _link) = (network, mac, link);
        _heard = Channel.CreateUnbounded<DhcpMessage>(
            new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = link.IsOnLoop });
        Listen(link.OpenDhcp());
    }

    /// <summary>Sends to all servers.</summary>
    public async ValueTask BroadcastAsync(DhcpMessage message, CancellationToken cancellationToken)
    {
        if (_link.Broadcasts)
        {
            await _paths[0].SendAsync(Write(message), new IPEndPoint(IPAddress.Broadcast, ServerPort), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        message.RelayAddress = _network.Relay;
        message.Hops = 1;
        // A switch port for each machine, as on a real one; servers bound what one circuit may take.
        new RelayAgentInformation { CircuitId = Encoding.ASCII.GetBytes($"port-{_mac}"), UsesSourcePort = true }.AddTo(message.Options);
        var datagram = Write(message);
        foreach (var server in _network.DhcpServers) await _paths[0].SendAsync(datagram, server, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends to one server from the client's new address.</summary>
    public async ValueTask SendAsync(DhcpMessage message, IPAddress from, IPEndPoint to, CancellationToken cancellationToken)
    {
        var path = _link.Broadcasts ? _paths[0] : Listen(_link.OpenUdp(_link.Usable(from)));
        await path.SendAsync(Write(message), to, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The next message of a server to this machine.</summary>
    public ValueTask<DhcpMessage> ReceiveAsync(CancellationToken cancellationToken) => _heard.Reader.ReadAsync(cancellationToken);

    public void Dispose()
    {
        // On a network in memory it ends what listens; elsewhere the cancellation does.
        foreach (var path in _paths) path.Dispose();
        _closed.Cancel();
        _closed.Dispose();
    }

    private FaultyPath Listen(ClientSocket socket)
    {
        var path = new FaultyPath(socket, _network.Faults);
        _paths.Add(path);
        _ = HearAsync(path, _closed.Token);
        return path;
    }

    private async Task HearAsync(FaultyPath path, CancellationToken closed)
    {
        var buffer = new byte[DhcpMessage.LongestOnEthernet];
        try
        {
            while (true)
            {
                var (length, _) = await path.ReceiveAsync(buffer, closed).ConfigureAwait(false);
                if (length == ClientSocket.Closed) return;
                if (!DhcpMessage.TryParse(buffer.AsSpan(0, length), out var message)
                    || message.Operation != DhcpOperation.Reply
                    || message.Hardware != _mac) continue;
                // The relay takes its own words out before the client hears them (RFC 3046 section 2.1).
                message.Options.Remove(DhcpOptionCode.RelayAgentInformation);
                _heard.Writer.TryWrite(message);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The link is closed, or its interface has gone: nothing more is heard.
        }
    }

    private static byte[] Write(DhcpMessage message)
    {
        var datagram = new byte[DhcpMessage.LongestOnEthernet];
        return message.TryWrite(datagram, out var length)
            ? datagram[..length]
            : throw new InvalidOperationException("The message does not fit a datagram.");
    }
}
