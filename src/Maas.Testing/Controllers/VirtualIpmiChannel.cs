using System.Net;
using Maas.Power.Ipmi;
using Maas.Testing.Network;
using Maas.Testing.Virtual;

namespace Maas.Testing.Controllers;

/// <summary>A UDP port on a network in memory, to one controller: datagrams of other hosts are not received.</summary>
internal sealed class VirtualIpmiChannel : IDatagramChannel
{
    private readonly MemorySocket _socket;
    private readonly IPEndPoint _controller;

    private VirtualIpmiChannel(VirtualHost host, IPEndPoint controller) =>
        (_socket, _controller) = (new MemorySocket(host, new IPEndPoint(IPAddress.Any, 0)), controller);

    public bool RunsInline => true;

    /// <summary>Finds the controller: by its address, or by the name of its host.</summary>
    /// <exception cref="IpmiException">No host of the network has the name.</exception>
    public static Task<IDatagramChannel> OpenAsync(VirtualHost host, IpmiConnectionSettings settings)
    {
        var address = IPAddress.TryParse(settings.Host, out var given) ? given : host.Network.Find(settings.Host)?.Address;
        return address is null
            ? throw new IpmiException(IpmiError.NameNotFound, $"No host of the network is called '{settings.Host}'.")
            : Task.FromResult<IDatagramChannel>(new VirtualIpmiChannel(host, new IPEndPoint(address, settings.Port)));
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken) =>
        _socket.SendAsync(datagram, _controller, cancellationToken);

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (length, from) = await _socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (length == ClientSocket.Closed) throw new OperationCanceledException("The port is closed.");
            if (from.Equals(_controller)) return length;
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return default;
    }
}
