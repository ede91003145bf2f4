using System.Net;
using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Testing.Virtual;

/// <summary>The network as a server on a host sees it.</summary>
internal sealed class HostNetwork(VirtualHost host) : IDatagramNetwork
{
    public IDatagramPort Open(IPEndPoint local, DatagramReceived received) =>
        new Port(host.Open(local, (_, datagram) => received(datagram.Payload.Span, datagram.Source, datagram.Destination)));

    public IPAddress AddressOf(string name, AddressFamily family) =>
        name == VirtualHost.InterfaceName && host.Addresses.FirstOrDefault(a => a.AddressFamily == family) is { } address
            ? address
            : throw new ArgumentException(
                $"{host.Name} has no interface {name} with such an address; on a virtual network it is {VirtualHost.InterfaceName}.",
                nameof(name));

    public void Post(Action action) => host.Network.Loop.Post(action);

    private sealed class Port(VirtualUdpPort port) : IDatagramPort
    {
        public IPEndPoint EndPoint => port.EndPoint;

        public void Send(ReadOnlySpan<byte> datagram, IPEndPoint to) => port.Send(datagram, to);

        public void Dispose() => port.Dispose();
    }
}
