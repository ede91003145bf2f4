using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Zones. They are addressed by name.</summary>
internal static class ZoneResource
{
    private static readonly Collection<Zone> Zones = new()
    {
        Path = "zones/",
        ItemPath = "zones/{name}/",
        Noun = "Zone",
        Plural = "zones",
        In = core => core.Networks.Zones,
        Find = request => Task.FromResult(request.Topology.FindZone(request.Route["name"])),
        Uri = (zone, view) => view.Api("zones", zone.Name),
        New = _ => new Zone { Name = "" },
        Fields =
        [
            Field<Zone>.Text("name", "its name.", zone => zone.Name, (zone, value) => zone with { Name = value }).Required(),
            Field<Zone>.Text(
                "description", "description.", zone => zone.Description, (zone, value) => zone with { Description = value }),
        ],
    };

    public static IEnumerable<ApiResource> All => Zones.ToResources();

    /// <summary>The list of zones.</summary>
    public static Task<ApiResult> ListAsync(ApiRequest request) => Zones.ListAsync(request);

    /// <summary>The zone of a node as a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, string name, long id, ApiView view)
    {
        json.WritePropertyName(name);
        Zones.Write(json, view.Topology.ZoneOf(id), view);
    }
}
