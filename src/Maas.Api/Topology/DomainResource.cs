using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>DNS domains: the default one. This server answers no DNS for it, and says so.</summary>
internal static class DomainResource
{
    private const string Default = "maas";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/domains/", "DomainsHandler", "All domains.", ApiAction.Read(ApiAccess.User, ListAsync, "List domains.")),
        new("api/2.0/domains/{id}/", "DomainHandler", "A domain.", ApiAction.Read(ApiAccess.User, ReadAsync, "Read a domain.")),
    ];

    /// <summary>
    /// The domain called <paramref name="domain"/> as a member of another object, or alone when <paramref name="name"/> is null.
    /// </summary>
    public static void Write(Utf8JsonWriter json, string? name, string domain, Links links)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartObject();
        json.WriteNumber("id", 0);
        json.WriteString("name", domain);
        json.WriteBoolean("authoritative", false);
        json.WriteBoolean("is_default", true);
        json.WriteNumber("resource_record_count", 0);
        json.WriteNull("ttl");
        json.WriteString("resource_uri", links.Api("domains", "0"));
        json.WriteEndObject();
    }

    private static Task<ApiResult> ListAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.List<string>([Default], (json, domain) => Write(json, null, domain, request.Links)));

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(request.Route["id"] == "0"
        ? ApiResults.Json(json => Write(json, null, Default, request.Links))
        : ApiResults.NotFound("Domain"));
}
