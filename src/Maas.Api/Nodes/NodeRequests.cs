using System.Diagnostics;
using Maas.Api.Machines;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Nodes;

/// <summary>Finds the node of any type in the path, and changes its interfaces.</summary>
internal static class NodeRequests
{
    extension(ApiRequest request)
    {
        /// <summary>The device in the path, if the user may see it.</summary>
        public async Task<Device?> FindDeviceAsync() =>
            SystemId.TryParse(request.Route["system_id"], out var id)
            && await request.Core.Devices.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } device
            && request.Actor.MaySee(device)
                ? device
                : null;

        /// <summary>The controller in the path.</summary>
        public async Task<Controller?> FindControllerAsync() => SystemId.TryParse(request.Route["system_id"], out var id)
            ? await request.Core.Controllers.GetAsync(id, request.Aborted).ConfigureAwait(false)
            : null;

        /// <summary>The node in the path with its interfaces; null when the user sees none.</summary>
        public async Task<NetworkNode?> FindNetworkNodeAsync()
        {
            if (await request.FindNetworkAsync().ConfigureAwait(false) is var (machine, network))
                return new NetworkNode.OfMachine(machine, network);
            if (await request.FindDeviceAsync().ConfigureAwait(false) is { } device) return new NetworkNode.OfDevice(device);
            return await request.FindControllerAsync().ConfigureAwait(false) is { } controller
                ? new NetworkNode.OfController(controller, ControllerNetworks.Of(controller, request.Topology)) : null;
        }

        /// <summary>The refusal of a user who may not change the interfaces of a node; null for one who may.</summary>
        public ApiResult? DenyNetworkEdit(NetworkNode node) => node switch
        {
            NetworkNode.OfDevice device => request.Actor.MayEdit(device.Device) ? null : NotTheDevices,
            NetworkNode.OfMachine when request.User.IsAdministrator => null,
            NetworkNode.OfController when request.User.IsAdministrator =>
                ApiResults.Conflict("The interfaces of a controller are those of its host."),
            _ => ApiResults.Forbidden("Forbidden: this takes an administrator."),
        };

        /// <summary>Changes the interfaces of a node, and answers with what <paramref name="show"/> makes of the result.</summary>
        /// <param name="node">The node.</param>
        /// <param name="operation">MAAS's word for the change of a machine (<c>create</c>).</param>
        /// <param name="rule">The change.</param>
        /// <param name="show">Makes the answer from the interfaces afterwards and the number of the changed one.</param>
        public async Task<ApiResult> EditNetworkAsync(
            NetworkNode node, string operation, Func<NetworkConfig, NetworkView, IIdSource, NetworkResult> rule,
            Func<NetworkNode, long, ApiResult> show) => node switch
            {
                NetworkNode.OfMachine { Machine: var machine } => await request.EditNetworkAsync(
                    machine,
                    NetworkRequests.Edit(operation, rule),
                    done => show(new NetworkNode.OfMachine(done.Machine, done.Config.Network), done.Id)).ConfigureAwait(false),
                NetworkNode.OfDevice device => Of(
                    await request.Core.Devices.EditNetworkAsync(device.Id, request.Actor, rule, request.Aborted).ConfigureAwait(false),
                    done => show(new NetworkNode.OfDevice(done.Device), done.InterfaceId)),
                _ => throw new UnreachableException(),
            };

        /// <summary>Writes the interfaces of a node.</summary>
        public NetworkJson NetworkJson(NetworkNode node) => new(node.Id, node.Network, node.Observed, request.View);

        /// <summary>The interface that a change created or changed.</summary>
        public ApiResult ShowInterface(NetworkNode node, long id)
        {
            var one = node.Network.Interfaces.First(each => each.Id == id);
            return ApiResults.Json(json => request.NetworkJson(node).Write(json, one));
        }
    }

    /// <summary>The words for a user who may not change a device.</summary>
    public static ApiResult NotTheDevices { get; } = ApiResults.Forbidden("You do not have permission to do this to this device.");

    /// <summary>What became of a change of a device, in HTTP.</summary>
    public static ApiResult Of(DeviceResult result, Func<DeviceResult.Done, ApiResult> show) => result switch
    {
        DeviceResult.Done done => show(done),
        DeviceResult.Refused { Field: "" } refused => ApiResults.BadRequest(refused.Reason),
        DeviceResult.Refused refused => CommandResults.BadField(refused.Field, refused.Reason),
        DeviceResult.NoAddress none => ApiResults.Text(none.Reason, StatusCodes.Status503ServiceUnavailable),
        DeviceResult.Denied => NotTheDevices,
        DeviceResult.NotFound missing => ApiResults.NotFound(missing.Noun),
        _ => throw new UnreachableException(),
    };
}
