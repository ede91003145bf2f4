using System.Globalization;
using Maas.Api.Answers;
using Maas.Api.Routing;

namespace Maas.Api.Machines;

/// <summary>What hangs below <c>nodes/</c>: the same machines, and the interfaces and disks that their <c>resource_uri</c>s name.</summary>
internal static class NodeResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/", "NodesHandler", "All nodes; here, all machines.", ApiAction.Read(Access.User, ListAsync, "List nodes.")),
        new("api/2.0/nodes/{system_id}/", "NodeHandler", "A node.", ApiAction.Read(Access.User, ReadAsync, "Read a node.")),
        new("api/2.0/nodes/{system_id}/interfaces/", "InterfacesHandler", "A machine's network interfaces.", ApiAction.Read(Access.User, InterfacesAsync, "List interfaces.")),
        new("api/2.0/nodes/{system_id}/interfaces/{id}/", "InterfaceHandler", "A network interface.", ApiAction.Read(Access.User, InterfaceAsync, "Read an interface.")),
        new("api/2.0/nodes/{system_id}/blockdevices/", "BlockDevicesHandler", "A machine's disks.", ApiAction.Read(Access.User, BlockDevicesAsync, "List disks.")),
        new("api/2.0/nodes/{system_id}/blockdevices/{id}/", "BlockDeviceHandler", "A disk.", ApiAction.Read(Access.User, BlockDeviceAsync, "Read a disk.")),
    ];

    private static async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        var (machines, refusal) = await MachinesResource.FindAsync(request).ConfigureAwait(false);
        return refusal ?? Answer.List(machines, (json, machine) => MachineShape.Write(json, machine, request.Links));
    }

    private static async Task<ApiAnswer> ReadAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine ? request.Show(machine) : Answer.NotFound("Node");

    private static async Task<ApiAnswer> InterfacesAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? Answer.List(InterfaceShape.Of(machine), (json, each) => each.Write(json, request.Links))
            : Answer.NotFound("Node");

    private static async Task<ApiAnswer> InterfaceAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return Answer.NotFound("Node");
        var found = InterfaceShape.Of(machine).FirstOrDefault(each => each.Id.ToString(CultureInfo.InvariantCulture) == request.Route["id"]);
        return found is null ? Answer.NotFound("Interface") : Answer.Json(json => found.Write(json, request.Links));
    }

    private static async Task<ApiAnswer> BlockDevicesAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? Answer.List(BlockDeviceShape.Of(machine), (json, each) => each.Write(json, request.Links))
            : Answer.NotFound("Node");

    private static async Task<ApiAnswer> BlockDeviceAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return Answer.NotFound("Node");
        var found = BlockDeviceShape.Of(machine).FirstOrDefault(each => each.Id.ToString(CultureInfo.InvariantCulture) == request.Route["id"]);
        return found is null ? Answer.NotFound("BlockDevice") : Answer.Json(json => found.Write(json, request.Links));
    }
}
