using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>A device as API 2.0 shows it.</summary>
internal static class DeviceJson
{
    /// <summary>Writes a device.</summary>
    public static void Write(Utf8JsonWriter json, Device device, ApiView view)
    {
        var network = new NetworkJson(device.SystemId, device.Network, [], view);
        json.WriteStartObject();
        json.WriteString("system_id", device.SystemId.ToString());
        json.WriteString("hostname", device.Hostname);
        json.WriteString("fqdn", device.Fqdn);
        json.WriteString("description", device.Description);
        json.WriteNumber("node_type", (int)NodeType.Device);
        json.WriteString("node_type_name", "Device");
        json.WriteString("owner", device.Owner);
        json.WriteTexts("owner_data", device.OwnerData);
        json.WriteTexts("workload_annotations", device.OwnerData);
        json.WriteString("parent", device.Parent?.ToString());
        json.WriteTexts("tag_names", device.Tags);
        DomainResource.Write(json, "domain", device.Domain, view);
        json.WriteNull("address_ttl");
        json.WriteTexts("ip_addresses", network.Addresses);
        network.WriteInterfaces(json);
        ZoneResource.Write(json, "zone", device.ZoneId, view);
        json.WriteString("resource_uri", view.Api("devices", device.SystemId.ToString()));
        json.WriteEndObject();
    }
}
