using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Spaces. VLANs without one are listed as the space <c>undefined</c> with number -1, as in MAAS.</summary>
internal static class SpaceResource
{
    private const long UndefinedId = -1;
    private static readonly Space Undefined = new() { Id = UndefinedId, GivenName = Space.Undefined };

    private static readonly Collection<Space> Spaces = new()
    {
        Path = "spaces/",
        ItemPath = "spaces/{id}/",
        Noun = "Space",
        Plural = "spaces",
        In = core => core.Networks.Spaces,
        ListOf = request => Task.FromResult<IReadOnlyList<Space>>([Undefined, .. request.Topology.Spaces]),
        Find = request => Task.FromResult(
            request.Route["id"] is "undefined" or "-1" ? Undefined : request.Topology.Space(request.Route["id"])),
        Uri = (space, view) => space.Id == UndefinedId ? view.Api("spaces", "undefined") : view.Api("spaces", space.Id),
        New = _ => new Space(),
        Fields =
        [
            Field<Space>.Text("name", "its name; space-N if empty.", space => space.Name, (space, value) => space with
            {
                GivenName = value == $"space-{space.Id}" ? "" : value,
            }),
            Field<Space>.Text(
                "description", "description.", space => space.Description, (space, value) => space with { Description = value }),
            Field<Space>.Shown("vlans", (json, space, view) =>
            {
                json.WriteStartArray("vlans");
                foreach (var vlan in VlansOf(space, view.Topology)) VlanResource.Write(json, vlan, view);
                json.WriteEndArray();
            }),
            Field<Space>.Shown("subnets", WriteSubnets),
        ],
    };

    public static IEnumerable<ApiResource> All => Spaces.ToResources();

    private static void WriteSubnets(Utf8JsonWriter json, Space space, ApiView view)
    {
        json.WriteStartArray("subnets");
        foreach (var subnet in VlansOf(space, view.Topology).SelectMany(vlan => view.Topology.SubnetsOf(vlan.Id)))
            SubnetResource.Write(json, subnet, view);
        json.WriteEndArray();
    }

    private static IEnumerable<Vlan> VlansOf(Space space, TopologySnapshot topology) =>
        topology.Vlans.Where(vlan => vlan.SpaceId == (space.Id == UndefinedId ? null : space.Id));
}
