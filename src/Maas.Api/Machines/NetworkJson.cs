using System.Globalization;
using System.Net;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Core.Topology;

namespace Maas.Api.Machines;

/// <summary>
/// A node's interfaces as both API versions show them. A link that has no subnet and needs one is left out: Juju follows a link to its
/// subnet without looking whether there is one.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="config">Its interfaces.</param>
/// <param name="observed">The addresses with which it was seen.</param>
/// <param name="view">What the answer refers to.</param>
internal sealed class NetworkJson(SystemId node, NetworkConfig config, IReadOnlyList<string> observed, ApiView view)
{
    /// <summary>The addresses of its links, then those with which it was seen.</summary>
    public IEnumerable<string> Addresses => config.Interfaces.SelectMany(one => one.Links).Select(link => link.Address)
        .OfType<IPAddress>().Select(address => address.ToString()).Concat(observed).Distinct(StringComparer.Ordinal);

    /// <summary>The members of a machine that show its interfaces.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        WriteGateways(json);
        json.WritePropertyName("boot_interface");
        if (config.Interfaces.FirstOrDefault(one => one.Id == config.BootInterface) is { } boot) Write(json, boot);
        else json.WriteNullValue();
        WriteInterfaces(json);
    }

    /// <summary>The list of its interfaces.</summary>
    public void WriteInterfaces(Utf8JsonWriter json)
    {
        json.WriteStartArray("interface_set");
        foreach (var one in config.Interfaces) Write(json, one);
        json.WriteEndArray();
    }

    /// <summary>An interface.</summary>
    public void Write(Utf8JsonWriter json, NodeInterface one)
    {
        json.WriteStartObject();
        json.WriteNumber("id", one.Id);
        json.WriteString("system_id", node.ToString());
        json.WriteString("name", one.Name);
        json.WriteString("type", InterfaceNames.NameOf(one.Type));
        json.WriteString("mac_address", one.MacAddress?.ToString());
        json.WriteBoolean("enabled", one.Enabled);
        json.WriteNumber("effective_mtu", InterfaceView.EffectiveMtu(config, one, view.Networks));
        json.WriteNumber("interface_speed", one.InterfaceSpeed);
        json.WriteNumber("link_speed", one.LinkConnected ? one.LinkSpeed : 0);
        json.WriteBoolean("link_connected", one.LinkConnected);
        json.WriteString("vendor", one.Vendor.Length > 0 ? one.Vendor : null);
        json.WriteString("product", one.Product.Length > 0 ? one.Product : null);
        WriteParameters(json, one);
        json.WriteTexts("tags", one.Tags);
        json.WriteTexts(
            "parents", one.Parents.Select(id => config.Interfaces.FirstOrDefault(each => each.Id == id)?.Name).OfType<string>());
        json.WriteTexts("children", InterfaceView.ChildrenOf(config, one).Select(child => child.Name));
        WriteDiscovered(json, one);
        json.WritePropertyName("vlan");
        if (one.Vlan is { } id && view.Topology.FindVlan(id) is { } vlan) VlanResource.Write(json, vlan, view);
        else json.WriteNullValue();
        json.WriteString("firmware_version", "");
        json.WriteNumber("numa_node", one.NumaNode);
        json.WriteNumber("sriov_max_vf", 0);
        json.WriteStartArray("links");
        foreach (var link in one.Links) Write(json, link);
        json.WriteEndArray();
        json.WriteString("resource_uri", view.Api("nodes", node.ToString(), "interfaces", one.Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, InterfaceLink link)
    {
        var subnet = link.Subnet is { } id ? view.Topology.FindSubnet(id) : null;
        if (subnet is null && link.Mode != LinkMode.LinkUp) return;
        json.WriteStartObject();
        json.WriteNumber("id", link.Id);
        json.WriteString("mode", InterfaceNames.NameOf(link.Mode));
        if (subnet is not null)
        {
            json.WritePropertyName("subnet");
            SubnetResource.Write(json, subnet, view);
        }

        if (link.Address is { } address) json.WriteString("ip_address", address.ToString());
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, NodeInterface one)
    {
        if (one is { Bond: null, Bridge: null, Mtu: null, AcceptRouterAdvertisements: null })
        {
            json.WriteString("params", ""); // as MAAS
            return;
        }

        json.WriteStartObject("params");
        if (one.Bond is { } bond)
        {
            json.WriteString("bond_mode", InterfaceNames.NameOf(bond.Mode));
            json.WriteNumber("bond_miimon", bond.LinkMonitoringInterval);
            json.WriteNumber("bond_downdelay", bond.DownDelay);
            json.WriteNumber("bond_updelay", bond.UpDelay);
            json.WriteNumber("bond_num_grat_arp", bond.GratuitousArps);
            json.WriteString("bond_lacp_rate", InterfaceNames.NameOf(bond.LacpRate));
            json.WriteString("bond_xmit_hash_policy", InterfaceNames.NameOf(bond.TransmitHashPolicy));
        }

        if (one.Bridge is { } bridge)
        {
            json.WriteString("bridge_type", InterfaceNames.NameOf(bridge.Type));
            json.WriteBoolean("bridge_stp", bridge.SpanningTree);
            json.WriteNumber("bridge_fd", bridge.ForwardDelay);
        }

        if (one.Mtu is { } mtu) json.WriteNumber("mtu", mtu);
        if (one.AcceptRouterAdvertisements is { } accept) json.WriteBoolean("accept_ra", accept);
        json.WriteEndObject();
    }

    // What was seen is of the interface that asks a DHCP server.
    private void WriteDiscovered(Utf8JsonWriter json, NodeInterface one)
    {
        List<(Subnet Subnet, string Address)> seen =
        [
            .. observed.Select(text => (IPAddress.TryParse(text, out var address) ? view.Topology.FindSubnet(address) : null, text))
                .Where(item => item.Item1 is not null && one.Links.Any(
                    link => link.Mode == LinkMode.Dhcp && link.Subnet == item.Item1.Id))
                .Select(item => (item.Item1!, item.text)), // it is there, by the line above
        ];
        if (seen.Count == 0)
        {
            json.WriteNull("discovered");
            return;
        }

        json.WriteStartArray("discovered");
        foreach (var (subnet, address) in seen)
        {
            json.WriteStartObject();
            json.WritePropertyName("subnet");
            SubnetResource.Write(json, subnet, view);
            json.WriteString("ip_address", address);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteGateways(Utf8JsonWriter json)
    {
        var chosen = InterfaceView.DefaultGatewaysOf(config, view.Networks)
            .Select(link => (Link: link, Subnet: link.Subnet is { } id ? view.Topology.FindSubnet(id) : null)).ToList();
        json.WriteStartObject("default_gateways");
        foreach (var (family, isIPv6) in (ReadOnlySpan<(string, bool)>)[("ipv4", false), ("ipv6", true)])
        {
            var (link, subnet) = chosen.FirstOrDefault(item => item.Subnet?.IsIPv6 == isIPv6);
            json.WriteStartObject(family);
            json.WriteString("gateway_ip", subnet?.Gateway?.ToString());
            if (subnet?.Gateway is null) json.WriteNull("link_id");
            else json.WriteNumber("link_id", link.Id);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
