using System.Net;
using System.Net.Sockets;

namespace Maas.Hosting.Webhooks;

/// <summary>
/// Connections to endpoints. An address is checked where it is connected to, after the name was resolved: a name that resolves to another
/// address the next time gains nothing.
/// </summary>
internal static class WebhookConnections
{
    private static readonly TimeSpan S_connectTime = TimeSpan.FromSeconds(5);
    private static readonly IPNetwork S_linkLocal = IPNetwork.Parse("169.254.0.0/16"); // also the metadata services of clouds
    private static readonly IPNetwork S_unspecified = IPNetwork.Parse("0.0.0.0/8");
    private static readonly IPNetwork S_fromMulticast = IPNetwork.Parse("224.0.0.0/3");
    private static readonly IPAddress S_metadata6 = IPAddress.Parse("fd00:ec2::254");

    public static SocketsHttpHandler CreateHandler(TimeProvider timeProvider) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 16, // KiB
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, timeProvider, cancellationToken),
    };

    /// <summary>Whether an endpoint may have this address.</summary>
    public static bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !S_linkLocal.Contains(address) && !S_unspecified.Contains(address) && !S_fromMulticast.Contains(address)
            : !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any) && !address.Equals(S_metadata6);
    }

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint endpoint, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(S_connectTime, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var found = await Dns.GetHostAddressesAsync(endpoint.Host, either.Token).ConfigureAwait(false);
            var allowed = Array.FindAll(found, IsAllowed);
            if (allowed.Length == 0) throw new IOException("Its addresses are link-local, multicast or unspecified.");
            await socket.ConnectAsync(allowed, endpoint.Port, either.Token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new IOException("No connection in time.", failure);
            throw;
        }
    }
}
