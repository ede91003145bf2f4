using System.Diagnostics;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>
/// Makes a machine known by its management controller: the machine need not boot. MAAS has no such operation. The inventory is read first
/// and the machine is stored once, so that a controller that fails midway leaves nothing behind.
/// </summary>
internal static class ControllerEnlistment
{
    /// <summary>Interfaces a machine may have.</summary>
    private const int MostInterfaces = 64;

    public static ApiAction Action { get; } = ApiAction.Post(
        "enlist_bmc",
        ApiAccess.Administrator,
        EnlistAsync,
        "Make a machine known by its management controller, which says what the machine is made of. It is New and is not booted.")
        .With(
            ApiArgument.Text("power_type", "how it is turned on and off: a type that has an inventory, such as redfish.").Required(),
            ApiArgument.Text("power_parameters", "what that needs, a JSON object; or one argument power_parameters_NAME each."),
            ApiArgument.Text("hostname", "its host name; without it, one is made."),
            ApiArgument.Text("domain", "its DNS domain."),
            ApiArgument.Text("description", "free text."),
            ApiArgument.Text("architecture", "amd64, or amd64/generic; without it, what the controller says."),
            ApiArgument.Text("subarchitecture", "the second part, if it is not in the first."),
            ApiArgument.Texts(
                "mac_addresses", "its network interfaces' addresses, the boot interface first; without them, what the controller says."),
            ApiArgument.Text("zone", "its zone."),
            ApiArgument.Text("pool", "its resource pool."))
        with { AlsoTakes = ["power_parameters_*"] };

    private static async Task<ApiResult> EnlistAsync(ApiRequest request)
    {
        var form = request.Reader();
        if (form.Optional("power_type") is null) form.Refuse("power_type", "This field is required.");
        var power = form.Power(PowerSettings.Manual);
        var given = form.MacAddresses("mac_addresses");
        var architecture = form.Architecture();
        var (zone, pool) = (form.Zone(request.Topology), form.Pool(request.Topology));
        if (form.HasErrors) return form.BadRequest();
        var target = new MachinePowerTarget(default, power, given);
        if (ControllerInventory.WhyNot(request, target) is { } reason) return CommandResults.BadField("power_type", reason);

        // WhyNot has seen that there is one.
        var result = await request.Services.Inventory!.ReadAsync(target, request.Aborted).ConfigureAwait(false);
        if (result is MachineInventoryResult.Failed failed)
            return ControllerInventory.Refuse(failed, why => CommandResults.BadField("power_parameters", why));
        var inventory = ((MachineInventoryResult.Read)result).Inventory;
        var addresses = given.Count > 0 ? given : [.. inventory.MacAddresses.Take(MostInterfaces)];
        if (addresses.Count == 0)
            return CommandResults.BadField("mac_addresses", $"The controller names no MAC address: give them.{Missing(inventory)}");
        if ((architecture ?? inventory.Architecture) is not { } known)
            return CommandResults.BadField("architecture", $"The controller does not name one: give it.{Missing(inventory)}");

        var machine = new NewMachine
        {
            Architecture = known,
            MacAddresses = addresses,
            Hostname = form.Optional("hostname"),
            Domain = form.Optional("domain"),
            Description = form.Optional("description") ?? "",
            HardwareUuid = inventory.Uuid,
            CpuCount = inventory.CpuCount,
            MemoryMiB = inventory.MemoryMiB,
            ControllerIdentity = new Identity
            {
                Vendor = inventory.Vendor ?? "",
                Product = inventory.Product ?? "",
                Serial = inventory.Serial ?? "",
                Uuid = inventory.Uuid ?? "",
                FirmwareVersion = inventory.FirmwareVersion ?? "",
            },
            Power = power,
        };
        machine = machine with { ZoneId = zone ?? machine.ZoneId, PoolId = pool ?? machine.PoolId };
        return await request.Core.Machines.CreateAsync(machine, request.User.Name, request.Aborted).ConfigureAwait(false) switch
        {
            CreateResult.Created created => request.Show(created.Machine),
            CreateResult.Refused { AddressHolder: { } holder } refused =>
                ApiResults.Conflict($"{refused.Reason.TrimEnd('.')}: it belongs to machine {holder.Id} ({holder.Hostname})."),
            CreateResult.Refused { IsAddressTaken: true } refused => ApiResults.Conflict(refused.Reason),
            CreateResult.Refused refused => CommandResults.BadField(refused.Field, refused.Reason),
            CreateResult.Full full => ApiResults.Busy(full.Reason, MachinesResource.FullWait),
            _ => throw new UnreachableException(),
        };
    }

    private static string Missing(MachineInventory inventory) =>
        inventory.Gaps.Count == 0 ? "" : $" It could not show: {LogText.From(string.Join(" ", inventory.Gaps))}";
}
