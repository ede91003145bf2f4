using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>A controller as API 2.0 shows it: each is a region controller and a rack controller in one.</summary>
internal static class ControllerJson
{
    private static readonly string[] ResultIds =
        ["current_commissioning_result_id", "current_testing_result_id", "current_installation_result_id"];

    /// <summary>Writes a controller as rack controller.</summary>
    public static void WriteRack(Utf8JsonWriter json, Controller controller, ApiRequest request) =>
        Write(json, controller, request, "rackcontrollers");

    /// <summary>Writes a controller as region controller.</summary>
    public static void WriteRegion(Utf8JsonWriter json, Controller controller, ApiRequest request) =>
        Write(json, controller, request, "regioncontrollers");

    private static void Write(Utf8JsonWriter json, Controller controller, ApiRequest request, string kind)
    {
        var view = request.View;
        json.WriteStartObject();
        json.WriteString("system_id", controller.SystemId.ToString());
        json.WriteString("hostname", controller.Hostname);
        json.WriteString("fqdn", controller.Fqdn);
        json.WriteString("description", controller.Description);
        json.WriteNumber("node_type", (int)NodeType.RegionAndRackController);
        json.WriteString("node_type_name", "Region and rack controller");
        json.WriteString("version", controller.ServerVersion);
        WriteSystem(json, controller);
        json.WriteTexts("tag_names", controller.Tags);
        DomainResource.Write(json, "domain", controller.Domain, view);
        ZoneResource.Write(json, "zone", controller.ZoneId, view);
        json.WriteTexts("ip_addresses", controller.IpAddresses);
        new NetworkJson(controller.SystemId, ControllerNetworks.Of(controller, view.Topology), [], view).WriteInterfaces(json);
        json.WriteStartArray("vlan_ids");
        foreach (var vlan in view.Topology.Vlans)
            if (vlan.PrimaryRack == controller.SystemId || vlan.SecondaryRack == controller.SystemId) json.WriteNumberValue(vlan.Id);
        json.WriteEndArray();
        WriteServices(json, controller, request);
        json.WriteString("resource_uri", view.Api(kind, controller.SystemId.ToString()));
        json.WriteEndObject();
    }

    private static void WriteSystem(Utf8JsonWriter json, Controller controller)
    {
        json.WriteString("architecture", controller.Architecture);
        json.WriteNumber("cpu_count", controller.CpuCount);
        json.WriteNumber("memory", controller.MemoryMiB);
        json.WriteNull("swap_size");
        json.WriteString("osystem", "");
        json.WriteString("distro_series", "");
        json.WriteString("power_type", "");
        json.WriteString("power_state", "unknown");
        json.WriteString("status_action", "");
        foreach (var name in ResultIds) json.WriteNull(name);
    }

    // This process answers, so it runs. Of another one it is only known when it was started.
    private static void WriteServices(Utf8JsonWriter json, Controller controller, ApiRequest request)
    {
        var isSelf = controller.SystemId == request.Core.Controllers.Self.SystemId;
        json.WriteStartArray("service_set");
        foreach (var name in (ReadOnlySpan<string>)["regiond", "rackd"])
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("status", isSelf ? "running" : "unknown");
            json.WriteString("status_info", "");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
