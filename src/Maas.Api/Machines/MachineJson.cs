using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Inventory;
using Maas.Core.Scripts;
using Maas.Core.Storage;

namespace Maas.Api.Machines;

/// <summary>
/// A machine as API 2.0 shows it. Go clients check the types strictly: a list is never null, a text never either, and
/// <c>owner_data</c> holds texts only.
/// </summary>
internal static class MachineJson
{
    /// <summary>The members about tests, and the tag of the tests that each is about; empty where this server has none.</summary>
    private static readonly (string Member, string Tag)[] TestKinds =
    [
        ("cpu_test_status", ""), ("memory_test_status", "memory"), ("network_test_status", "network"), ("interface_test_status", "network"),
        ("storage_test_status", "storage"), ("other_test_status", ""),
    ];

    /// <summary>Everything a user may see, and more members that <paramref name="extra"/> writes.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="config">Its interfaces and storage.</param>
    /// <param name="scripts">The results of its last commissioning and its last tests.</param>
    /// <param name="view">Writes addresses.</param>
    /// <param name="extra">Writes more members; null for none.</param>
    public static void Write(
        Utf8JsonWriter json, Machine machine, NodeConfig config, IEnumerable<ScriptResult> scripts, ApiView view,
        Action<Utf8JsonWriter>? extra)
    {
        json.WriteStartObject();
        WriteIdentity(json, machine);
        json.WriteString("resource_uri", view.Api("machines", machine.Id.ToString()));
        json.WriteString("description", machine.Description);
        WriteOwnership(json, machine);
        WriteSystem(json, machine);
        WriteHardware(json, machine);
        WriteNetwork(json, machine, config.Network, view);
        WriteStorage(json, machine, config.Storage, view);
        WriteScripts(json, [.. scripts]);
        ZoneResource.Write(json, "zone", machine.ZoneId, view);
        PoolResource.Write(json, "pool", machine.PoolId, view);
        extra?.Invoke(json);
        json.WriteEndObject();
    }

    /// <summary>What a caller without credentials receives about the machine that it enlisted.</summary>
    public static void WriteLimited(Utf8JsonWriter json, Machine machine, ApiView view)
    {
        json.WriteStartObject();
        WriteIdentity(json, machine);
        DomainResource.Write(json, "domain", machine.Domain, view);
        ZoneResource.Write(json, "zone", machine.ZoneId, view);
        json.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter json, Machine machine)
    {
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteString("hostname", machine.Hostname);
        json.WriteString("fqdn", machine.Fqdn);
        json.WriteString("architecture", machine.Architecture);
        json.WriteNumber("node_type", 0);
        json.WriteString("node_type_name", "Machine");
        json.WriteNumber("status", (int)machine.Status);
        json.WriteString("status_name", machine.Status.DisplayName);
        json.WriteString("status_message", machine.StatusMessage);
        json.WriteString("status_action", "");
        json.WriteString("power_type", machine.Power.Type);
        json.WriteString("power_state", PowerStateNames.Of(machine.PowerState));
    }

    private static void WriteOwnership(Utf8JsonWriter json, Machine machine)
    {
        json.WriteString("owner", machine.Owner);
        json.WriteString("agent_name", machine.AgentName);
        json.WriteBoolean("locked", machine.Locked);
        json.WriteTexts("owner_data", machine.OwnerData);
        json.WriteTexts("workload_annotations", machine.OwnerData);
        json.WriteTexts("tag_names", machine.Tags);
        json.WriteNull("parent");
        json.WriteNull("pod");
        json.WriteNull("virtualmachine_id");
    }

    private static void WriteSystem(Utf8JsonWriter json, Machine machine)
    {
        json.WriteString("osystem", machine.Deployment?.OsSystem ?? "");
        json.WriteString("distro_series", machine.Deployment?.DistroSeries ?? "");
        json.WriteString("hwe_kernel", machine.Deployment?.HweKernel ?? "");
        json.WriteString("min_hwe_kernel", machine.MinHweKernel);
        json.WriteBoolean("netboot", machine.Netboot);
        json.WriteBoolean("ephemeral_deploy", machine.Deployment is { Ephemeral: true });
        WriteSync(json, machine.Deployment?.HardwareSync);
        json.WriteString("error_description", machine.Status == MachineStatus.Broken ? machine.StatusMessage : "");
    }

