using System.Collections.Frozen;
using Maas.Api.Routing;

namespace Maas.Api.Legacy;

/// <summary>
/// Resources of API 2.0 as API 1.0 has them: the same operations below its own path. In 1.0 a list is read by <c>op=list</c> and extended
/// by <c>op=new</c>; the nouns that came late (subnets, spaces) had the plain methods already, so both are accepted for all of them.
/// </summary>
internal static class LegacyView
{
    private const string Root20 = "api/2.0/";
    private const string Root10 = "api/1.0/";

    /// <summary>The nouns that have the same members in both versions. Nodes, files and clusters have resources of their own.</summary>
    private static readonly FrozenSet<string> Nouns = FrozenSet.Create(StringComparer.Ordinal,
        "tags", "zones", "users", "events", "boot-resources", "devices", "fabrics", "vlans", "spaces", "subnets", "static-routes",
        "ipaddresses", "ipranges", "license-keys", "license-key", "boot-sources", "commissioning-results", "installation-results",
        "commissioning-scripts", "dnsresources", "domains");

    /// <summary>What 1.9 has below a node.</summary>
    private static readonly FrozenSet<string> PartsOfNode = FrozenSet.Create(StringComparer.Ordinal,
        "interfaces", "blockdevices", "volume-groups", "volume-group", "raids", "raid", "bcaches", "bcache", "bcache-cache-sets",
        "bcache-cache-set");

    /// <summary>The operations of a tag that came with 2.0: they list machines and controllers, of which 1.0 knows only nodes.</summary>
    private static readonly FrozenSet<string> LaterTagOperations = FrozenSet.Create(StringComparer.Ordinal,
        "machines", "devices", "rack_controllers", "region_controllers");

    /// <summary>The resources of <paramref name="version2"/> that API 1.0 has too.</summary>
    public static IEnumerable<ApiResource> Of(IEnumerable<ApiResource> version2) => version2.Where(IsInBoth).Select(View);

    private static bool IsInBoth(ApiResource resource) => resource.Segments switch
    {
        ["api", "2.0", "nodes", _, var part, ..] => PartsOfNode.Contains(part),
        ["api", "2.0", "account", "prefs", ..] => true,
        ["api", "2.0", var noun, ..] => Nouns.Contains(noun),
        _ => false,
    };

    private static ApiResource View(ApiResource resource) => new(
        Root10 + resource.Path[Root20.Length..],
        resource.Handler,
        resource.Doc,
        [
            .. resource.Actions.Where(action => !IsLater(resource, action)).SelectMany(action => Actions(resource, action)),
            .. resource.Path == Root20 + "devices/{system_id}/" ? DeviceResource10.Actions() : [],
        ])
    {
        IsAlias = resource.IsAlias,
    };

    private static bool IsLater(ApiResource resource, ApiAction action) =>
        resource.Path.StartsWith(Root20 + "tags/", StringComparison.Ordinal) && LaterTagOperations.Contains(action.Op ?? "");

    /// <summary>The action, as an object of its own because endpoints are found by it, and its name of 1.0.</summary>
    private static IEnumerable<ApiAction> Actions(ApiResource resource, ApiAction action)
    {
        yield return resource.Path == Root20 + "tags/{name}/" ? OfTag(action) : action with { };
        if (ApiResource.IsParameter(resource.Segments[^1]) || action.Op is not null) yield break;
        if (action.Method == "GET") yield return action with { Name = "list", Op = "list" };
        if (action.Method == "POST") yield return action with { Name = "new", Op = "new" };
    }

    private static ApiAction OfTag(ApiAction action) => action.Op switch
    {
        "nodes" => action with { Handler = NodeResource10.ListTaggedAsync },
        "update_nodes" => action with
        {
            Unsupported = new Dictionary<string, string>(action.Unsupported)
            {
                ["nodegroup"] = "Node groups do not tag nodes on this server.",
            },
        },
        _ => action with { },
    };
}
