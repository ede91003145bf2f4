using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>
/// What a user may do to which machine. Everybody sees free machines and their own; administrators see and do everything. Core's
/// <see cref="MachineActor"/>
/// makes the decision on the version of the machine that is changed; these checks come before it and choose the words of the answer.
/// </summary>
internal static class MachinePermissions
{
    extension(User user)
    {
        /// <summary>Whether it is shown; what is not shown does not exist (404).</summary>
        public bool MaySee(Machine machine) => MachineActor.Of(user).MaySee(machine);

        /// <summary>Whether it may be changed.</summary>
        public bool MayEdit(Machine machine) => MachineActor.Of(user).MayEdit(machine);

        /// <summary>Whether what is known about it may be changed: not while it is locked, not even by an administrator.</summary>
        public bool MayDescribe(Machine machine) => user.MayEdit(machine) && !machine.Locked;

        /// <summary>Whether it may be changed, or allocated because it has no owner.</summary>
        public bool MayTake(Machine machine) => MachineActor.Of(user).MayTake(machine);

        /// <summary>
        /// Whether what identifies it (MAC addresses, hardware UUID, inventory) may be changed: by administrators only, and not while it is
        /// locked.
        /// </summary>
        public bool MayIdentify(Machine machine) => MachineActor.Of(user).MayIdentify(machine) && !machine.Locked;
    }

    extension(ApiRequest request)
    {
        /// <summary>The user on whose behalf machines are changed.</summary>
        public MachineActor Actor => MachineActor.Of(request.User);

        /// <summary>The machine in the path, if the user may see it.</summary>
        public async Task<Machine?> FindMachineAsync() =>
            SystemId.TryParse(request.Route["system_id"], out var id)
            && await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } machine
            && request.User.MaySee(machine)
                ? machine
                : null;
    }

    /// <summary>The words for a user who may not.</summary>
    public static ApiResult Denied { get; } = ApiResults.Forbidden("You do not have permission to do this to this machine.");
}
