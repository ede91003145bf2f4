namespace Maas.Api.Routing;

/// <summary>
/// Writes <c>resource_uri</c> values: absolute paths that include the mount point, because clients join them to the server's origin
/// and ask for exactly that.
/// </summary>
/// <param name="prefix">The mount point as clients see it: <c>/MAAS</c>.</param>
internal sealed class Links(string prefix)
{
    public string Prefix => prefix;

    /// <summary>A path of API 2.0, its parts escaped: <c>Api("machines", id)</c> is <c>/MAAS/api/2.0/machines/id/</c>.</summary>
    public string Api(params ReadOnlySpan<string> segments) => Join("/api/2.0/", segments);

    /// <summary>The same for API 1.0.</summary>
    public string LegacyRoutes(params ReadOnlySpan<string> segments) => Join("/api/1.0/", segments);

    private string Join(string version, ReadOnlySpan<string> segments)
    {
        var path = prefix + version;
        // A colon is a path character (RFC 3986 section 3.3) and MAAS leaves it in MAC addresses.
        foreach (var segment in segments) path += Uri.EscapeDataString(segment).Replace("%3A", ":", StringComparison.Ordinal) + "/";
        return path;
    }
}
