using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>Zones: there is one.</summary>
internal static class ZoneResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/zones/", "ZonesHandler", "All zones.", ApiAction.Read(ApiAccess.User, ListAsync, "List zones.")),
        new("api/2.0/zones/{name}/", "ZoneHandler", "A zone.", ApiAction.Read(ApiAccess.User, ReadAsync, "Read a zone.")),
    ];

    /// <summary>The zone as a member of another object, or alone when <paramref name="name"/> is null.</summary>
    public static void Write(Utf8JsonWriter json, string? name, Links links)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartObject();
        json.WriteNumber("id", 1);
        json.WriteString("name", DefaultTopology.Default);
        json.WriteString("description", "");
        json.WriteString("resource_uri", links.Api("zones", DefaultTopology.Default));
        json.WriteEndObject();
    }

    internal static Task<ApiResult> ListAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.List<string>([DefaultTopology.Default], (json, _) => Write(json, null, request.Links)));

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(request.Route["name"] == DefaultTopology.Default
        ? ApiResults.Json(json => Write(json, null, request.Links))
        : ApiResults.NotFound("Zone"));
}
