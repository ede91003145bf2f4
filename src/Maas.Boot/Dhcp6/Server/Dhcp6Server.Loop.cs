using System.Net;
using System.Net.Sockets;
using Maas.Boot.Dhcp;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp6.Server;

// The server on a network in memory: the same request handler, with ports in the place of sockets and threads.
public sealed partial class Dhcp6Server
{
    private async Task ServeOnAsync(IDatagramNetwork network, CancellationToken cancellationToken)
    {
        var server = _options.ServerIdentifier
            ?? throw new InvalidOperationException(
                $"A server on a network in memory must be told {nameof(Dhcp6ServerOptions)}.{nameof(_options.ServerIdentifier)}.");
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var time = _services.TimeProvider;
        var telemetry = new Dhcp6Telemetry(_services.Observer, time, _logger);
        var handler = new Dhcp6RequestHandler(
            _options, server, _services.Addresses6, _services.Policy, telemetry, time, _logger, stopping.Token, isOnLoop: true);
        var ports = new List<Dhcp6Port>();
        try
        {
            foreach (var name in _options.Interfaces)
                Open(new IPEndPoint(network.AddressOf(name, AddressFamily.InterNetworkV6), _options.Port), name, isInterface: true);
            if (_options.ListenOn is { } local) Open(local, local.ToString(), isInterface: false);
            foreach (var port in ports) LogListening(port.EndPoint.ToString(), port.Link.Server);
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

        void Open(IPEndPoint local, string name, bool isInterface) =>
            ports.Add(new Dhcp6Port(network, local, name, isInterface, _options, handler, time));
    }

    private sealed class Dhcp6Port : IDatagramSender, IDisposable
    {
        private readonly Dhcp6RequestHandler _handler;
        private readonly TimeProvider _time;
        private readonly IDatagramPort _port;
        private readonly bool _isInterface;

        public Dhcp6Port(
            IDatagramNetwork network,
            IPEndPoint local,
            string name,
            bool isInterface,
            Dhcp6ServerOptions options,
            Dhcp6RequestHandler handler,
            TimeProvider timeProvider)
        {
            (_handler, _time, _isInterface) = (handler, timeProvider, isInterface);
            _port = network.Open(local, Received);
            var server = options.ServerAddress ?? local.Address;
            Link = new Dhcp6Link(name, server, EndPoint.Port, options, () => [local.Address, server], this);
        }

        public IPEndPoint EndPoint => _port.EndPoint;

        public Dhcp6Link Link { get; }

        public void Send(ReadOnlySpan<byte> datagram, SocketAddress to) => _port.Send(datagram, (IPEndPoint)EndPoint.Create(to));

        public void Dispose() => _port.Dispose();

        private void Received(ReadOnlySpan<byte> datagram, IPEndPoint source, IPEndPoint destination) => _handler.Begin(new Dhcp6Datagram(
            Link: Link,
            Source: source,
            To: destination,
            IsUnicast: _isInterface && !destination.Address.IsIPv6Multicast,
            Octets: datagram.ToArray(),
            ReceivedAt: _time.GetTimestamp()));
    }
}
