using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>What can be asked of the network configuration of a machine as a whole.</summary>
internal static class MachineNetworkOperations
{
    public static IReadOnlyList<ApiAction> Actions { get; } =
    [
        ApiAction.Post("clear_default_gateways", ApiAccess.Administrator, ClearGatewaysAsync,
            "Forget the chosen default gateways: the first suitable ones are used. The machine must be Ready, Allocated or Broken."),
        ApiAction.Post("restore_networking_configuration", ApiAccess.Administrator, RestoreNetworkAsync,
            "Replace the interfaces by those that commissioning found. The machine must be Ready, or have failed testing."),
        ApiAction.Post("restore_default_configuration", ApiAccess.Administrator, RestoreAsync,
            "Replace interfaces and storage by what they are after commissioning. The machine must be Ready, or have failed testing."),
    ];

    private static async Task<ApiResult> ClearGatewaysAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? await request.EditNetworkAsync(
                machine,
                NetworkRequests.Edit("update", (config, _, _) => new NetworkResult.Changed(LinkRules.ClearDefaultGateways(config), 0)),
                done => request.Show(done.Machine)).ConfigureAwait(false)
            : ApiResults.NotFound("Machine");

    private static async Task<ApiResult> RestoreNetworkAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? StorageRequests.Of(
                await request.Core.NodeConfigs.RestoreNetworkAsync(
                    machine.Id, request.Actor, each => FindObstacle(each, "networking configuration"), request.Aborted)
                    .ConfigureAwait(false),
                done => request.Show(done.Machine))
            : ApiResults.NotFound("Machine");

    private static async Task<ApiResult> RestoreAsync(ApiRequest request) =>
        await request.FindMachineAsync().ConfigureAwait(false) is { } machine
            ? StorageRequests.Of(
                await request.Core.NodeConfigs.RestoreAsync(
                    machine.Id, request.Actor, each => FindObstacle(each, "default networking and storage configurations"),
                    request.Aborted).ConfigureAwait(false),
                done => request.Show(done.Machine))
            : ApiResults.NotFound("Machine");

    private static string? FindObstacle(Machine machine, string what) =>
        machine.Status is MachineStatus.Ready or MachineStatus.FailedTesting
            ? null
            : $"Machine must be in a ready or failed testing state to restore {what}.";
}
