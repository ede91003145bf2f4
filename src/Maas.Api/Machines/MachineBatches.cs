using Maas.Api.OAuth;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>
/// What both API versions ask of several machines at once. They differ in the words, which is what the parameters are for.
/// </summary>
internal static class MachineBatches
{
    extension(ApiRequest request)
    {
        /// <summary>The machines that <paramref name="field"/> names; one that is not there refuses them all.</summary>
        public async Task<(IReadOnlyList<Machine> Machines, ApiResult? Refusal)> NamedMachinesAsync(string field, string noun)
        {
            List<Machine> machines = [];
            List<string> unknown = [];
            foreach (var text in request.Form.All(field).Distinct(StringComparer.Ordinal))
            {
                if (SystemId.TryParse(text, out var id)
                    && await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) is { } machine)
                        machines.Add(machine);
                else unknown.Add(text);
            }

            return unknown.Count == 0 ? (machines, null) : ([], ApiResults.BadRequest($"Unknown {noun}(s): {string.Join(", ", unknown)}."));
        }

        /// <summary>The machines allocated with the key of this request, or those of them that <c>id</c> names.</summary>
        public async Task<IEnumerable<Machine>> AllocatedMachinesAsync()
        {
            var ids = request.Form.All("id");
            var machines = await request.Core.Machines.ListAsync(
                new MachineFilter { AllocatedByTokens = [((Caller.OfUser)request.Caller).TokenKey] }, request.Aborted)
                    .ConfigureAwait(false);
            return machines.Where(machine => ids.Count == 0 || ids.Contains(machine.Id.ToString()));
        }

        /// <summary>Accepts machines one after another, up to the first that cannot be. Gives those that changed.</summary>
        public async Task<(IReadOnlyList<Machine> Accepted, CommandResult.Refused? Refusal)> AcceptMachinesAsync(
            IReadOnlyList<Machine> machines)
        {
            List<Machine> accepted = [];
            foreach (var machine in machines)
            {
                switch (await request.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.Accept(), request.Actor, request.Aborted)
                    .ConfigureAwait(false))
                {
                    case CommandResult.Done done when done.Machine.Status != machine.Status: accepted.Add(done.Machine); break;
                    case CommandResult.Refused refused: return (accepted, refused);
                }
            }

            return (accepted, null);
        }

        /// <summary>
        /// Releases the machines that <paramref name="field"/> names; the busy ones are listed in the refusal, the others are released all
        /// the same.
        /// </summary>
        public async Task<ApiResult> ReleaseMachinesAsync(string field, string noun, Func<Machine, string> nameOfStatus)
        {
            var (machines, refusal) = await request.NamedMachinesAsync(field, noun).ConfigureAwait(false);
            if (refusal is not null) return refusal;
            if (!machines.All(request.User.MayTake)) return MachinePermissions.Denied;

            List<string> released = [], busy = [];
            var denied = false;
            foreach (var machine in machines)
            {
                var command = new MachineCommand.Release { Comment = request.Comment };
                switch (await request.Core.Machines.ExecuteAsync(machine.Id, command, request.Actor, request.Aborted)
                    .ConfigureAwait(false))
                {
                    case CommandResult.Done: released.Add(machine.Id.ToString()); break;
                    // The machine got another owner while the ones before it were released, or has none and is not free.
                    case CommandResult.Refused { Because: RefusalKind.Permission }: denied = true; break;
                    case CommandResult.Refused refused: busy.Add($"{machine.Id} ('{nameOfStatus(refused.Machine)}')"); break;
                }
            }

            if (denied) return MachinePermissions.Denied;
            return busy.Count == 0
                ? ApiResults.List(released, (json, id) => json.WriteStringValue(id))
                : ApiResults.Conflict($"The {noun}(s) cannot be released in their current state: {string.Join(", ", busy)}.");
        }

        /// <summary>
        /// Why a caller without credentials may not make this machine known; null when it may. On the served link the hardware address of
        /// the caller is seen, and it must be the machine's, so that a client cannot enlist another machine.
        /// </summary>
        public ApiResult? RefuseEnlistment(NewMachine machine)
        {
            if (!request.Services.Enlistments.TryEnter(request.RemoteAddress, out var wait))
                return ApiResults.Busy("Too many machines make themselves known at once. Try again.", wait);
            return request.SeenHardware is { } seen && !machine.MacAddresses.Contains(seen)
                ? CommandResults.BadField("mac_addresses", "The address of the interface that sends this request must be among them.")
                : null;
        }

        /// <summary>
        /// Why a new machine was refused. Null for an unauthenticated caller that names a known address: a response that depends on the
        /// machine with that address would tell of it. A user learns the machine's name if the machine is shown to them.
        /// </summary>
        public ApiResult? NotCreated(CreateResult.Refused refused) => (refused.AddressHolder, request.Caller) switch
        {
            (null, not Caller.OfUser) when refused.IsAddressTaken => null,
            (null, _) => CommandResults.BadField(refused.Field, refused.Reason),
            ({ } holder, Caller.OfUser { User: var user }) when user.MaySee(holder) =>
                CommandResults.BadField(refused.Field, $"{refused.Reason.TrimEnd('.')} on {holder.Hostname}."),
            (_, Caller.OfUser) => CommandResults.BadField(refused.Field, refused.Reason),
            _ => null,
        };

        /// <summary>Stores a new machine: one that speaks for itself may be known already, a user's may not.</summary>
        public Task<CreateResult> StoreNewMachineAsync(NewMachine machine) => request.Caller is Caller.OfUser { User: var user }
            ? request.Core.Machines.CreateAsync(machine, user.Name, request.Aborted)
            : request.Core.Machines.EnlistAsync(machine, request.Aborted);
    }

    /// <summary>
    /// The response to an unauthenticated caller that enlists a known machine: what it sent, and nothing of what is stored. The
    /// machine itself, booted a second time before it was accepted, needs no more.
    /// </summary>
    public static Machine Unrevealed(NewMachine said) => new()
    {
        Id = default,
        Hostname = said.Hostname?.Split('.')[0].ToLowerInvariant()
            ?? $"node-{(said.MacAddresses.Count > 0 ? said.MacAddresses[0] : default).ToCompactString()}",
        Domain = said.Domain ?? "maas",
        Architecture = said.Architecture,
        MacAddresses = said.MacAddresses,
    };
}
