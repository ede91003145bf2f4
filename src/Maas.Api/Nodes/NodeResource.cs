using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Nodes;

/// <summary>The nodes of all types.</summary>
internal static class NodeResource
{
    /// <summary>The filters by which nodes that are no machines are found too. Every other one is about what only machines have.</summary>
    private static readonly HashSet<string> OfAllTypes =
        [.. NodeFilter.Arguments.Select(argument => argument.Name), .. NodeFilter.MoreArguments];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/", "NodesHandler", "All nodes: devices, machines and controllers.",
        [
            ApiAction.Read(ApiAccess.User, ListAsync, "List nodes: devices, then machines, then controllers.")
                .With([.. MachineQuery.Arguments, ApiArgument.Texts("parent", "the nodes that devices belong to.")]) with
            {
                AlsoTakes = [.. MachineQuery.MoreArguments, "not_parent"],
                Unsupported = Allocation.Unsupported,
            },
            .. NodeOperations.OfList(),
        ]),
        new("api/2.0/nodes/{system_id}/", "NodeHandler", "A node of any type.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, "Read a node."),
            ApiAction.Delete(ApiAccess.User, DeleteAsync, "Forget a node: a device by its owner, another one by an administrator."),
            ApiAction.Get("details", ApiAccess.User, DetailsAsync, "Read the inventory as BSON: lshw and lldp, XML each."),
            ApiAction.Get("power_parameters", ApiAccess.Administrator, PowerParametersAsync,
                "Read how the node is turned on and off, with its passwords."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var filter = await request.NodeFilterAsync(form).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        var asksForMachines = request.Query.Fields.Any(field => field.Key is not ("" or "op")
            && !field.Key.StartsWith("not_", StringComparison.Ordinal) && !OfAllTypes.Contains(field.Key));
        var hasParent = request.Query.Fields.Any(field => field.Key == "parent");
        var (machines, refusal) = hasParent ? ([], null) : await MachinesResource.FindAsync(request).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        var devices = asksForMachines ? [] : await DevicesResource.SelectAsync(request, filter).ConfigureAwait(false);
        var controllers = asksForMachines ? [] : await ControllersResource.SelectAsync(request, filter).ConfigureAwait(false);
        return await request.ShowNodesAsync(machines, devices, controllers).ConfigureAwait(false);
    }

    private static Task<ApiResult> ReadAsync(ApiRequest request) => ForAsync(
        request, machine => Task.FromResult(request.Show(machine)),
        device => ApiResults.Json(json => DeviceJson.Write(json, device, request.View)),
        controller => ApiResults.Json(json => ControllerJson.WriteRack(json, controller, request)));

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await request.FindDeviceAsync().ConfigureAwait(false) is not null)
            return await DeviceResource.DeleteAsync(request).ConfigureAwait(false);
        if (await request.FindMachineAsync().ConfigureAwait(false) is null
            && await request.FindControllerAsync().ConfigureAwait(false) is null) return ApiResults.NotFound("Node");
        if (!request.User.IsAdministrator) return ApiResults.Forbidden("Forbidden: this takes an administrator.");
        return await request.FindMachineAsync().ConfigureAwait(false) is null
            ? await ControllerResource.DeleteAsync(request).ConfigureAwait(false)
            : await MachineResource.DeleteAsync(request).ConfigureAwait(false);
    }

    private static Task<ApiResult> DetailsAsync(ApiRequest request) => ForAsync(
        request, _ => MachineResource.DetailsAsync(request), _ => NodeOperations.NoDetails, _ => NodeOperations.NoDetails);

    private static Task<ApiResult> PowerParametersAsync(ApiRequest request) => ForAsync(
        request, _ => MachineResource.PowerParametersAsync(request), _ => NodeOperations.NoPowerParameters,
        _ => NodeOperations.NoPowerParameters);

    private static async Task<ApiResult> ForAsync(
        ApiRequest request, Func<Machine, Task<ApiResult>> ofMachine, Func<Device, ApiResult> ofDevice,
        Func<Controller, ApiResult> ofController)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is { } machine) return await ofMachine(machine).ConfigureAwait(false);
        if (await request.FindDeviceAsync().ConfigureAwait(false) is { } device) return ofDevice(device);
        return await request.FindControllerAsync().ConfigureAwait(false) is { } controller
            ? ofController(controller) : ApiResults.NotFound("Node");
    }
}
