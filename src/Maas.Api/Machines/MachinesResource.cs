using System.Diagnostics;
using Maas.Api.Answers;
using Maas.Api.OAuth;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Fleet;
using Maas.Core.Lifecycle;

namespace Maas.Api.Machines;

/// <summary>All machines of API 2.0: listing, enlisting, accepting, allocating, releasing.</summary>
internal static class MachinesResource
{
    /// <summary>How long to wait before another try when there are too many New machines: a person has to act first.</summary>
    public static readonly TimeSpan FullWait = TimeSpan.FromMinutes(1);

    private const string Filters = """
        :param id: system ids.
        :param hostname: host names.
        :param mac_address: addresses of network interfaces.
        :param domain: domains.
        :param zone: zones.
        :param pool: resource pools.
        :param agent_name: what allocating clients call themselves.
        :param tags: tags, all of them.
        :param not_tags: tags, none of them.
        :param arch: architectures.
        :param status: statuses.
        :param simple_status: groups of statuses.
        :param power_state: power states.
        :param owner: owners.
        :param cpu_count: at least so many processors.
        :param mem: at least so much memory in MiB.
        """;

    public static ApiResource Definition { get; } = new("api/2.0/machines/", "MachinesHandler", "All machines.",
    [
        ApiAction.Read(Access.User, ListAsync, $"List machines.\n\n{Filters}"),
        ApiAction.Create(Access.UserOrAnonymous, CreateAsync, """
            Make a machine known. An administrator's is commissioned at once; a user's, or one that speaks for itself, is New.

            :param architecture: amd64, or amd64/generic.
            :param subarchitecture: the second part, if it is not in the first.
            :param mac_addresses: its network interfaces' addresses, the boot interface first.
            :param hostname: its host name; without it, one is made.
            :param domain: its DNS domain.
            :param description: free words.
            :param hardware_uuid: its SMBIOS UUID.
            :param power_type: how it is turned on and off.
            :param power_parameters: what that needs, a JSON object; or one argument power_parameters_NAME each.
            :param commission: whether to commission it at once.
            """),
        ApiAction.Get("is_registered", Access.UserOrAnonymous, IsRegisteredAsync, """
            Ask whether an address belongs to a machine.

            :param mac_address: the address.
            """),
        ApiAction.Get("list_allocated", Access.User, ListAllocatedAsync, """
            List the machines allocated with this key.

            :param id: only these.
            """),
        ApiAction.Get("power_parameters", Access.Administrator, PowerParametersAsync, """
            Read how machines are turned on and off.

            :param id: which machines.
            """),
        ApiAction.Post("accept", Access.Administrator, AcceptAsync, """
            Accept enlisted machines: commission them.

            :param machines: system ids.
            """),
        ApiAction.Post("delete_new", Access.Administrator, DeleteNewAsync, """
            Forget every machine that is New, such as those that a stranger made up. Answers with their number.

            :param older_than: only those that are New for so many seconds.
            """),
        ApiAction.Post("accept_all", Access.Administrator, AcceptAllAsync, "Accept every machine that is New."),
        ApiAction.Post("allocate", Access.User, Allocation.AllocateAsync, Allocation.Doc),
        ApiAction.Post("release", Access.User, ReleaseAsync, """
            Give machines back.

            :param machines: system ids.
            :param comment: a reason, for the journal.
            """),
    ]);

    /// <summary>The machines that fit the query and the user may see.</summary>
    public static async Task<(IReadOnlyList<Machine> Machines, ApiAnswer? Refusal)> FindAsync(ApiRequest request)
    {
        var form = request.Reader();
        var query = MachineQuery.Read(form);
        _ = Topology.Places.Zone(form);
        _ = Topology.Places.Pool(form);
        if (form.HasErrors) return ([], Answer.BadForm(form));
        if (query.MatchesNothing) return ([], null);
        var machines = await request.Region.Machines.ListAsync(query.Filter, request.Aborted).ConfigureAwait(false);
        return ([.. machines.Where(machine => request.User.MaySee(machine) && query.Also(machine))], null);
    }

