using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Server;

// The server on a network in memory: the same request handler, with ports in the place of sockets and threads.
public sealed partial class DhcpServer
{
    private async Task ServeOnAsync(IDatagramNetwork network, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var time = _services.TimeProvider;
        var pool = new DhcpTransactionPool(_options.MaxInFlight);
        var telemetry = new DhcpTelemetry(_services.Observer, time, _logger);
        var handler = new DhcpRequestHandler(
            _options, _services.Addresses, _services.Policy, pool, telemetry, time, _logger, stopping.Token, network);
        var ports = new List<DhcpPort>();
        try
        {
            foreach (var name in _options.Interfaces) Open(network.AddressOf(name, AddressFamily.InterNetwork), _options.Port, name);
            if (_options.ListenOn is { } local) Open(local.Address, local.Port, local.ToString());
            foreach (var port in ports) LogListening(_options.Mode, port.EndPoint.ToString(), port.Link.Server);
            handler.Open();
            _listening.Set(ports.Select(p => p.EndPoint));
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await handler.FinishAsync().ConfigureAwait(false);
            foreach (var port in ports) port.Dispose();
        }

        void Open(IPAddress address, int number, string name)
        {
            ports.Add(new DhcpPort(network, new IPEndPoint(address, number), name, false, _options, pool, handler, time));
            if (_options.Mode == DhcpMode.Proxy)
                ports.Add(new DhcpPort(
                    network, new IPEndPoint(address, _options.BootServicePort), name, true, _options, pool, handler, time));
        }
    }

    private sealed class DhcpPort : IDatagramSender, IDisposable
    {
        private readonly DhcpTransactionPool _pool;
        private readonly DhcpRequestHandler _handler;
        private readonly TimeProvider _time;
        private readonly IDatagramPort _port;

        public DhcpPort(
            IDatagramNetwork network,
            IPEndPoint local,
            string name,
            bool isBootService,
            DhcpServerOptions options,
            DhcpTransactionPool pool,
            DhcpRequestHandler handler,
            TimeProvider timeProvider)
        {
            (_pool, _handler, _time) = (pool, handler, timeProvider);
            _port = network.Open(local, Received);
            Link = new DhcpLink(name, options.ServerAddress ?? local.Address, EndPoint.Port, options, this)
            {
                IsBootService = isBootService,
            };
        }

        public IPEndPoint EndPoint => _port.EndPoint;

        public DhcpLink Link { get; }

        public void Send(ReadOnlySpan<byte> datagram, SocketAddress to) => _port.Send(datagram, (IPEndPoint)EndPoint.Create(to));

        public void Dispose()
        {
            _port.Dispose();
            Link.Dispose();
        }

        private void Received(ReadOnlySpan<byte> datagram, IPEndPoint source, IPEndPoint destination)
        {
            if (_pool.Rent() is not { } transaction)
            {
                DhcpTelemetry.Overflowed();
                return;
            }

            datagram = datagram[..Math.Min(datagram.Length, DhcpTransaction.LongestDatagram)];
            datagram.CopyTo(transaction.ReceiveBuffer);
            source.Serialize().Buffer.Span[..16].CopyTo(transaction.Peer.Buffer.Span);
            transaction.Link = Link;
            transaction.ReceivedAt = _time.GetTimestamp();
            _handler.Begin(transaction, datagram.Length);
        }
    }
}
