using System.Net;
using System.Net.Sockets;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Maas.Hosting.Images;

/// <summary>The URLs of the images at this host for other hosts. They are known once the web server has started.</summary>
/// <param name="options">What overrides them.</param>
/// <param name="server">The web server; <see langword="null"/> in a host without one.</param>
/// <param name="endpoints">The endpoints of the application; <see langword="null"/> in a host without routing.</param>
internal sealed class PeerEndpointAddress(MaasOptions options, IServer? server = null, EndpointDataSource? endpoints = null)
{
    /// <summary>The folder of images, below the prefix.</summary>
    public const string Folder = "peers/images/";

    private const int MostAddresses = 16;

    /// <summary>Finds them; none when other hosts cannot reach this one.</summary>
    /// <param name="self">This host, with its addresses.</param>
    public IReadOnlyList<Uri> Find(Controller self)
    {
        var mapped = (endpoints?.Endpoints ?? []).OfType<RouteEndpoint>()
            .FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<PeerEndpointMetadata>() is not null);
        if (mapped is null) return [];
        if (options.ImagePeers.Address is { } address) return [new Uri($"{address.AbsoluteUri.TrimEnd('/')}/{Folder}")];
        var pattern = "/" + mapped.RoutePattern.RawText?.TrimStart('/');
        var path = pattern[..pattern.IndexOf('{')];
        var listening = (server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(BindingAddress.Parse).Where(IsPlainHttp);
        return
        [
            .. listening.SelectMany(each => HostsOf(each, self).Select(host => new UriBuilder("http", host, each.Port, path).Uri))
                .Distinct().Take(MostAddresses),
        ];
    }

    private static bool IsPlainHttp(BindingAddress address) =>
        !address.IsUnixPipe && !address.IsNamedPipe && address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase);

    // Kestrel listens on all addresses for a name that is not an address, localhost apart.
    private static IEnumerable<string> HostsOf(BindingAddress listening, Controller self)
    {
        if (listening.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return [];
        if (IPAddress.TryParse(listening.Host, out var one) && !one.Equals(IPAddress.Any) && !one.Equals(IPAddress.IPv6Any))
            return IPAddress.IsLoopback(one) ? [] : [HostOf(one)];
        var isIPv4Alone = one?.Equals(IPAddress.Any) == true;
        return self.IpAddresses.Select(text => IPAddress.TryParse(text, out var address) ? address : null).OfType<IPAddress>()
            .Where(address => !isIPv4Alone || address.AddressFamily == AddressFamily.InterNetwork)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).Select(HostOf);
    }

    private static string HostOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
