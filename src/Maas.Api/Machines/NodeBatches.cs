using System.Diagnostics;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>What is asked of nodes of all types at once.</summary>
internal static class NodeBatches
{
    /// <summary>The operation that asks whether the machine with an address is being commissioned or deployed.</summary>
    public static ApiAction IsActionInProgress() => ApiAction.Get(
        "is_action_in_progress", ApiAccess.UserOrAnonymous, IsActionInProgressAsync,
        "Ask whether the machine with an address is being commissioned or deployed.")
        .With(ApiArgument.Text("mac_address", "the address.").Required());

    /// <summary>The operation that puts nodes into a zone: all of them, or none.</summary>
    public static ApiAction SetZone() => ApiAction.Post(
        "set_zone", ApiAccess.Administrator, SetZoneAsync, "Put nodes of any type into a zone: all of them, or none.").With(
            ApiArgument.Text("zone", "the zone.").Required(),
            ApiArgument.Texts("nodes", "system ids.").Required());

    private static async Task<ApiResult> IsActionInProgressAsync(ApiRequest request)
    {
        if (request.Form["mac_address"] is not { Length: > 0 } text) return ApiResults.BadRequest("No provided mac_address!");
        if (!MacAddress.TryParse(text, out var address))
            return CommandResults.BadField("mac_address", $"'{LogText.From(text, 64)}' is not a valid MAC address.");
        var machine = await request.Core.Machines.FindByMacAsync(address, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(
            json => json.WriteBooleanValue(machine is { Status: MachineStatus.Commissioning or MachineStatus.Deploying }));
    }

    private static async Task<ApiResult> SetZoneAsync(ApiRequest request)
    {
        var form = request.Reader();
        _ = form.Required("zone");
        var zone = form.Zone(request.Topology);
        List<SystemId> ids = [];
        var isWrong = false;
        foreach (var text in form.List("nodes").Distinct(StringComparer.Ordinal))
        {
            if (SystemId.TryParse(text, out var id)) ids.Add(id);
            else isWrong = true;
        }

        if (isWrong) form.Refuse("system_id", NotAllKnown);
        else if (ids.Count == 0) form.Refuse("system_id", "No node selected.");
        if (form.HasErrors || zone is null) return form.BadRequest();
        return await request.Core.NodeZones.SetAsync(ids, zone.Value, request.User.Name, request.Aborted).ConfigureAwait(false) switch
        {
            NodeZoneResult.Done => ApiResults.NoContent,
            NodeZoneResult.UnknownNode => CommandResults.BadField("system_id", NotAllKnown),
            NodeZoneResult.UnknownZone => CommandResults.BadField("zone", NotAChoice),
            NodeZoneResult.Locked locked => ApiResults.Forbidden($"The machine {locked.Hostname} is locked."),
            _ => throw new UnreachableException(),
        };
    }

    private const string NotAllKnown = "Some of the given system ids are invalid system ids.";
    private const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";
}
