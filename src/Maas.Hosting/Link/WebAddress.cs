using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Maas.Hosting.Link;

/// <summary>
/// Where machines reach the web host: the port on which it really listens, and the paths that are really mapped. Both are known once the
/// web server has started.
/// </summary>
/// <param name="options">What overrides them.</param>
/// <param name="server">The web server; <see langword="null"/> in a host without one.</param>
/// <param name="endpoints">The endpoints of the application; <see langword="null"/> in a host without routing.</param>
internal sealed class WebAddress(MaasOptions options, IServer? server = null, EndpointDataSource? endpoints = null)
{
    /// <summary>What every MAAS API has, below the prefix of API and metadata service.</summary>
    private const string ApiRoute = "/api/2.0/version";

    private int? _port = options.HttpPort;
    private string? _bootPath = options.PathBase is { } path ? $"{path.TrimEnd('/')}/boot/" : null, _apiPath = options.PathBase;

    /// <summary>Whether machines can reach a web server here at all.</summary>
    public bool IsKnown => _port is not null;

    /// <summary>Whether the API is mapped.</summary>
    public bool HasApi { get; private set; }

    /// <summary>The base URL of the boot files at a host.</summary>
    public Uri BootFiles(string host) => new UriBuilder("http", host, Port, _bootPath ?? "/MAAS/boot/").Uri;

    /// <summary>The base URL of API and metadata service at an address.</summary>
    public Uri Api(IPAddress address) => new UriBuilder("http", address.ToString(), Port, _apiPath ?? "/MAAS").Uri;

    private int Port => _port ?? throw new InvalidOperationException("The web server has not started yet.");

    /// <summary>Takes what there is, in a host that serves no network.</summary>
    public void Find()
    {
        FindPaths();
        _port ??= Addresses().FirstOrDefault(IsPlainHttp)?.Port;
    }

    /// <summary>Takes what machines of a network need.</summary>
    /// <param name="network">The name of the network.</param>
    /// <param name="served">The network.</param>
    /// <param name="address">This host's address there; <see langword="null"/> when it is not known yet.</param>
    /// <exception cref="InvalidOperationException">No plain-HTTP address can be reached from the network, or nothing is mapped.</exception>
    public void Require(string network, MaasNetworkOptions served, IPAddress? address)
    {
        FindPaths();
        if (_bootPath is null)
        {
            throw new InvalidOperationException(
                "Machines fetch boot files over HTTP, and none are mapped. Call app.MapMaas() after builder.Build().");
        }

        if (options.HttpPort is not null) return;
        var addresses = Addresses();
        var reachable = addresses.Where(each => IsPlainHttp(each) && IsReachable(each, served, address)).ToList();
        if (reachable is not [var first, ..])
        {
            var present = addresses.Count == 0 ? "it listens on no address" : $"it listens on {string.Join(", ", addresses)}";
            throw new InvalidOperationException(
                $"Machines of the network {network} boot over plain HTTP and cannot reach this host: {present}. Listen on an address of "
                + "the network, for example with "
                + $"builder.WebHost.UseUrls(\"http://{(served.Prefix6 is null ? "0.0.0.0" : "[::]")}:5240\"), or set "
                + $"{nameof(MaasOptions.HttpPort)} to the port at which machines reach it.");
        }

        if (served.Prefix6 is not null && !reachable.Exists(each => each.Port == first.Port && IsIPv6(each)))
        {
            throw new InvalidOperationException(
                $"The network {network} boots over IPv6 too, and this host listens on {first}. Listen on http://[::]:{first.Port}, "
                + "which takes both.");
        }

        if (address is not null) _port ??= first.Port;
    }

    /// <summary>
    /// The addresses on which this host listens, when <see cref="MaasOptions.HttpPort"/> is the port of none of them: then another program
    /// must forward it. Otherwise <see langword="null"/>.
    /// </summary>
    public string? AddressesBesidePort() => options.HttpPort is { } port && Addresses() is { Count: > 0 } addresses
        && !addresses.Any(each => IsPlainHttp(each) && each.Port == port)
        ? string.Join(", ", addresses)
        : null;

    private IReadOnlyList<BindingAddress> Addresses() =>
        [.. (server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? []).Select(BindingAddress.Parse)];

    private static bool IsPlainHttp(BindingAddress address) =>
        !address.IsUnixPipe && !address.IsNamedPipe && address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase);

    // Kestrel listens on all addresses for a name that is not an address, localhost apart.
    private static bool IsReachable(BindingAddress listening, MaasNetworkOptions served, IPAddress? address)
    {
        if (listening.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return false;
        if (!IPAddress.TryParse(listening.Host, out var host) || host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any)) return true;
        if (host.AddressFamily == AddressFamily.InterNetworkV6) return served.Prefix6?.Contains(host) == true;
        return address is null ? !IPAddress.IsLoopback(host) : host.Equals(address);
    }

    private static bool IsIPv6(BindingAddress listening) =>
        !IPAddress.TryParse(listening.Host, out var host) || host.AddressFamily == AddressFamily.InterNetworkV6;

    private void FindPaths()
    {
        foreach (var endpoint in (endpoints?.Endpoints ?? []).OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText?.Trim('/');
            if (endpoint.Metadata.GetMetadata<BootFilesMetadata>() is not null) _bootPath ??= pattern[..pattern.IndexOf('{')];
            if (!pattern.EndsWith(ApiRoute, StringComparison.OrdinalIgnoreCase)) continue;
            HasApi = true;
            _apiPath ??= pattern.Length == ApiRoute.Length ? "/" : pattern[..^ApiRoute.Length];
        }
    }
}

/// <summary>Marks the endpoint of the boot files.</summary>
internal sealed class BootFilesMetadata;
