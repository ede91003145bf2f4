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
        options.Value.Packages.Upstream is { } upstream ? Of(upstream) : OfEnvironment();

    private volatile WebProxy? _chosen;
    private string? _address;

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
        if (_address == address?.AbsoluteUri) return; // two that differ in the password alone are equal as Uri
        (_chosen, _address) = (address is null ? null : Of(address), address?.AbsoluteUri);
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => Current.GetProxy(destination);

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => Current.IsBypassed(host);

    /// <summary>The proxy that the environment names.</summary>
    public static IWebProxy OfEnvironment() => new ProxyWithoutUserInfo(HttpClient.DefaultProxy);

    /// <summary>
    /// The proxy at an address, with its user and password. They are not in <see cref="WebProxy.Address"/>, which exceptions quote.
    /// </summary>
    public static WebProxy Of(Uri address) => new(ProxyWithoutUserInfo.Strip(address))
    {
        Credentials = address.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password]
            ? new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password))
            : null,
    };
}
