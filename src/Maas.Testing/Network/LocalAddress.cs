using System.Net;
using System.Net.Sockets;

namespace Maas.Testing.Network;

/// <summary>Sockets that send from the machine's leased address, where the host lets them.</summary>
internal static class LocalAddress
{
    /// <summary>The leased address when a socket of this host can have it (all of 127.0.0.0/8 on Linux), else any.</summary>
    public static IPAddress Usable(IPAddress leased)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            probe.Bind(new IPEndPoint(leased, 0));
            return leased;
        }
        catch (SocketException)
        {
            return IPAddress.Any;
        }
    }

    /// <summary>An HTTP client whose connections come from the address.</summary>
    public static HttpClient CreateHttpClient(IPAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = true,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    if (!address.Equals(IPAddress.Any)) socket.Bind(new IPEndPoint(address, 0));
                    await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
