using System.Diagnostics;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Machines;

/// <summary>Gives a command to a machine and says how it went, in HTTP.</summary>
internal static class CommandResults
{
    extension(ApiRequest request)
    {
        /// <summary>The machine afterwards (200), or why not: 409 for its state, 403 for its lock or its owner.</summary>
        public async Task<ApiResult> ExecuteAsync(SystemId id, MachineCommand command)
        {
            var explained = command with { Comment = request.Comment ?? command.Comment };
            return await request.Core.Machines.ExecuteAsync(id, explained, request.Actor, request.Aborted).ConfigureAwait(false) switch
            {
                CommandResult.Done done => request.Show(done.Machine),
                CommandResult.Refused refused => Refused(refused, TargetOf(command)),
                CommandResult.NotFound => ApiResults.NotFound("Machine"),
                _ => throw new UnreachableException(),
            };
        }

        /// <summary>The machine as API 2.0 shows it, and more members that <paramref name="extra"/> writes.</summary>
        public ApiResult Show(Machine machine, Action<Utf8JsonWriter>? extra = null) => new ApiResult.Deferred(async cancellationToken =>
        {
            var scripts = await request.Core.ScriptResults.CurrentAsync([machine.Id], cancellationToken).ConfigureAwait(false);
            var config = await request.Core.NodeConfigs.GetAsync(machine, cancellationToken).ConfigureAwait(false);
            return ApiResults.Json(
                json => MachineJson.Write(json, machine, config, scripts[machine.Id], request.View, extra));
        });

        private MachineFragments Fragments => request.Http.RequestServices.GetRequiredService<MachineFragments>();

        /// <summary>The machines that a filter selects and the user sees, as API 2.0 shows them.</summary>
        public async Task<ApiResult> ShowAsync(MachineFilter filter)
        {
            var visible = filter with { VisibleTo = request.User.IsAdministrator ? null : request.User.Name };
            var revisions = await request.Core.Machines.ListRevisionsAsync(visible, request.Aborted).ConfigureAwait(false);
            return new ApiResult.JsonFragments(
                await request.Fragments.GetAsync(request, revisions, request.Aborted).ConfigureAwait(false));
        }

        /// <summary>The machine in the path as API 2.0 shows it, if the user sees it.</summary>
        public async Task<ApiResult> ShowInPathAsync()
        {
            if (!SystemId.TryParse(request.Route["system_id"], out var id)) return ApiResults.NotFound("Machine");
            var filter = new MachineFilter { Ids = [id], VisibleTo = request.User.IsAdministrator ? null : request.User.Name };
            var revisions = await request.Core.Machines.ListRevisionsAsync(filter, request.Aborted).ConfigureAwait(false);
            var found = await request.Fragments.GetAsync(request, revisions, request.Aborted).ConfigureAwait(false);
            return found is [var json] ? new ApiResult.Bytes(json, "application/json") : ApiResults.NotFound("Machine");
        }

        /// <summary>
        /// Machines as API 2.0 shows them. What their scripts came to is one query for all of them, and so are their configurations.
        /// </summary>
        public ApiResult ShowAll(IEnumerable<Machine> machines) => new ApiResult.Deferred(async cancellationToken =>
            new ApiResult.JsonList(await request.WritersAsync(machines, cancellationToken).ConfigureAwait(false)));

        /// <summary>The same, one machine after another.</summary>
        public async Task<IEnumerable<Action<System.Text.Json.Utf8JsonWriter>>> WritersAsync(
            IEnumerable<Machine> machines, CancellationToken cancellationToken)
        {
            List<Machine> shown = [.. machines];
            var scripts = await request.Core.ScriptResults.CurrentAsync([.. shown.Select(machine => machine.Id)], cancellationToken)
                .ConfigureAwait(false);
            var configs = await request.Core.NodeConfigs.ListAsync(shown, cancellationToken).ConfigureAwait(false);
            return shown.Select(machine => (Action<System.Text.Json.Utf8JsonWriter>)(json => MachineJson.Write(
                json, machine, configs[machine.Id], scripts[machine.Id], request.View, null)));
        }
    }

    /// <summary>Why a command was refused: in Core's words, and where a status was in the way, with MAAS's names of both.</summary>
    public static ApiResult Refused(CommandResult.Refused refused, MachineStatus? target = null) => (refused.Because, target) switch
    {
        (RefusalKind.Locked or RefusalKind.Permission, _) => ApiResults.Forbidden(refused.Reason),
        (RefusalKind.Address, _) => ApiResults.Text(refused.Reason, StatusCodes.Status503ServiceUnavailable),
        (RefusalKind.Status, { } to) =>
            ApiResults.Conflict(
                $"{refused.Reason.TrimEnd('.')}. Invalid transition: {refused.Machine.Status.DisplayName} -> {to.DisplayName}."),
        _ => ApiResults.Conflict(refused.Reason),
    };

    /// <summary>Where a command leads; null where that depends on where the machine came from.</summary>
    private static MachineStatus? TargetOf(MachineCommand command) => command switch
    {
        MachineCommand.Accept or MachineCommand.Commission => MachineStatus.Commissioning,
        MachineCommand.Test => MachineStatus.Testing,
        MachineCommand.Deploy => MachineStatus.Deploying,
        MachineCommand.Release { Erase: not null } => MachineStatus.DiskErasing,
        MachineCommand.Release => MachineStatus.Releasing,
        MachineCommand.MarkBroken => MachineStatus.Broken,
        MachineCommand.MarkFixed => MachineStatus.Ready,
        MachineCommand.EnterRescueMode => MachineStatus.EnteringRescueMode,
        MachineCommand.ExitRescueMode => MachineStatus.ExitingRescueMode,
        _ => null,
    };

    /// <summary>What became of an edit.</summary>
    public static ApiResult Of(EditResult result, ApiRequest request) => result switch
    {
        EditResult.Done done => request.Show(done.Machine),
        EditResult.Refused refused => BadField(refused.Field, refused.Reason),
        EditResult.Denied denied => ApiResults.Forbidden(denied.Reason),
        EditResult.NotFound => ApiResults.NotFound("Machine"),
        _ => throw new UnreachableException(),
    };

    /// <summary>One field was wrong.</summary>
    public static ApiResult BadField(string field, string reason)
    {
        var form = new Requests.FormReader(Requests.RequestForm.Empty);
        form.Refuse(field, reason);
        return form.BadRequest();
    }
}
