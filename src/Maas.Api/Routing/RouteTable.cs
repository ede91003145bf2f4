using Maas.Api.Accounts;
using Maas.Api.Metadata;

namespace Maas.Api.Routing;

/// <summary>
/// Everything this server can be asked, in one list. Requests are dispatched by it, <c>describe/</c> is written from it, and the test
/// that calls every route without the right to walks it. The first resource that matches wins.
/// </summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, List<ApiResource>> byStart = new(StringComparer.Ordinal);

    public RouteTable(IEnumerable<ApiResource> resources)
    {
        Resources = [.. resources];
        foreach (var resource in Resources)
        {
            var start = resource.Path.Split('/')[0];
            if (!byStart.TryGetValue(start, out var list)) byStart[start] = list = [];
            list.Add(resource);
        }
    }

    public IReadOnlyList<ApiResource> Resources { get; }

    /// <summary>The resource at a path and the values in it; null when there is none.</summary>
    public (ApiResource Resource, IReadOnlyDictionary<string, string> Values)? Match(ReadOnlySpan<string> segments)
    {
        if (segments.IsEmpty || !byStart.TryGetValue(segments[0], out var candidates)) return null;
        foreach (var candidate in candidates)
            if (candidate.Match(segments) is { } values) return (candidate, values);
        return null;
    }
}
