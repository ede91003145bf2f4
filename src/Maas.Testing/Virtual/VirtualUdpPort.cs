using System.Net;
using Maas.Boot;

namespace Maas.Testing.Virtual;

/// <summary>A UDP port of a <see cref="VirtualHost"/>.</summary>
public sealed class VirtualUdpPort : IDisposable
{
    private readonly VirtualHost _host;
    private readonly Action<VirtualUdpPort, VirtualDatagram> _received;
    private volatile bool _isClosed;

    internal VirtualUdpPort(VirtualHost host, IPEndPoint endPoint, Action<VirtualUdpPort, VirtualDatagram> received) =>
        (_host, EndPoint, _received) = (host, endPoint, received);

    /// <summary>The port, and the address that it listens on, or any.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The DHCP client whose replies are the only broadcasts that it hears; <see langword="null"/> for all.</summary>
    internal HardwareAddress? Client { get; init; }

    /// <summary>Sends a datagram to a host, or to all that listen on the port: to 255.255.255.255 or an IPv6 group.</summary>
    /// <exception cref="ObjectDisposedException">The port is closed.</exception>
    public void Send(ReadOnlySpan<byte> payload, IPEndPoint to)
    {
        ArgumentNullException.ThrowIfNull(to);
        ObjectDisposedException.ThrowIf(_isClosed, this);
        _host.Send(this, payload, to);
    }

    /// <summary>Closes the port.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _host.Close(this);
    }

    internal void Receive(VirtualDatagram datagram)
    {
        if (!_isClosed) _received(this, datagram);
    }
}
