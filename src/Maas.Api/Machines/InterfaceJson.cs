using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Inventory;

namespace Maas.Api.Machines;

/// <summary>
/// A network interface as API 2.0 shows it: what the inventory says of the address, or a name made up for an address of which only
/// enlisting spoke. Its id is the machine's number and its place, so that it is the same each time and no table is needed.
/// </summary>
internal sealed record InterfaceJson(SystemId Machine, long Id, int Place, MacAddress MacAddress, NetworkInterface? Inventory)
{
    private const int PlacesPerMachine = 1024;

    /// <summary>The kernel's name, or one made up.</summary>
    public string Name => Inventory?.Name ?? $"eth{Place}";

    /// <summary>The machine's interfaces, the one it boots from first.</summary>
    public static IReadOnlyList<InterfaceJson> Of(Machine machine) =>
        [.. machine.MacAddresses.Take(PlacesPerMachine).Select((mac, place) => new InterfaceJson(
            machine.Id, (machine.Number * PlacesPerMachine) + place, place, mac,
            machine.Hardware?.Interfaces.FirstOrDefault(each => each.MacAddress == mac)))];

    public void Write(Utf8JsonWriter json, Links links)
    {
        json.WriteStartObject();
        json.WriteNumber("id", Id);
        json.WriteString("system_id", Machine.ToString());
        json.WriteString("name", Name);
        json.WriteString("type", "physical");
        json.WriteString("mac_address", MacAddress.ToString());
        json.WriteBoolean("enabled", true);
        json.WriteNumber("effective_mtu", Inventory?.Mtu ?? 1500);
        json.WriteNumber("interface_speed", Inventory?.SpeedMbps ?? 0);
        json.WriteNumber("link_speed", Inventory is { LinkUp: true } up ? up.SpeedMbps : 0);
        json.WriteBoolean("link_connected", Inventory?.LinkUp ?? true);
        json.WriteString("vendor", Inventory?.Vendor);
        json.WriteString("product", Inventory?.Product);
        json.WriteString("params", "");
        json.WriteEmptyLists("tags", "parents", "children");
        json.WriteNull("discovered");
        FabricResource.WriteVlan(json, "vlan", links);
        json.WriteString("firmware_version", "");
        json.WriteNumber("numa_node", 0);
        json.WriteNumber("sriov_max_vf", 0);
        // A link leads to a subnet, and Juju follows it without looking whether there is one. No subnet is modelled, so there is no link.
        json.WriteEmptyLists("links");
        json.WriteString("resource_uri", links.Api("nodes", Machine.ToString(), "interfaces", Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }
}