    /// <summary>Times, and not whether the machine is late: the answer is cached until the machine changes.</summary>
    private static void WriteSync(Utf8JsonWriter json, HardwareSync? sync)
    {
        json.WriteBoolean("enable_hw_sync", sync is not null);
        if (sync is null) json.WriteNull("sync_interval");
        else json.WriteNumber("sync_interval", (long)sync.Interval.TotalSeconds);
        Time("last_sync", sync?.LastSync);
        Time("next_sync", sync?.NextSync);

        void Time(string name, DateTimeOffset? time)
        {
            if (time is { } at) json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture));
            else json.WriteNull(name);
        }
    }

    private static void WriteHardware(Utf8JsonWriter json, Machine machine)
    {
        json.WriteString("hardware_uuid", machine.HardwareUuid);
        json.WriteNumber("cpu_count", machine.CpuCount);
        json.WriteNumber("cpu_speed", machine.Hardware?.Cpu.MaxMhz ?? 0);
        json.WriteNumber("memory", machine.MemoryMiB);
        if (machine.SwapSize is { } swap) json.WriteNumber("swap_size", swap);
        else json.WriteNull("swap_size");
        json.WriteString(
            "bios_boot_method", machine.Hardware?.Firmware switch { FirmwareKind.Uefi => "uefi", FirmwareKind.Bios => "pxe", _ => null });

        json.WriteStartObject("hardware_info");
        foreach (var (name, value) in Described(machine)) json.WriteString(name, value.Length == 0 ? "Unknown" : value);
        json.WriteEndObject();

        json.WriteStartArray("numanode_set");
        foreach (var node in machine.Hardware?.NumaNodes ?? [])
        {
            json.WriteStartObject();
            json.WriteNumber("index", node.Index);
            json.WriteNumber("memory", node.MemoryMiB);
            json.WriteStartArray("cores");
            foreach (var cpu in CpuList.Parse(node.Cpus)) json.WriteNumberValue(cpu);
            json.WriteEndArray();
            json.WriteEmptyLists("hugepages_set");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<(string Name, string Value)> Described(Machine machine)
    {
        var identity = machine.Hardware?.Identity ?? machine.ControllerIdentity ?? new Identity();
        yield return ("system_vendor", identity.Vendor);
        yield return ("system_product", identity.Product);
        yield return ("system_version", identity.Version);
        yield return ("system_serial", identity.Serial);
        yield return ("mainboard_vendor", identity.BoardVendor);
        yield return ("mainboard_product", identity.BoardName);
        yield return ("mainboard_firmware_vendor", identity.FirmwareVendor);
        yield return ("mainboard_firmware_version", identity.FirmwareVersion);
        yield return ("mainboard_firmware_date", identity.FirmwareDate);
        yield return ("cpu_model", machine.Hardware?.Cpu.Model ?? "");
    }

    /// <summary>What scripts came to. The numbers are MAAS's; -1 is for no script of the kind.</summary>
    private static void WriteScripts(Utf8JsonWriter json, IReadOnlyList<ScriptResult> scripts)
    {
        List<ScriptResult> commissioning = [.. scripts.Where(result => result.Kind == ScriptKind.Commissioning)];
        List<ScriptResult> testing = [.. scripts.Where(result => result.Kind == ScriptKind.Testing)];
        WriteId("current_commissioning_result_id", commissioning);
        WriteId("current_testing_result_id", testing);
        json.WriteNull("current_installation_result_id");
        WriteStatus("commissioning_status", commissioning);
        WriteStatus("testing_status", testing);
        foreach (var (member, tag) in TestKinds)
            WriteStatus(member, [.. testing.Where(result => tag.Length > 0 && result.Script.Tags.Contains(tag))]);

        void WriteId(string name, List<ScriptResult> results)
        {
            if (results.Count == 0) json.WriteNull(name);
            else json.WriteNumber(name, results.Min(result => result.Id));
        }

        void WriteStatus(string name, List<ScriptResult> results)
        {
            json.WriteNumber(name, results.Count == 0 ? -1 : (int)ScriptResultJson.Overall(results));
            json.WriteString(name + "_name", results.Count == 0 ? "Unknown"
                : ScriptResultJson.StatusName(ScriptResultJson.Overall(results)));
        }
    }

    private static void WriteNetwork(Utf8JsonWriter json, Machine machine, NetworkConfig network, ApiView view)
    {
        var shape = new NetworkJson(machine.Id, network, machine.IpAddresses, view);
        DomainResource.Write(json, "domain", machine.Domain, view);
        json.WriteTexts("ip_addresses", shape.Addresses);
        json.WriteNull("address_ttl");
        json.WriteBoolean("disable_ipv4", false);
        shape.WriteMembers(json);
    }

    private static void WriteStorage(Utf8JsonWriter json, Machine machine, StorageConfig storage, ApiView view)
    {
        var shape = new StorageJson(machine.Id, storage, view);
        shape.WriteDevices(json, machine);
        StorageJson.WriteList(json, "volume_groups", Groups(FileSystemGroupType.VolumeGroup), shape.WriteVolumeGroup);
        StorageJson.WriteList(json, "bcaches", Groups(FileSystemGroupType.Bcache), shape.WriteBcache);
        StorageJson.WriteList(
            json, "raids",
            storage.Groups.Where(group => group.Type is not (FileSystemGroupType.VolumeGroup or FileSystemGroupType.Bcache)),
            shape.WriteRaid);
        StorageJson.WriteList(json, "cache_sets", storage.CacheSets, shape.Write);
        shape.WriteSpecialFileSystems(json);

        IEnumerable<FileSystemGroup> Groups(FileSystemGroupType type) => storage.Groups.Where(group => group.Type == type);
    }
}
