using System.Net;
using Maas.Core.Configuration;
using Microsoft.Extensions.Options;

namespace Maas.Hosting.Packages;

/// <summary>
/// The proxy through which packages are fetched: the one that the settings name, else that of the options, else the environment's. The
/// settings may change while the host runs.
/// </summary>
internal sealed class UpstreamProxy(IOptions<MaasOptions> options, PackageProxies settings) : IWebProxy
{
    private readonly IWebProxy _configured =
        options.Value.Packages.Upstream is { } upstream ? Of(upstream) : HttpClient.DefaultProxy;

    private volatile WebProxy? _chosen;

    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => Current.Credentials;
        set => Current.Credentials = value;
    }

    private IWebProxy Current => _chosen ?? _configured;

    /// <summary>Reads the settings.</summary>
    public async Task ChooseAsync(CancellationToken cancellationToken)
    {
        var address = await settings.ForThisServerAsync(cancellationToken).ConfigureAwait(false);
        if (_chosen?.Address != address) _chosen = address is null ? null : Of(address);
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => Current.GetProxy(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => Current.IsBypassed(host);

    /// <summary>The proxy at an address, with its user and password.</summary>
    public static WebProxy Of(Uri address) => new(address)
    {
        Credentials = address.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password]
            ? new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password))
            : null,
    };
}
