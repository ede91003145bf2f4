using Maas.Api.Collections;
using Maas.Api.Routing;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Fabrics. They are addressed by number or name.</summary>
internal static class FabricResource
{
    private static readonly Collection<Fabric> Fabrics = new()
    {
        Path = "fabrics/",
        ItemPath = "fabrics/{id}/",
        Noun = "Fabric",
        Plural = "fabrics",
        In = core => core.Networks.Fabrics,
        IdOffset = 1,
        Find = request => Task.FromResult(request.Topology.Fabric(request.Route["id"])),
        Uri = (fabric, view) => view.Api("fabrics", fabric.Id - 1),
        New = _ => new Fabric(),
        Fields =
        [
            Field<Fabric>.Text("name", "its name; fabric-N if empty.", fabric => fabric.Name, (fabric, value) => fabric with
            {
                GivenName = value == $"fabric-{fabric.Id - 1}" ? "" : value,
            }),
            Field<Fabric>.Text(
                "description", "description.", fabric => fabric.Description, (fabric, value) => fabric with { Description = value }),
            Field<Fabric>.Text("class_type", "class.", fabric => fabric.ClassType, (fabric, value) => fabric with { ClassType = value })
                with
                {
                    Write = (json, fabric, _) =>
                        json.WriteString("class_type", fabric.ClassType.Length == 0 ? null : fabric.ClassType),
                },
            Field<Fabric>.Shown("vlans", (json, fabric, view) =>
            {
                json.WriteStartArray("vlans");
                foreach (var vlan in view.Topology.VlansOf(fabric.Id)) VlanResource.Write(json, vlan, view);
                json.WriteEndArray();
            }),
        ],
    };

    public static IEnumerable<ApiResource> All => Fabrics.ToResources();
}
