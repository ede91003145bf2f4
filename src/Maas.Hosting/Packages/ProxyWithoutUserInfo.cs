using System.Net;

namespace Maas.Hosting.Packages;

/// <summary>A proxy whose address has no user and password: exceptions quote it. They stay in its credentials.</summary>
/// <param name="inner">The proxy.</param>
internal sealed class ProxyWithoutUserInfo(IWebProxy inner) : IWebProxy
{
    /// <inheritdoc/>
    public ICredentials? Credentials
    {
        get => inner.Credentials;
        set => inner.Credentials = value;
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination) => inner.GetProxy(destination) is { } address ? Strip(address) : null;

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => inner.IsBypassed(host);

    /// <summary>An address without user and password.</summary>
    public static Uri Strip(Uri address) =>
        address.UserInfo.Length == 0 ? address : new UriBuilder(address) { UserName = "", Password = "" }.Uri;
}
