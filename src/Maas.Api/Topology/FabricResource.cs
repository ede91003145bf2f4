using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>Fabrics and VLANs: one with its untagged VLAN, on which every interface is taken to be until the network is modelled.</summary>
internal static class FabricResource
{
    private const string Name = "fabric-0";
    private const string FabricId = "0";
    private const int UntaggedId = 5001;

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/fabrics/", "FabricsHandler", "All fabrics.", ApiAction.Read(ApiAccess.User, ListAsync, "List fabrics.")),
        new("api/2.0/fabrics/{id}/", "FabricHandler", "A fabric.", ApiAction.Read(ApiAccess.User, ReadAsync, "Read a fabric.")),
        new(
            "api/2.0/fabrics/{fabric_id}/vlans/",
            "VlansHandler",
            "The VLANs of a fabric.",
            ApiAction.Read(ApiAccess.User, VlansAsync, "List VLANs.")),
        new(
            "api/2.0/fabrics/{fabric_id}/vlans/{vid}/",
            "VlanHandler",
            "A VLAN.",
            ApiAction.Read(ApiAccess.User, VlanOfFabricAsync, "Read a VLAN.")),
        new("api/2.0/vlans/{vlan_id}/", "VlanHandler", "A VLAN.", ApiAction.Read(ApiAccess.User, VlanAsync, "Read a VLAN."))
        {
            IsAlias = true
        },
    ];

    /// <summary>The untagged VLAN as a member of another object, or alone when <paramref name="name"/> is null.</summary>
    public static void WriteVlan(Utf8JsonWriter json, string? name, Links links)
    {
        if (name is not null) json.WritePropertyName(name);
        json.WriteStartObject();
        json.WriteNumber("id", UntaggedId);
        json.WriteNumber("vid", 0);
        json.WriteString("name", "untagged");
        json.WriteString("fabric", Name);
        json.WriteNumber("fabric_id", 0);
        json.WriteNumber("mtu", 1500);
        json.WriteBoolean("dhcp_on", false);
        json.WriteNull("external_dhcp");
        json.WriteNull("relay_vlan");
        json.WriteNull("primary_rack");
        json.WriteNull("secondary_rack");
        json.WriteString("space", "undefined");
        json.WriteString("resource_uri", links.Api("vlans", $"{UntaggedId}"));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Links links)
    {
        json.WriteStartObject();
        json.WriteNumber("id", 0);
        json.WriteString("name", Name);
        json.WriteString("description", "");
        json.WriteNull("class_type");
        json.WriteStartArray("vlans");
        WriteVlan(json, null, links);
        json.WriteEndArray();
        json.WriteString("resource_uri", links.Api("fabrics", FabricId));
        json.WriteEndObject();
    }

    private static Task<ApiResult> ListAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.List<string>([Name], (json, _) => Write(json, request.Links)));

    private static Task<ApiResult> ReadAsync(ApiRequest request) => Task.FromResult(request.Route["id"] is FabricId or Name
        ? ApiResults.Json(json => Write(json, request.Links))
        : ApiResults.NotFound("Fabric"));

    private static Task<ApiResult> VlansAsync(ApiRequest request) => Task.FromResult(request.Route["fabric_id"] is FabricId or Name
        ? ApiResults.List<string>([Name], (json, _) => WriteVlan(json, null, request.Links))
        : ApiResults.NotFound("Fabric"));

    private static Task<ApiResult> VlanOfFabricAsync(ApiRequest request) =>
        Vlan(request, request.Route["fabric_id"] is FabricId or Name && request.Route["vid"] == "0");

    private static Task<ApiResult> VlanAsync(ApiRequest request) => Vlan(request, request.Route["vlan_id"] == $"{UntaggedId}");

    private static Task<ApiResult> Vlan(ApiRequest request, bool exists) => Task.FromResult(exists
        ? ApiResults.Json(json => WriteVlan(json, null, request.Links))
        : ApiResults.NotFound("VLAN"));
}
