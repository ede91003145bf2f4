using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Resource pools. gomaasapi asks for them under a name that MAAS never had, so it works too.</summary>
internal static class PoolResource
{
    private static readonly Collection<ResourcePool> Pools = new()
    {
        Path = "resourcepools/",
        ListAliases = ["pools/"],
        ItemPath = "resourcepool/{id}/",
        Noun = "ResourcePool",
        Plural = "resource pools",
        In = core => core.Networks.ResourcePools,
        IdOffset = 1,
        Uri = (pool, view) => view.Api("resourcepool", pool.Id - 1),
        New = _ => new ResourcePool { Name = "" },
        Fields =
        [
            Field<ResourcePool>.Text("name", "its name.", pool => pool.Name, (pool, value) => pool with { Name = value }).Required(),
            Field<ResourcePool>.Text(
                "description", "description.", pool => pool.Description, (pool, value) => pool with { Description = value }),
        ],
    };

    public static IEnumerable<ApiResource> All => Pools.ToResources();

    /// <summary>The pool of a machine as a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, string name, long id, ApiView view)
    {
        json.WritePropertyName(name);
        Pools.Write(json, view.Topology.PoolOf(id), view);
    }
}
