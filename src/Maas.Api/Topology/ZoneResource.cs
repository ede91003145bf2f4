using System.Text.Json;
using Maas.Api.Answers;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>Zones: there is one.</summary>
internal static class ZoneResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/zones/", "ZonesHandler", "All zones.", ApiAction.Read(Access.User, ListAsync, "List zones.")),
        new("api/2.0/zones/{name}/", "ZoneHandler", "A zone.", ApiAction.Read(Access.User, ReadAsync, "Read a zone.")),
    ];

    /// <summary>The zone as a member of another object, or alone when <paramref name="name"/> is null.</summary>
    public static void Write(Utf8JsonWriter json, string? name, Links links)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartObject();
        json.WriteNumber("id", 1);
        json.WriteString("name", Places.Default);
        json.WriteString("description", "");
        json.WriteString("resource_uri", links.Api("zones", Places.Default));
        json.WriteEndObject();
    }

    internal static Task<ApiAnswer> ListAsync(ApiRequest request) =>
        Task.FromResult(Answer.List<string>([Places.Default], (json, _) => Write(json, null, request.Links)));

    private static Task<ApiAnswer> ReadAsync(ApiRequest request) => Task.FromResult(request.Route["name"] == Places.Default
        ? Answer.Json(json => Write(json, null, request.Links))
        : Answer.NotFound("Zone"));
}
