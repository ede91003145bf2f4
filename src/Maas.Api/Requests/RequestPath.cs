namespace Maas.Api.Requests;

/// <summary>The path below the mount point, as the routes see it.</summary>
internal static class RequestPath
{
    /// <summary>
    /// The segments of <paramref name="path"/>. Runs of slashes count as one, because cloud-init doubles them
    /// (<c>/MAAS/metadata//2012-03-01/</c>); a trailing slash makes no difference; <c>%2F</c>, the one escape the server leaves
    /// alone, becomes a slash <em>inside</em> its segment (<c>subnets/10.0.0.0%2F24/</c>).
    /// </summary>
    public static string[] Segments(string? path)
    {
        var segments = (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < segments.Length; i++)
            segments[i] = segments[i].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return segments;
    }
}