    private static async Task<ApiAnswer> DeleteNewAsync(ApiRequest request)
    {
        var form = request.Reader();
        var seconds = form.Integer("older_than", 0, int.MaxValue);
        if (form.HasErrors) return Answer.BadForm(form);
        DateTimeOffset? before = seconds is { } age ? request.Time.GetUtcNow().AddSeconds(-age) : null;
        var deleted = await request.Region.Machines.DeleteNewAsync(request.Actor, before, request.Aborted).ConfigureAwait(false);
        return Answer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("deleted", deleted);
            json.WriteEndObject();
        });
    }

    private static async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        var (machines, refusal) = await FindAsync(request).ConfigureAwait(false);
        return refusal ?? List(request, machines);
    }

    private static ApiAnswer List(ApiRequest request, IEnumerable<Machine> machines) =>
        Answer.List(machines, (json, machine) => MachineShape.Write(json, machine, request.Links));

    private static async Task<ApiAnswer> CreateAsync(ApiRequest request)
    {
        var user = (request.Caller as Caller.OfUser)?.User;
        var form = request.Reader();
        // Whoever has no credentials does not tell this server which addresses to send passwords and power commands to.
        var wanted = form.NewMachine(mayNamePower: user is { IsAdministrator: true });
        if (wanted.MacAddresses.Count == 0 && !form.HasErrors) form.Refuse("mac_addresses", "This field is required.");
        if (form.Optional("architecture") is null) form.Refuse("architecture", "This field is required.");
        if (form.Boolean("deployed") is true) form.Refuse("deployed", "This server only takes machines that it installs itself.");
        var commission = form.Boolean("commission") ?? true;
        if (form.HasErrors) return Answer.BadForm(form);

        if (user is null && request.RefuseEnlistment(wanted) is { } unwelcome) return unwelcome;
        switch (await request.StoreNewMachineAsync(wanted).ConfigureAwait(false))
        {
            case CreateResult.Full full:
                return Answer.Busy(full.Reason, FullWait);
            case CreateResult.Refused refused:
                return CommandAnswers.BadField(refused.Field, refused.Reason);
            case CreateResult.Created { Machine: var machine } when user is { IsAdministrator: true } && commission:
                return await request.ExecuteAsync(machine.Id, new MachineCommand.Commission()).ConfigureAwait(false);
            case CreateResult.Created { Machine: var machine } when user is not null:
                return request.Show(machine);
            case CreateResult.Created { Machine: var machine }:
                return Limited(request, machine);
            case CreateResult.Known { Machine: var machine }:
                return Limited(request, machine);
            default:
                throw new UnreachableException();
        }
    }

    private static ApiAnswer Limited(ApiRequest request, Machine machine) => Answer.Json(json => MachineShape.WriteLimited(json, machine, request.Links));

    internal static async Task<ApiAnswer> IsRegisteredAsync(ApiRequest request)
    {
        if (request.Form["mac_address"] is not { Length: > 0 } text) return Answer.BadRequest("No provided mac_address!");
        if (!MacAddress.TryParse(text, out var address)) return CommandAnswers.BadField("mac_address", $"'{text}' is not a valid MAC address.");
        var machine = await request.Region.Machines.FindByMacAsync(address, request.Aborted).ConfigureAwait(false);
        return Answer.Json(json => json.WriteBooleanValue(machine is { Status: not MachineStatus.Retired }));
    }

    private static async Task<ApiAnswer> ListAllocatedAsync(ApiRequest request) =>
        List(request, await request.AllocatedMachinesAsync().ConfigureAwait(false));

    private static async Task<ApiAnswer> PowerParametersAsync(ApiRequest request)
    {
        var (machines, refusal) = await FindAsync(request).ConfigureAwait(false);
        return refusal ?? Answer.Json(json =>
        {
            json.WriteStartObject();
            foreach (var machine in machines)
            {
                json.WriteStartObject(machine.Id.ToString());
                foreach (var (name, value) in machine.Power.Parameters) json.WriteString(name, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private static async Task<ApiAnswer> AcceptAsync(ApiRequest request)
    {
        var (machines, refusal) = await request.NamedMachinesAsync("machines", "machine").ConfigureAwait(false);
        return refusal ?? await AcceptAsync(request, machines).ConfigureAwait(false);
    }

    private static async Task<ApiAnswer> AcceptAllAsync(ApiRequest request) =>
        await AcceptAsync(request, await request.Region.Machines.ListAsync(new MachineFilter { Statuses = [MachineStatus.New] }, request.Aborted).ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task<ApiAnswer> AcceptAsync(ApiRequest request, IReadOnlyList<Machine> machines)
    {
        var (accepted, refused) = await request.AcceptMachinesAsync(machines).ConfigureAwait(false);
        return refused is null ? List(request, accepted) : CommandAnswers.Refused(refused);
    }

    private static Task<ApiAnswer> ReleaseAsync(ApiRequest request) =>
        request.ReleaseMachinesAsync("machines", "machine", machine => machine.Status.DisplayName);
}
