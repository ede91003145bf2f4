using System.Diagnostics;
using System.Globalization;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Microsoft.AspNetCore.Http;

namespace Maas.Api.Machines;

/// <summary>Reads and changes the storage of the machine in the path.</summary>
internal static class StorageRequests
{
    extension(ApiRequest request)
    {
        /// <summary>The machine in the path with its storage; null when the user sees none.</summary>
        public async Task<(Machine Machine, StorageConfig Storage)?> FindStorageAsync() =>
            await request.FindMachineAsync().ConfigureAwait(false) is { } machine
                ? (machine, (await request.Core.NodeConfigs.GetAsync(machine, request.Aborted).ConfigureAwait(false)).Storage)
                : null;

        /// <summary>Changes the storage of a machine, and answers with what <paramref name="show"/> makes of the result.</summary>
        public async Task<ApiResult> EditStorageAsync(
            Machine machine, StorageEdit edit, Func<NodeConfigResult.Done, ApiResult> show) =>
            Of(await request.Core.NodeConfigs.EditStorageAsync(machine.Id, request.Actor, edit, request.Aborted).ConfigureAwait(false),
                show);

        /// <summary>Writes parts of a machine's storage.</summary>
        public StorageJson StorageJson(Machine machine, StorageConfig config) => new(machine.Id, config, request.View);
    }

    extension(FormReader form)
    {
        /// <summary>A UUID; null when it is not given.</summary>
        public Guid? Uuid(string name)
        {
            if (form.Optional(name) is not { } text) return null;
            if (Guid.TryParse(text, out var uuid)) return uuid;
            form.Refuse(name, "Enter a valid UUID.");
            return null;
        }
    }

    /// <summary>What became of a change, in HTTP.</summary>
    public static ApiResult Of(NodeConfigResult result, Func<NodeConfigResult.Done, ApiResult> show) => result switch
    {
        NodeConfigResult.Done done => show(done),
        NodeConfigResult.Refused { Field: "" } refused => ApiResults.BadRequest(refused.Reason),
        NodeConfigResult.Refused refused => CommandResults.BadField(refused.Field, refused.Reason),
        NodeConfigResult.WrongStatus wrong => ApiResults.Conflict(wrong.Reason),
        NodeConfigResult.NoAddress none => ApiResults.Text(none.Reason, StatusCodes.Status503ServiceUnavailable),
        NodeConfigResult.Denied denied => ApiResults.Forbidden(denied.Reason),
        NodeConfigResult.NotFound missing => ApiResults.NotFound(missing.Noun),
        _ => throw new UnreachableException(),
    };

    /// <summary>A change that an administrator makes while the machine is Ready.</summary>
    /// <param name="obstacle">MAAS's words for another status.</param>
    /// <param name="rule">The change.</param>
    public static StorageEdit WhenReady(string obstacle, Func<StorageConfig, Core.IIdSource, StorageResult> rule) =>
        new((_, config, ids) => rule(config, ids))
        {
            FindObstacle = (machine, _) => machine.Status == MachineStatus.Ready ? null : obstacle,
        };

    /// <summary>A change that the owner makes of an Allocated machine, and an administrator also of a Ready one.</summary>
    /// <param name="obstacle">MAAS's words for another status.</param>
    /// <param name="rule">The change.</param>
    public static StorageEdit WhenReadyOrAllocated(string obstacle, Func<StorageConfig, Core.IIdSource, StorageResult> rule) =>
        WhenReady("", rule) with
        {
            IsOwners = true,
            FindObstacle = (machine, _) => machine.Status is MachineStatus.Ready or MachineStatus.Allocated ? null : obstacle,
        };

    /// <summary>Whether a value of the path names an object: a number is its id, anything else its name.</summary>
    public static bool Names(string value, long id, string name) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number == id : value == name;
}
