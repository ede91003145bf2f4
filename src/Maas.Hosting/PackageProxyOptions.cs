using System.ComponentModel.DataAnnotations;

namespace Maas.Hosting;

/// <summary>What the package proxy of <c>AddPackageProxy()</c> fetches and keeps.</summary>
public sealed class PackageProxyOptions
{
    /// <summary>
    /// The mirrors that it is a proxy for: everything at or below these http or https addresses. No other address is fetched from. Default:
    /// the mirrors of Debian and Ubuntu. The mirrors of the install recipes are added.
    /// </summary>
    public IList<Uri> Mirrors { get; } =
    [
        new("http://deb.debian.org/"), new("http://security.debian.org/"), new("http://archive.ubuntu.com/"),
        new("http://security.ubuntu.com/"), new("http://ports.ubuntu.com/"),
    ];

    /// <summary>
    /// The most bytes of packages that are kept, at least 1 MiB; those not used for longest are removed first. Default 20 GiB.
    /// </summary>
    [Range(1L << 20, long.MaxValue)]
    public long MostBytes { get; set; } = 20L << 30;

    /// <summary>
    /// The proxy through which it fetches; <see langword="null"/>, the default, for the one that the environment names
    /// (<c>http_proxy</c>), if any.
    /// </summary>
    public Uri? Upstream { get; set; }
}
