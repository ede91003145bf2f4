using System.Net;
using System.Net.Sockets;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;

namespace Maas.Boot.Tftp;

/// <summary>The listening port of a TFTP server on a network in memory.</summary>
internal sealed class TftpMemoryPort : TftpPort
{
    private readonly TftpServerOptions _options;
    private readonly IDatagramNetwork _network;
    private readonly IDatagramPort _port;

    public TftpMemoryPort(
        TftpServerOptions options,
        IDatagramNetwork network,
        Func<TftpMemoryPort, TftpListener.Receiver> receiver,
        TimeProvider timeProvider,
        ILogger logger)
        : base(options, timeProvider, logger)
    {
        (_options, _network) = (options, network);
        var receive = receiver(this);
        _port = network.Open(options.Listen, (datagram, client, local) => receive(datagram, client, local.Address));
    }

    /// <inheritdoc/>
    public override IPEndPoint EndPoint => _port.EndPoint;

    /// <inheritdoc/>
    public override void Dispose() => _port.Dispose();

    /// <inheritdoc/>
    protected override void Send(ReadOnlySpan<byte> packet, IPEndPoint client) => _port.Send(packet, client);

    /// <inheritdoc/>
    protected override (TransferSocket Socket, int Port) Open(IPEndPoint client, IPAddress local)
    {
        if (_options.SinglePort) return (new TransferPort(_port, client, isShared: true), EndPoint.Port);
        TransferPort? transfer = null;
        var own = _network.Open(new IPEndPoint(local, 0), (datagram, source, _) => transfer?.Receive(datagram, source));
        transfer = new TransferPort(own, client, isShared: false);
        return (transfer, own.EndPoint.Port);
    }

    /// <summary>The way to one client; its datagrams are handed to the session, which no poller has to watch.</summary>
    private sealed class TransferPort(IDatagramPort port, IPEndPoint client, bool isShared) : TransferSocket
    {
        private const int EthernetPayload = 1472, EthernetPayload6 = 1452;

        private TransferSession? _session;

        public override int MaxPayload =>
            client.AddressFamily == AddressFamily.InterNetworkV6 ? EthernetPayload6 : EthernetPayload;

        public override Socket? OwnSocket => null;

        public override void Attach(TransferSession session) => _session = session;

        public override void Send(ReadOnlySpan<byte> packets, int stride)
        {
            for (; !packets.IsEmpty; packets = packets[Math.Min(stride, packets.Length)..])
                port.Send(packets[..Math.Min(stride, packets.Length)], client);
        }

        // As a connected socket: what others send is not heard.
        public void Receive(ReadOnlySpan<byte> datagram, IPEndPoint source)
        {
            if (_session is not { } session || !source.Equals(client)) return;
            var copy = datagram.ToArray();
            session.Post(s => s.Receive(copy));
        }

        public override void Dispose()
        {
            if (!isShared) port.Dispose();
        }
    }
}
