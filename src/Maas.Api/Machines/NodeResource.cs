using System.Globalization;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>What hangs below <c>nodes/</c>: the same machines, and the interfaces and disks that their <c>resource_uri</c>s name.</summary>
internal static class NodeResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/", "NodesHandler", "All nodes; here, all machines.",
            ApiAction.Read(ApiAccess.User, ListAsync, $"List nodes.\n\n{MachineQuery.Arguments}") with
        {
            AlsoTakes = MachineQuery.MoreArguments,
            Unsupported = Allocation.NotJudged,
        }),
        new("api/2.0/nodes/{system_id}/", "NodeHandler", "A node.", ApiAction.Read(ApiAccess.User, ReadAsync, "Read a node.")),
        new(
            "api/2.0/nodes/{system_id}/interfaces/",
            "InterfacesHandler",
            "A machine's network interfaces.",
            ApiAction.Read(ApiAccess.User, InterfacesAsync, "List interfaces.")),
        new("api/2.0/nodes/{system_id}/interfaces/{id}/", "InterfaceHandler", "A network interface, by id or by name.",
            ApiAction.Read(ApiAccess.User, InterfaceAsync, "Read an interface.")),
        new(
            "api/2.0/nodes/{system_id}/blockdevices/",
            "BlockDevicesHandler",
            "A machine's disks.",
            ApiAction.Read(ApiAccess.User, BlockDevicesAsync, "List disks.")),
        new("api/2.0/nodes/{system_id}/blockdevices/{id}/", "BlockDeviceHandler", "A disk, by id or by name.",
        [
            ApiAction.Read(ApiAccess.User, BlockDeviceAsync, "Read a disk."),
            ApiAction.Post("set_boot_disk", ApiAccess.Administrator, SetBootDiskAsync,
                "Install systems to this disk. Without it, the first disk of at least 512 MiB is taken."),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var (machines, refusal) = await MachinesResource.FindAsync(request).ConfigureAwait(false);
        return refusal ?? request.ShowAll(machines);
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine ? request.Show(machine) : ApiResults.NotFound("Node");

    private static async Task<ApiResult> InterfacesAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? ApiResults.List(InterfaceJson.Of(machine), (json, each) => each.Write(json, request.Links))
            : ApiResults.NotFound("Node");

    private static async Task<ApiResult> InterfaceAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        var found = InterfaceJson.Of(machine).FirstOrDefault(each => IsNamed(request, each.Id, each.Name));
        return found is null ? ApiResults.NotFound("Interface") : ApiResults.Json(json => found.Write(json, request.Links));
    }

    private static async Task<ApiResult> BlockDevicesAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? ApiResults.List(BlockDeviceJson.Of(machine), (json, each) => each.Write(json, request.Links))
            : ApiResults.NotFound("Node");

    private static async Task<ApiResult> BlockDeviceAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        return FindDisk(request, machine) is { } found ? ApiResults.Json(json => found.Write(json, request.Links))
            : ApiResults.NotFound("BlockDevice");
    }

    private static async Task<ApiResult> SetBootDiskAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        if (FindDisk(request, machine) is not { Disk: var disk }) return ApiResults.NotFound("BlockDevice");
        if (machine.Status is not MachineStatus.Ready)
            return ApiResults.Conflict("Cannot set as boot disk because the machine is not Ready.");
        var result = await request.Core.Machines.EditAsync(machine.Id, request.Actor, each =>
            each with { BootDisk = each.NameOfDisk(disk) }, request.Aborted).ConfigureAwait(false);
        return result is EditResult.Done ? ApiResults.Ok : CommandResults.Of(result, request);
    }

    private static BlockDeviceJson? FindDisk(ApiRequest request, Machine machine) =>
        BlockDeviceJson.Of(machine).FirstOrDefault(each => IsNamed(request, each.Id, each.Disk.Name));

    /// <summary>An id is a number, and a name that is a number loses to it.</summary>
    private static bool IsNamed(ApiRequest request, long id, string name) =>
        long.TryParse(request.Route["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number == id
            : request.Route["id"] == name;
}
