using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Maas.Core.Network.Interfaces;

/// <summary>
/// Writes cloud-init's network configuration, version 2 (the format of netplan), for the installed system. The text is JSON, which is YAML
/// too.
/// <code>
/// {"version": 2,
///  "ethernets": {"eno1": {"match": {"macaddress": "52:54:00:00:00:01"}, "set-name": "eno1", "addresses": ["10.0.0.5/24"]}}}
/// </code>
/// </summary>
public static class CloudInitNetworkConfig
{
    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The configuration of all interfaces that are enabled.</summary>
    /// <param name="config">The interfaces; automatic and static links without an address are left out.</param>
    /// <param name="view">The networks that they name.</param>
    public static string Write(NetworkConfig config, NetworkView view)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Format)) new Run(writer, config, view).Write();
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private sealed class Run(Utf8JsonWriter writer, NetworkConfig config, NetworkView view)
    {
        private readonly IReadOnlyList<InterfaceLink> _gateways = InterfaceView.DefaultGatewaysOf(config, view);

        public void Write()
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", 2);
            foreach (var (section, type) in new[]
            {
                ("ethernets", InterfaceType.Physical),
                ("bonds", InterfaceType.Bond),
                ("bridges", InterfaceType.Bridge),
                ("vlans", InterfaceType.Vlan),
            })
            {
                NodeInterface[] members = [.. config.Interfaces.Where(one => one.Type == type && IsEnabled(one))];
                if (members.Length == 0) continue;
                writer.WriteStartObject(section);
                foreach (var one in members) Write(one);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        // What is built on a disabled interface has nothing to be built on.
        private bool IsEnabled(NodeInterface one) =>
            one.Enabled && one.Parents.All(parent => config.Find(parent) is { } found && IsEnabled(found));

        private void Write(NodeInterface one)
        {
            writer.WriteStartObject(one.Name);
            switch (one.Type)
            {
                case InterfaceType.Physical:
                    writer.WriteStartObject("match");
                    writer.WriteString("macaddress", one.MacAddress?.ToString());
                    writer.WriteEndObject();
                    writer.WriteString("set-name", one.Name);
                    break;
                case InterfaceType.Vlan:
                    writer.WriteNumber("id", view.Vlan(one.Vlan)?.Vid ?? 0);
                    writer.WriteString("link", config.Find(one.Parents[0])?.Name);
                    break;
                default:
                    WriteStrings("interfaces", one.Parents.Select(parent => config.Find(parent)?.Name ?? ""));
                    if (one.MacAddress is { } mac) writer.WriteString("macaddress", mac.ToString());
                    break;
            }

            if (one.Bond is { } bond) Write(bond);
            if (one.Bridge is { } bridge) Write(bridge);
            writer.WriteNumber("mtu", InterfaceView.EffectiveMtu(config, one, view));
            if (one.AcceptRouterAdvertisements is { } accept) writer.WriteBoolean("accept-ra", accept);
            WriteAddresses(one);

            // The boot does not wait for a link that nothing uses.
            if (one is { Type: InterfaceType.Physical } && one.Links.All(link => link.Mode == LinkMode.LinkUp)
                && !config.ChildrenOf(one.Id).Any())
                writer.WriteBoolean("optional", true);
            writer.WriteEndObject();
        }

        private void Write(BondParameters bond)
        {
            writer.WriteStartObject("parameters");
            writer.WriteString("mode", InterfaceNames.NameOf(bond.Mode));
            writer.WriteNumber("mii-monitor-interval", bond.LinkMonitoringInterval);
            if (bond.DownDelay > 0) writer.WriteNumber("down-delay", bond.DownDelay);
            if (bond.UpDelay > 0) writer.WriteNumber("up-delay", bond.UpDelay);
            if (bond.Mode == BondMode.ActiveBackup) writer.WriteNumber("gratuitious-arp", bond.GratuitousArps); // netplan's spelling
            if (bond.Mode == BondMode.LinkAggregation) writer.WriteString("lacp-rate", InterfaceNames.NameOf(bond.LacpRate));
            if (bond.Mode is BondMode.BalanceXor or BondMode.LinkAggregation or BondMode.BalanceTransmitLoad)
                writer.WriteString("transmit-hash-policy", InterfaceNames.NameOf(bond.TransmitHashPolicy));
            writer.WriteEndObject();
        }

        private void Write(BridgeParameters bridge)
        {
            writer.WriteStartObject("parameters");
            writer.WriteBoolean("stp", bridge.SpanningTree);
            writer.WriteNumber("forward-delay", bridge.ForwardDelay);
            writer.WriteEndObject();
            if (bridge.Type != BridgeType.OpenVSwitch) return;
            writer.WriteStartObject("openvswitch");
            writer.WriteEndObject();
        }

        private void WriteAddresses(NodeInterface one)
        {
            (InterfaceLink Link, SubnetView Subnet)[] links =
            [
                .. one.Links.Where(link => link.Mode is LinkMode.Auto or LinkMode.Static)
                    .Where(link => link.Address is not null && view.Subnet(link.Subnet) is not null)
                    .Select(link => (link, view.Subnets[link.Subnet ?? 0])), // it is there, by the line above
            ];
            foreach (var isIPv6 in one.Links.Where(link => link.Mode == LinkMode.Dhcp)
                .Select(link => view.Subnet(link.Subnet)?.IsIPv6 ?? false).Distinct())
                writer.WriteBoolean(isIPv6 ? "dhcp6" : "dhcp4", true);
            WriteStrings("addresses", links.Select(item => $"{item.Link.Address}/{item.Subnet.Cidr.PrefixLength}"));

            // Not routes to ::/0: cloud-init 22.4 makes ::/64 of it for ifupdown.
            foreach (var (link, subnet) in links.Where(item => item.Subnet.Gateway is not null && _gateways.Contains(item.Link)))
                writer.WriteString(subnet.IsIPv6 ? "gateway6" : "gateway4", subnet.Gateway?.ToString());
            Write([.. links.Select(item => item.Subnet.Id).Distinct().SelectMany(id => view.Routes.Where(route => route.Source == id))]);
            WriteNameServers(one, [.. links.Select(item => item.Subnet)]);
        }

        private void Write(IReadOnlyList<RouteView> routes)
        {
            if (routes.Count == 0) return;
            writer.WriteStartArray("routes");
            foreach (var route in routes)
            {
                writer.WriteStartObject();
                writer.WriteString("to", route.Destination.ToString());
                writer.WriteString("via", route.Gateway.ToString());
                if (route.Metric > 0) writer.WriteNumber("metric", route.Metric);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        private void WriteNameServers(NodeInterface one, SubnetView[] subnets)
        {
            string[] own = [.. subnets.SelectMany(subnet => subnet.NameServers).Select(server => server.ToString())
                .Distinct(StringComparer.Ordinal)];
            string[] servers = own.Length > 0 || subnets.Length == 0 ? own : [.. view.NameServers.Select(server => server.ToString())];
            if (servers.Length == 0 || one.Links.Count == 0) return;
            writer.WriteStartObject("nameservers");
            WriteStrings("addresses", servers);
            WriteStrings("search", view.SearchDomains);
            writer.WriteEndObject();
        }

        private void WriteStrings(string name, IEnumerable<string> values)
        {
            string[] all = [.. values];
            if (all.Length == 0) return;
            writer.WriteStartArray(name);
            foreach (var value in all) writer.WriteStringValue(value);
            writer.WriteEndArray();
        }
    }
}
