using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Legacy;

/// <summary>
/// A machine as API 1.0 shows it: the members of 2012, and those of 1.9 that Juju 1.x reads. The statuses of 2012 had one word for
/// everything an owner's machine can be: <c>status</c> 6; what it is in truth is <c>substatus</c>.
/// </summary>
internal static class NodeJson
{
    private const int Allocated = 6;

    /// <summary>The members of 2012: all that a caller without credentials receives.</summary>
    public static void WriteOriginal(Utf8JsonWriter json, Machine machine, ApiView view)
    {
        json.WriteStartObject();
        WriteMembersOf2012(json, machine, view);
        json.WriteEndObject();
    }

    public static void Write(
        Utf8JsonWriter json, Machine machine, NodeConfig config, ApiView view, AllocationResult.Allocated? allocated = null)
    {
        var network = new NetworkJson(machine.Id, config.Network, machine.IpAddresses, view);
        json.WriteStartObject();
        WriteMembersOf2012(json, machine, view);
        json.WriteNumber("substatus", (int)machine.Status);
        json.WriteString("substatus_name", machine.Status.DisplayName);
        json.WriteString("substatus_message", machine.StatusMessage);
        json.WriteString("substatus_action", "");
        json.WriteString("owner", machine.Owner);
        json.WriteString("boot_type", "fastpath");
        json.WriteString("min_hwe_kernel", machine.MinHweKernel);
        if (machine.SwapSize is { } swap) json.WriteNumber("swap_size", swap);
        else json.WriteNull("swap_size");
        json.WriteString("power_type", machine.Power.Type);
        json.WriteString("power_state", PowerStateNames.Of(machine.PowerState));
        json.WriteBoolean("netboot", machine.Netboot);
        json.WriteNumber("cpu_count", machine.CpuCount);
        json.WriteNumber("memory", machine.MemoryMiB);
        json.WriteString("osystem", machine.Deployment?.OsSystem ?? "");
        json.WriteString("distro_series", machine.Deployment?.DistroSeries ?? "");
        json.WriteString("hwe_kernel", machine.Deployment?.HweKernel ?? "");
        json.WriteBoolean("disable_ipv4", false);
        json.WriteTexts("tag_names", machine.Tags);
        json.WriteTexts("ip_addresses", network.Addresses);
        json.WriteTexts("routers", []);
        ZoneResource.Write(json, "zone", machine.ZoneId, view);

        network.WriteInterfaces(json);
        json.WritePropertyName("pxe_mac");
        if (machine.MacAddresses is [var first, ..]) WriteMac(json, machine.Id, first, view);
        else json.WriteNullValue();
        new StorageJson(machine.Id, config.Storage, view).WriteDevices(json, machine);
        ConstraintsJson.Write(json, allocated ?? new AllocationResult.Allocated(machine), isVerbose: false);
        json.WriteEndObject();
    }

    public static void WriteMac(Utf8JsonWriter json, SystemId machine, MacAddress address, ApiView view)
    {
        json.WriteStartObject();
        json.WriteString("mac_address", address.ToString());
        json.WriteString("resource_uri", view.LegacyRoutes("nodes", machine.ToString(), "macs", address.ToString()));
        json.WriteEndObject();
    }

    /// <summary>The status of 2012 that a status of today was, or would have been.</summary>
    public static int StatusOf(MachineStatus status) => status switch
    {
        MachineStatus.Deployed or MachineStatus.Deploying or MachineStatus.Allocated or MachineStatus.FailedDeployment
            or MachineStatus.Releasing
            or MachineStatus.FailedReleasing or MachineStatus.DiskErasing or MachineStatus.FailedDiskErasing => Allocated,
        MachineStatus.Testing => (int)MachineStatus.Commissioning,
        MachineStatus.FailedTesting => (int)MachineStatus.FailedCommissioning,
        _ => (int)status,
    };

    /// <summary>The words of 2012 for a machine's status, as they stand in error messages.</summary>
    public static string NameOf(Machine machine) => StatusOf(machine.Status) switch
    {
        0 => "Declared",
        2 => "Failed tests",
        Allocated => $"Allocated to {machine.Owner}",
        _ => machine.Status.DisplayName,
    };

    private static void WriteMembersOf2012(Utf8JsonWriter json, Machine machine, ApiView view)
    {
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteString("hostname", machine.Fqdn);
        json.WriteString("architecture", machine.Architecture);
        json.WriteNumber("status", StatusOf(machine.Status));
        json.WriteString("resource_uri", view.LegacyRoutes("nodes", machine.Id.ToString()));
        json.WriteStartArray("macaddress_set");
        foreach (var address in machine.MacAddresses) WriteMac(json, machine.Id, address, view);
        json.WriteEndArray();
    }
}
