using System.Text.Json;
using Maas.Api.Collections;
using Maas.Api.Requests;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>VLANs. They are addressed by fabric and tag, or by number.</summary>
internal static class VlanResource
{
    private static readonly Collection<Vlan> Vlans = new()
    {
        Path = "fabrics/{fabric_id}/vlans/",
        ItemPath = "fabrics/{fabric_id}/vlans/{vid}/",
        ItemAliases = ["vlans/{vlan_id}/"],
        Noun = "VLAN",
        Handlers = ("VlansHandler", "VlanHandler"),
        Plural = "VLANs",
        In = core => core.Networks.Vlans,
        ListOf = request => Task.FromResult<IReadOnlyList<Vlan>>(
            request.Topology.Fabric(request.Route["fabric_id"]) is { } fabric ? [.. request.Topology.VlansOf(fabric.Id)] : []),
        Find = request => Task.FromResult(FindVlan(request)),
        Uri = (vlan, view) => view.Api("vlans", vlan.Id),
        New = request => new Vlan { FabricId = request.Topology.Fabric(request.Route["fabric_id"])?.Id ?? 0 },
        Fields =
        [
            Field<Vlan>.Integer("vid", "the tag, 1 to 4094.", vlan => vlan.Vid, (vlan, value) => vlan with { Vid = (int)(value ?? 0) })
                .Required(),
            Field<Vlan>.Text("name", "its name.", vlan => vlan.Name, (vlan, value) => vlan with { GivenName = value }),
            Field<Vlan>.Text(
                "description", "description.", vlan => vlan.Description, (vlan, value) => vlan with { Description = value }).NotShown(),
            Field<Vlan>.Reference(
                "fabric", "the fabric to move it to.", (view, text) => view.Topology.Fabric(text),
                (vlan, fabric) => fabric is null ? vlan : vlan with { FabricId = fabric.Id },
                (json, vlan, view) => json.WriteString("fabric", view.Topology.FindFabric(vlan.FabricId)?.Name)),
            Field<Vlan>.Shown("fabric_id", (json, vlan, _) => json.WriteNumber("fabric_id", vlan.FabricId - 1)),
            Field<Vlan>.Integer("mtu", "MTU in octets.", vlan => vlan.Mtu, (vlan, value) => vlan with { Mtu = (int)(value ?? 1500) }),
            Field<Vlan>.Flag(
                "dhcp_on", "whether this server serves DHCP on it.", vlan => vlan.DhcpOn, (vlan, value) => vlan with { DhcpOn = value }),
            Field<Vlan>.Shown("external_dhcp", (json, _, _) => json.WriteNull("external_dhcp")),
            Field<Vlan>.Reference(
                "relay_vlan", "the VLAN whose DHCP server serves it through a relay agent.", (view, text) => view.Topology.Vlan(text),
                (vlan, relay) => vlan with { RelayVlanId = relay?.Id }, WriteRelay),
            Rack(
                "primary_rack", "system id of the rack controller that serves DHCP.", vlan => vlan.PrimaryRack,
                (vlan, rack) => vlan with { PrimaryRack = rack }),
            Rack(
                "secondary_rack", "system id of the second rack controller.", vlan => vlan.SecondaryRack,
                (vlan, rack) => vlan with { SecondaryRack = rack }),
            Field<Vlan>.Reference(
                "space", "its space.", FindSpace, (vlan, space) => vlan with { SpaceId = space?.Id is > 0 and var id ? id : null },
                (json, vlan, view) => json.WriteString("space", view.Topology.SpaceNameOf(vlan))),
        ],
    };

    public static IEnumerable<ApiResource> All => Vlans.ToResources();

    /// <summary>A VLAN as an element or a member of another object.</summary>
    public static void Write(Utf8JsonWriter json, Vlan vlan, ApiView view) => Vlans.Write(json, vlan, view);

    private static Vlan? FindVlan(ApiRequest request)
    {
        if (request.Route.Find("vlan_id") is { } id) return request.Topology.Vlan(id);
        return request.Topology.Fabric(request.Route["fabric_id"]) is { } fabric && TopologySpecifiers.Vid(request.Route["vid"]) is { } vid
            ? request.Topology.VlansOf(fabric.Id).FirstOrDefault(vlan => vlan.Vid == vid)
            : null;
    }

    // A space without an id, which no stored one is, means none.
    private static Space? FindSpace(ApiView view, string text) => text == Space.Undefined ? new Space() : view.Topology.Space(text);

    private static void WriteRelay(Utf8JsonWriter json, Vlan vlan, ApiView view)
    {
        if (vlan.RelayVlanId is not { } id || view.Topology.FindVlan(id) is not { } relay)
        {
            json.WriteNull("relay_vlan");
            return;
        }

        json.WritePropertyName("relay_vlan");
        Vlans.Write(json, relay with { RelayVlanId = null }, view); // relays could point at each other
    }

    private static Field<Vlan> Rack(string name, string meaning, Func<Vlan, SystemId?> get, Func<Vlan, SystemId?, Vlan> set) =>
        new(ApiArgument.Text(name, meaning))
        {
            Read = (vlan, form, _) => Read(vlan, form, name, set),
            Write = (json, vlan, _) => json.WriteString(name, get(vlan)?.ToString()),
        };

    private static Vlan Read(Vlan vlan, FormReader form, string name, Func<Vlan, SystemId?, Vlan> set)
    {
        if (form.Optional(name) is not { } text) return set(vlan, null);
        if (SystemId.TryParse(text, out var id)) return set(vlan, id);
        form.Refuse(name, "Select a valid choice. That choice is not one of the available choices.");
        return vlan;
    }
}
