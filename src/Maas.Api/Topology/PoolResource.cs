using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>Resource pools: there is one. gomaasapi asks for them under a name that MAAS never had, so it works too.</summary>
internal static class PoolResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new(
            "api/2.0/resourcepools/",
            "ResourcePoolsHandler",
            "All resource pools.",
            ApiAction.Read(ApiAccess.User, ListAsync, "List resource pools.")),
        new(
            "api/2.0/pools/",
            "ResourcePoolsHandler",
            "All resource pools.",
            ApiAction.Read(ApiAccess.User, ListAsync, "List resource pools."))
        {
            IsAlias = true
        },
        new(
            "api/2.0/resourcepool/{id}/",
            "ResourcePoolHandler",
            "A resource pool.",
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a resource pool.")),
    ];

    /// <summary>The pool as a member of another object, or alone when <paramref name="name"/> is null.</summary>
    public static void Write(Utf8JsonWriter json, string? name, Links links)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartObject();
        json.WriteNumber("id", 0);
        json.WriteString("name", DefaultTopology.Default);
        json.WriteString("description", "Default pool");
        json.WriteString("resource_uri", links.Api("resourcepool", "0"));
        json.WriteEndObject();
    }

    private static Task<ApiResult> ListAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.List<int>([0], (json, _) => Write(json, null, request.Links)));

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(request.Route["id"] == "0"
        ? ApiResults.Json(json => Write(json, null, request.Links))
        : ApiResults.NotFound("ResourcePool"));
}
