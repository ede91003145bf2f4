namespace Maas.Core.Configuration;

/// <summary>
/// The HTTP proxy through which machines fetch packages, as MAAS's settings <c>enable_http_proxy</c>, <c>http_proxy</c> and
/// <c>use_peer_proxy</c> choose it: this server's own, if its host has one, or another.
/// </summary>
public sealed class PackageProxies
{
    private readonly Settings _settings;
    private readonly bool _serverIsProxy;

    internal PackageProxies(Settings settings, bool serverIsProxy) => (_settings, _serverIsProxy) = (settings, serverIsProxy);

    /// <summary>The proxy of machines; <see langword="null"/> for none.</summary>
    /// <param name="server">The address under which they reach this server, <c>http://10.0.0.1:5240/MAAS</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PackageProxyAddress?> ForMachinesAsync(Uri server, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!await _settings.IsOnAsync(SettingCatalogue.EnableHttpProxy, cancellationToken).ConfigureAwait(false)) return null;
        if (await ReadAddressAsync(cancellationToken).ConfigureAwait(false) is { } address
            && !(_serverIsProxy && await _settings.IsOnAsync(SettingCatalogue.UsePeerProxy, cancellationToken).ConfigureAwait(false)))
            return new PackageProxyAddress(address, Tunnels: true);
        return _serverIsProxy && server.Scheme == Uri.UriSchemeHttp ? new PackageProxyAddress(new Uri(server, "/"), Tunnels: false) : null;
    }

    /// <summary>
    /// The proxy through which this server's own proxy fetches; <see langword="null"/> for what its host configures.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Uri?> ForThisServerAsync(CancellationToken cancellationToken = default) =>
        await _settings.IsOnAsync(SettingCatalogue.UsePeerProxy, cancellationToken).ConfigureAwait(false)
            ? await ReadAddressAsync(cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>
    /// The proxy through which this server imports images; <see langword="null"/> for what its environment names.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Uri?> ForImagesAsync(CancellationToken cancellationToken = default) =>
        await _settings.IsOnAsync(SettingCatalogue.EnableHttpProxy, cancellationToken).ConfigureAwait(false)
            ? await ReadAddressAsync(cancellationToken).ConfigureAwait(false)
            : null;

    private async Task<Uri?> ReadAddressAsync(CancellationToken cancellationToken) =>
        await _settings.GetTextAsync(SettingCatalogue.HttpProxy, cancellationToken).ConfigureAwait(false) is { Length: > 0 } text
        && Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? url
            : null;
}

/// <summary>The address of a proxy for packages.</summary>
/// <param name="Url">The address.</param>
/// <param name="Tunnels">Whether it may be asked for https addresses, too (<c>CONNECT</c>). This server's own does not tunnel.</param>
public sealed record PackageProxyAddress(Uri Url, bool Tunnels);
