using System.Net;
using System.Net.Sockets;

namespace Maas.Power.Ipmi;

/// <summary>A UDP socket that is connected to one controller: datagrams of other hosts do not reach it.</summary>
internal sealed class UdpChannel : IDatagramChannel
{
    private readonly Socket _socket;
    private readonly string _where;

    private UdpChannel(Socket socket, string where) => (_socket, _where) = (socket, where);

    /// <summary>Resolves the controller's name.</summary>
    /// <exception cref="IpmiException">The name does not resolve, or no route leads there.</exception>
    public static async Task<IDatagramChannel> OpenAsync(IpmiConnectionSettings settings, CancellationToken cancellationToken)
    {
        var where = $"{LogText.From(settings.Host)}, UDP port {settings.Port}";
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(settings.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IpmiException(
                IpmiError.NameNotFound, $"The controller's name '{LogText.From(settings.Host)}' does not resolve.", 0, e);
        }

        if (addresses.Length == 0)
            throw new IpmiException(IpmiError.NameNotFound, $"The controller's name '{LogText.From(settings.Host)}' has no address.");
        for (var index = 0; ; index++)
        {
            try
            {
                var address = new IPEndPoint(addresses[index], settings.Port);
                return new UdpChannel(await ConnectAsync(address, cancellationToken).ConfigureAwait(false), where);
            }
            catch (SocketException) when (index + 1 < addresses.Length)
            {
                // This host may have no IPv6, or no IPv4: the next address.
            }
            catch (SocketException e)
            {
                throw new IpmiException(IpmiError.NoAnswer, $"The controller cannot be reached at {where}: {e.Message}.", 0, e);
            }
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(datagram, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw Refused(e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            return buffer.Length;
        }
        catch (SocketException e)
        {
            throw Refused(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private IpmiException Refused(SocketException e) =>
        new(IpmiError.NoAnswer, $"The host says that nothing listens at {_where}: {e.Message}.", 0, e);
}
