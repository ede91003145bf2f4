using System.Diagnostics;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Machines;

/// <summary>What a machine is made of, read from its management controller. MAAS has no such operation.</summary>
internal static class ControllerInventory
{
    public static ApiAction Read { get; } = ApiAction.Get(
        "bmc_inventory",
        ApiAccess.Administrator,
        ReadAsync,
        "Read from the machine's management controller what the machine is made of, without booting it. A reading serves for 15 seconds.");

    /// <summary>Why nothing can be read, in HTTP; null where the power type has an inventory.</summary>
    public static string? WhyNot(ApiRequest request, MachinePowerTarget target)
    {
        if (request.Services.Inventory is not { } inventory) return "This server has no power drivers that read inventories.";
        if (inventory.HasInventory(target)) return null;
        var types = inventory.PowerTypes.Count == 0 ? "no power type has one" : $"{string.Join(", ", inventory.PowerTypes)} has one";
        var type = target.Power.IsManual ? "manual" : LogText.From(target.Power.Type, 64);
        return $"Power type '{type}' has no inventory of the management controller; {types}.";
    }

    /// <summary>
    /// A failure of a controller: 502 or 504 for what the controller does, and <paramref name="settings"/> for power parameters at fault.
    /// </summary>
    public static ApiResult Refuse(MachineInventoryResult.Failed failed, Func<string, ApiResult> settings) => failed.Failure switch
    {
        ControllerFailure.Unsupported or ControllerFailure.Settings or ControllerFailure.Credentials => settings(failed.Reason),
        ControllerFailure.TimedOut => ApiResults.Text(failed.Reason, StatusCodes.Status504GatewayTimeout),
        _ => ApiResults.Text(failed.Reason, StatusCodes.Status502BadGateway),
    };

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var target = new MachinePowerTarget(machine.Id, machine.Power, machine.MacAddresses);
        if (WhyNot(request, target) is { } reason) return ApiResults.Conflict(reason);
        return await request.Services.Inventory!.ReadAsync(target, request.Aborted).ConfigureAwait(false) switch // WhyNot has seen it
        {
            MachineInventoryResult.Read read => ApiResults.Json(json => Write(json, machine, read)),
            MachineInventoryResult.Failed failed => Refuse(failed, ApiResults.Conflict),
            _ => throw new UnreachableException(),
        };
    }

    private static void Write(Utf8JsonWriter json, Machine machine, MachineInventoryResult.Read read)
    {
        var inventory = read.Inventory;
        json.WriteStartObject();
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteString("power_type", machine.Power.Type);
        json.WriteString("read_at", JsonWriting.TimeOf(read.At));
        json.WriteString("power_state", PowerStateNames.Of(inventory.PowerState));
        json.WriteString("boot_media", machine.BootMedia?.AbsoluteUri);
        json.WriteString("vendor", inventory.Vendor);
        json.WriteString("product", inventory.Product);
        json.WriteString("serial", inventory.Serial);
        json.WriteString("uuid", inventory.Uuid);
        json.WriteString("firmware_version", inventory.FirmwareVersion);
        json.WriteString("architecture", inventory.Architecture);
        json.WriteNumber("cpu_count", inventory.CpuCount);
        json.WriteNumber("memory", inventory.MemoryMiB);
        WriteList(json, "processors", inventory.Processors, each =>
        {
            json.WriteString("name", each.Name);
            json.WriteString("model", each.Model);
            WriteNumber(json, "cores", each.Cores);
            WriteNumber(json, "threads", each.Threads);
            json.WriteString("instruction_set", each.InstructionSet);
        });
        WriteList(json, "memory_modules", inventory.Memory, each =>
        {
            json.WriteString("name", each.Name);
            json.WriteNumber("memory", each.MebiBytes);
            json.WriteString("type", each.Type);
            json.WriteString("serial", each.Serial);
        });
        WriteList(json, "interfaces", inventory.Interfaces, each =>
        {
            json.WriteString("name", each.Name);
            json.WriteString("mac_address", each.MacAddress?.ToString());
            WriteNumber(json, "link_speed", each.SpeedMbps);
            if (each.HasLink is { } link) json.WriteBoolean("link_connected", link);
            else json.WriteNull("link_connected");
        });
        WriteList(json, "drives", inventory.Drives, each =>
        {
            json.WriteString("name", each.Name);
            json.WriteString("model", each.Model);
            json.WriteString("serial", each.Serial);
            WriteNumber(json, "size", each.Bytes);
            json.WriteString("media", each.Media);
            json.WriteString("protocol", each.Protocol);
        });
        json.WriteTexts("gaps", inventory.Gaps);
        json.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
