using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Inventory;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Nodes;

/// <summary>The PCI and USB devices of a node, as its inventory lists them. Only machines have an inventory.</summary>
internal static class NodeDeviceResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/devices/", "NodeDevicesHandler", "A node's PCI and USB devices.",
            ApiAction.Read(ApiAccess.User, ListAsync, "List devices that the inventory found.").With(
                ApiArgument.Text("bus", "PCIE or USB."),
                ApiArgument.Text("hardware_type", "node, cpu, memory, storage, network or gpu."),
                ApiArgument.Text("vendor_id", "vendor id, four hexadecimal digits."),
                ApiArgument.Text("product_id", "product id, four hexadecimal digits."),
                ApiArgument.Text("vendor_name", "name of the vendor."),
                ApiArgument.Text("product_name", "name of the product."),
                ApiArgument.Text("commissioning_driver", "the kernel's driver at commissioning."))),
        new("api/2.0/nodes/{system_id}/devices/{id}/", "NodeDeviceHandler",
            "A PCI or USB device of a node, by number, by PCI address, or by bus and device number (1:2).",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a device."),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Forget a device. It is listed again when an inventory finds it."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var bus = BusOf(form);
        var type = form.Optional("hardware_type") is { } part ? HardwareTypes.Parse(part, form) : (ScriptHardwareType?)null;
        Func<HardwareDevice, string>[] texts =
            [each => each.Vendor, each => each.Product, each => each.VendorName, each => each.ProductName, each => each.Driver];
        string?[] wanted =
        [
            form.Optional("vendor_id"), form.Optional("product_id"), form.Optional("vendor_name"), form.Optional("product_name"),
            form.Optional("commissioning_driver"),
        ];
        if (form.HasErrors) return form.BadRequest();
        return await WithAsync(request, machine =>
        {
            var devices = DevicesOf(machine).Where(device =>
                (bus is null || device.Bus == bus) && (type is null || (int)device.Type == (int)type)
                && texts.Zip(wanted).All(each =>
                    each.Second is null || each.Second.Equals(each.First(device), StringComparison.OrdinalIgnoreCase)));
            return ShowAsync(request, machine, parts => ApiResults.List(devices, (json, device) => Write(json, device, parts)));
        }).ConfigureAwait(false);
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => WithDeviceAsync(
        request,
        (machine, device) => ShowAsync(request, machine, parts => ApiResults.Json(json => Write(json, device, parts))));

    private static Task<ApiResult> DeleteAsync(ApiRequest request) => WithDeviceAsync(request, async (machine, device) =>
        await request.Core.Machines.DeleteHardwareDeviceAsync(machine.Id, request.Actor, device.Id, request.Aborted)
            .ConfigureAwait(false) switch
        {
            EditResult.Done => ApiResults.NoContent,
            var other => CommandResults.Of(other, request),
        });

    private static HardwareBus? BusOf(FormReader form)
    {
        switch (form.Optional("bus")?.ToUpperInvariant())
        {
            case null: return null;
            case "PCIE" or "PCI" or "1": return HardwareBus.Pci;
            case "USB" or "2": return HardwareBus.Usb;
            default:
                form.Refuse("bus", "Bus must be PCIE or USB.");
                return null;
        }
    }

    private static IReadOnlyList<HardwareDevice> DevicesOf(Machine? machine) =>
        machine?.Hardware is { } hardware ? HardwareDevice.ListOf(hardware) : [];

    /// <summary>The machine in the path; null for a node of another type, which has no inventory.</summary>
    private static async Task<ApiResult> WithAsync(ApiRequest request, Func<Machine?, Task<ApiResult>> then)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is { } machine) return await then(machine).ConfigureAwait(false);
        return await request.FindDeviceAsync().ConfigureAwait(false) is null
            && await request.FindControllerAsync().ConfigureAwait(false) is null
            ? ApiResults.NotFound("Node")
            : await then(null).ConfigureAwait(false);
    }

    private static Task<ApiResult> WithDeviceAsync(ApiRequest request, Func<Machine, HardwareDevice, Task<ApiResult>> then) =>
        WithAsync(request, async machine =>
        {
            if (SelectorOf(request.Route["id"]) is not { } isMeant) return ApiResults.BadRequest("Invalid id format!");
            return machine is not null && DevicesOf(machine).FirstOrDefault(isMeant) is { } device
                ? await then(machine, device).ConfigureAwait(false)
                : ApiResults.NotFound("NodeDevice");
        });

    private static Func<HardwareDevice, bool>? SelectorOf(string text)
    {
        switch (text.Split(':'))
        {
            case [var number]:
                return Parse(number) is { } id ? device => device.Id == id : null;
            case [var first, var second]:
                return Parse(first) is { } bus && Parse(second) is { } place
                    ? device => device.BusNumber == bus && device.DeviceNumber == place : null;
            default:
                return device => device.Bus == HardwareBus.Pci && device.Address == text;
        }

        static int? Parse(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static async Task<ApiResult> ShowAsync(ApiRequest request, Machine? machine, Func<Parts?, ApiResult> show) => show(
        machine is null ? null : new Parts(
            machine, await request.Core.NodeConfigs.GetAsync(machine, request.Aborted).ConfigureAwait(false), request.View));

    private static void Write(Utf8JsonWriter json, HardwareDevice device, Parts? parts)
    {
        if (parts is not { Machine: { Hardware: { } hardware } machine, Config: var config, View: var view })
            throw new UnreachableException("Only a machine with an inventory has devices.");
        var disk = HardwareDeviceView.BlockDeviceOf(hardware, config.Storage, device);
        var adapter = HardwareDeviceView.InterfaceOf(hardware, config.Network, device);
        json.WriteStartObject();
        json.WriteNumber("id", device.Id);
        json.WriteNumber("bus", (int)device.Bus);
        json.WriteString("bus_name", device.Bus == HardwareBus.Pci ? "PCIE" : "USB");
        json.WriteNumber("hardware_type", (int)device.Type);
        json.WriteString("hardware_type_name", HardwareTypes.NameOf((ScriptHardwareType)(int)device.Type));
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteNumber("numa_node", disk?.NumaNode ?? adapter?.NumaNode ?? 0);
        json.WritePropertyName("physical_blockdevice");
        if (disk is null) json.WriteNullValue();
        else new StorageJson(machine.Id, config.Storage, view).Write(json, disk);
        json.WritePropertyName("physical_interface");
        if (adapter is null) json.WriteNullValue();
        else new NetworkJson(machine.Id, config.Network, machine.IpAddresses, view).Write(json, adapter);
        json.WriteString("vendor_id", device.Vendor);
        json.WriteString("product_id", device.Product);
        json.WriteString("vendor_name", device.VendorName);
        json.WriteString("product_name", device.ProductName);
        json.WriteString("commissioning_driver", device.Driver);
        json.WriteNumber("bus_number", device.BusNumber);
        json.WriteNumber("device_number", device.DeviceNumber);
        json.WriteString("pci_address", device.Bus == HardwareBus.Pci ? device.Address : null);
        json.WriteString(
            "resource_uri", view.Api("nodes", machine.Id.ToString(), "devices", device.Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }

    /// <summary>What a device is shown with.</summary>
    private sealed record Parts(Machine Machine, NodeConfig Config, ApiView View);
}
