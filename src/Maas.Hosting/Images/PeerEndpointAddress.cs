using System.Net;
using System.Net.Sockets;
using Maas.Images.Peers;
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

    /// <summary>Finds them; none when other hosts cannot reach this one.</summary>
    /// <param name="network">The addresses of this host.</param>
    public IReadOnlyList<Uri> Find(HostAddresses network)
    {
        if (Path is not { } path) return [];
        if (options.ImagePeers.Address is { } address) return [new Uri($"{address.AbsoluteUri.TrimEnd('/')}/{Folder}")];
        return [.. Listening(network, path).Distinct().Take(PeerCache.MostAddresses)];
    }

    /// <summary>Hosts and ports that lead to this host, announced or not, as <see cref="Uri.Authority"/> has them.</summary>
    /// <param name="network">The addresses of this host.</param>
    public IReadOnlySet<string> ListOwn(HostAddresses network) =>
        Listening(network, "/").Concat(Find(network)).Select(url => url.Authority).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The path of the folder; <see langword="null"/> when it is not mapped.</summary>
    private string? Path
    {
        get
        {
            var pattern = (endpoints?.Endpoints ?? []).OfType<RouteEndpoint>()
                .FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<PeerEndpointMetadata>() is not null)?.RoutePattern.RawText;
            return pattern is null ? null : "/" + pattern[..pattern.IndexOf('{')].TrimStart('/');
        }
    }

    private IEnumerable<Uri> Listening(HostAddresses network, string path) =>
        (server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(BindingAddress.Parse).Where(IsPlainHttp)
            .SelectMany(each => HostsOf(each, network).Select(host => new UriBuilder("http", host, each.Port, path).Uri));

    private static bool IsPlainHttp(BindingAddress address) =>
        !address.IsUnixPipe && !address.IsNamedPipe && address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase);

    // Kestrel listens on all addresses for a name that is not an address, localhost apart.
    private static IEnumerable<string> HostsOf(BindingAddress listening, HostAddresses network)
    {
        if (listening.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return [];
        if (IPAddress.TryParse(listening.Host, out var one) && !one.Equals(IPAddress.Any) && !one.Equals(IPAddress.IPv6Any))
            return IPAddress.IsLoopback(one) ? [] : [HostOf(one)];
        var isIPv4Alone = one?.Equals(IPAddress.Any) == true;
        return network.Addresses.Select(each => each.Address)
            .Where(address => !isIPv4Alone || address.AddressFamily == AddressFamily.InterNetwork)
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).Select(HostOf);
    }

    private static string HostOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
