using Microsoft.AspNetCore.Http;

namespace Maas.Hosting.Packages;

/// <summary>What a request wants of the package proxy. Pure.</summary>
internal abstract record PackageRequest
{
    private static readonly string[] S_packages = [".deb", ".udeb", ".ddeb", ".rpm", ".drpm"];

    private PackageRequest() { }

    /// <summary>What a request to a proxy wants: its target is an absolute address (RFC 9112 section 3.2.2).</summary>
    /// <returns>What it wants; <see langword="null"/> if it is a request to this server.</returns>
    public static PackageRequest? OfProxy(string method, string rawTarget, IReadOnlyList<Uri> mirrors)
    {
        if (HttpMethods.IsConnect(method))
        {
            return new Refused(
                StatusCodes.Status405MethodNotAllowed,
                "This proxy does not tunnel. Give the mirror's address with http, or as PREFIX/packages/HOST/…, which may be fetched with "
                + "https.");
        }

        return rawTarget.StartsWith('/') || rawTarget == "*" ? null
            : Uri.TryCreate(rawTarget, UriKind.Absolute, out var url) ? Of(method, url, mirrors)
            : new Refused(StatusCodes.Status400BadRequest, "The address cannot be read.");
    }

    /// <summary>What a request below <c>{prefix}/packages/</c> wants.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="hostAndPath">What follows, escaped: <c>deb.debian.org/debian/dists/bookworm/InRelease</c>, and its query.</param>
    /// <param name="mirrors">The mirrors. The first one with this host and path decides on http or https.</param>
    public static PackageRequest OfPath(string method, string hostAndPath, IReadOnlyList<Uri> mirrors)
    {
        foreach (var scheme in mirrors.Select(mirror => mirror.Scheme).Distinct(StringComparer.Ordinal))
        {
            if (Uri.TryCreate($"{scheme}://{hostAndPath}", UriKind.Absolute, out var url)
                && Of(method, url, mirrors) is not Refused and var wanted)
                return wanted;
        }

        return Of(method, new Uri("http://invalid/"), mirrors);
    }

    private static PackageRequest Of(string method, Uri url, IReadOnlyList<Uri> mirrors)
    {
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return new Refused(StatusCodes.Status405MethodNotAllowed, "Packages are only read: GET and HEAD.");
        // Uri has resolved "..", also where it was escaped; what remains escaped is not a path of a mirror
        if (url.UserInfo.Length > 0 || url.AbsolutePath.Contains('\\', StringComparison.Ordinal)
            || url.AbsolutePath.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            || url.AbsolutePath.Contains("%5c", StringComparison.OrdinalIgnoreCase) || !mirrors.Any(mirror => IsBelow(url, mirror)))
        {
            return new Refused(
                StatusCodes.Status403Forbidden,
                "This is no address of a mirror that this server is a proxy for. An administrator names mirrors.");
        }

        return HttpMethods.IsGet(method) && IsPackage(url.AbsolutePath) ? new Kept(url) : new Forwarded(url);
    }

    // A file that is named by its hash, or by name and version, never changes; indexes do.
    private static bool IsPackage(string path) =>
        path.Contains("/by-hash/SHA256/", StringComparison.Ordinal)
        || S_packages.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static bool IsBelow(Uri url, Uri mirror) =>
        url.Scheme == mirror.Scheme && url.Port == mirror.Port && string.Equals(url.Host, mirror.Host, StringComparison.OrdinalIgnoreCase)
        && url.AbsolutePath.StartsWith($"{mirror.AbsolutePath.TrimEnd('/')}/", StringComparison.Ordinal);

    /// <summary>A file that never changes under its address.</summary>
    public sealed record Kept(Uri Url) : PackageRequest;

    /// <summary>An index, or a question about a file: the mirror answers it each time.</summary>
    public sealed record Forwarded(Uri Url) : PackageRequest;

    /// <summary>Not allowed.</summary>
    public sealed record Refused(int Status, string Reason) : PackageRequest;
}
