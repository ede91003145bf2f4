using Maas.Api.Accounts;
using Maas.Api.BootResources;
using Maas.Api.Events;
using Maas.Api.Files;
using Maas.Api.Legacy;
using Maas.Api.Machines;
using Maas.Api.Metadata;
using Maas.Api.Settings;
using Maas.Api.Tags;
using Maas.Api.Topology;

namespace Maas.Api.Routing;

/// <summary>
/// Everything this server can be asked, in one list. Requests are dispatched by it, <c>describe/</c> is written from it, and the test
/// that calls every route without the right to walks it. The first resource that matches wins.
/// </summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, List<ApiResource>> _byStart = new(StringComparer.Ordinal);

    public RouteTable(IEnumerable<ApiResource> resources)
    {
        Resources = [.. resources];
        foreach (var resource in Resources)
        {
            var start = resource.Path.Split('/')[0];
            if (!_byStart.TryGetValue(start, out var list)) _byStart[start] = list = [];
            list.Add(resource);
        }
    }

    /// <summary>What this package serves.</summary>
    public static RouteTable Everything { get; } = new(
    [
        DescribeResource.Definition,
        .. VersionResource.All,
        .. UserResource.All,
        .. AccountResource.All,
        .. SshKeyResource.All,
        MachinesResource.Definition,
        MachineResource.Definition,
        .. NodeResource.All,
        .. ScriptResultResource.All,
        .. TagResource.All,
        .. ZoneResource.All,
        .. PoolResource.All,
        .. DomainResource.All,
        .. FabricResource.All,
        .. EmptyResources.All,
        .. FileResource.All,
        .. EventResource.All,
        .. BootResourcesResource.All,
        .. MaasResource.All,
        .. LegacyRoutes.All,
        .. MetadataRoutes.All,
    ]);

    public IReadOnlyList<ApiResource> Resources { get; }

    /// <summary>The resource at a path and the values in it; null when there is none.</summary>
    public (ApiResource Resource, IReadOnlyDictionary<string, string> Values)? Match(ReadOnlySpan<string> segments)
    {
        if (segments.IsEmpty || !_byStart.TryGetValue(segments[0], out var candidates)) return null;
        foreach (var candidate in candidates)
            if (candidate.Match(segments) is { } values) return (candidate, values);
        return null;
    }
}
