using System.Diagnostics;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>Leaves a deployed machine to its owner, outside of the authority of this server. MAAS has no such operation.</summary>
internal static class HandOverOperation
{
    public static ApiAction Action { get; } = ApiAction.Post(
        "hand_over",
        ApiAccess.User,
        HandOverAsync,
        "Hand a deployed machine over: its system keeps running, the machine is forgotten, and a device has its name and addresses.");

    private static async Task<ApiResult> HandOverAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (!request.User.MayEdit(machine)) return MachinePermissions.Denied;
        return await request.Core.Machines.HandOverAsync(machine.Id, request.Actor, request.Aborted).ConfigureAwait(false) switch
        {
            HandOverResult.Done { Device: var device } => ApiResults.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("machine", machine.Id.ToString());
                json.WriteString("device", device.SystemId.ToString());
                json.WriteEndObject();
            }),
            HandOverResult.Refused { Because: RefusalKind.Permission } => MachinePermissions.Denied,
            HandOverResult.Refused refused => ApiResults.Text(refused.Reason, 409),
            HandOverResult.NotFound => ApiResults.NotFound("Machine"),
            _ => throw new UnreachableException(),
        };
    }
}
