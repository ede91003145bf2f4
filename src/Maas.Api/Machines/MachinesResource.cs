using System.Diagnostics;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>All machines of API 2.0: listing, enlisting, accepting, allocating, releasing.</summary>
internal static class MachinesResource
{
    /// <summary>How long to wait before another try when there are too many New machines: a person has to act first.</summary>
    public static readonly TimeSpan FullWait = TimeSpan.FromMinutes(1);

    public static ApiResource Definition { get; } = new("api/2.0/machines/", "MachinesHandler", "All machines.",
    [
        ApiAction.Read(ApiAccess.User, ListAsync, "List machines.").With(
            [
                .. MachineQuery.Arguments,
                ApiArgument.Integer("limit", "at most so many; MAAS has no such argument."),
                ApiArgument.Text("after", "only those after this system id in the order of the list: the last one of the page before."),
            ]) with
        {
            AlsoTakes = MachineQuery.MoreArguments,
            Unsupported = Allocation.Unsupported,
        },
        ApiAction.Create(ApiAccess.UserOrAnonymous, CreateAsync,
            "Make a machine known. An administrator's is commissioned at once; a user's, or one that speaks for itself, is New.").With(
            ApiArgument.Text("architecture", "amd64, or amd64/generic.").Required(),
            ApiArgument.Text("subarchitecture", "the second part, if it is not in the first."),
            ApiArgument.Texts("mac_addresses", "its network interfaces' addresses, the boot interface first."),
            ApiArgument.Text("hostname", "its host name; without it, one is made."),
            ApiArgument.Text("domain", "its DNS domain."),
            ApiArgument.Text("description", "free text."),
            ApiArgument.Text("hardware_uuid", "its SMBIOS UUID."),
            ApiArgument.Text("power_type", "how it is turned on and off."),
            ApiArgument.Text("power_parameters", "what that needs, a JSON object; or one argument power_parameters_NAME each."),
            ApiArgument.Text("min_hwe_kernel", "the oldest kernel it may run; kept and shown."),
            ApiArgument.Text("zone", "its zone."),
            ApiArgument.Text("pool", "its resource pool."),
            ApiArgument.Flag("commission", "whether to commission it at once."),
            ApiArgument.Flag("skip_bmc_config", "as with commission."),
            ApiArgument.Flag("enable_ssh", "as with commission."),
            ApiArgument.Flag("skip_networking", "as with commission."),
            ApiArgument.Flag("skip_storage", "as with commission."),
            ApiArgument.Texts("commissioning_scripts", "as with commission."),
            ApiArgument.Texts("testing_scripts", "as with commission."))
            with { AlsoTakes = ["power_parameters_*"], Unsupported = NotCreated },
        ApiAction.Get("is_registered", ApiAccess.UserOrAnonymous, IsRegisteredAsync, "Ask whether an address belongs to a machine.")
            .With(ApiArgument.Text("mac_address", "the address.").Required()),
        ApiAction.Get("list_allocated", ApiAccess.User, ListAllocatedAsync, "List the machines allocated with this key.")
            .With(ApiArgument.Texts("id", "only these.")),
        ApiAction.Get("power_parameters", ApiAccess.Administrator, PowerParametersAsync, "Read how machines are turned on and off.")
            .With(ApiArgument.Texts("id", "which machines.")) with { AlsoTakes = MachineQuery.AllArguments },
        ProgressOperations.List,
        ApiAction.Post("accept", ApiAccess.Administrator, AcceptAsync, "Accept enlisted machines: commission them.")
            .With(ApiArgument.Texts("machines", "system ids.")),
        ApiAction.Post("delete_new", ApiAccess.Administrator, DeleteNewAsync,
            "Forget every machine that is New, such as those that an unauthenticated client made up. Returns their number.")
            .With(ApiArgument.Integer("older_than", "only those that are New for so many seconds.")),
        ApiAction.Post("accept_all", ApiAccess.Administrator, AcceptAllAsync, "Accept every machine that is New."),
        ChassisOperation.Action,
        ControllerEnlistment.Action,
        MachineCloning.Action,
        ApiAction.Post("allocate", ApiAccess.User, Allocation.AllocateAsync, "Allocate a free machine that fits: the smallest that does.")
            .With(Allocation.Arguments) with
        {
            AlsoTakes = Allocation.LegacyNames,
            Unsupported = Allocation.Unsupported,
        },
        ApiAction.Post("release", ApiAccess.User, ReleaseAsync, "Give machines back.")
            .With(ApiArgument.Texts("machines", "system ids."), ApiArgument.Text("comment", "a reason, for the journal.")),
        NodeBatches.IsActionInProgress(),
        NodeBatches.SetZone(),
    ]);

    private static IReadOnlyDictionary<string, string> NotCreated =>
        new Dictionary<string, string>(MachineOperations.AlwaysChecked)
    {
        ["deployed"] = "This server only takes machines that it installs itself.",
        ["is_dpu"] = "This server does not manage DPUs.",
        ["swap_size"] = "Set it on the machine once it is there.",
    };

    /// <summary>The machines that fit the query and the user may see.</summary>
    public static async Task<(IReadOnlyList<Machine> Machines, ApiResult? Refusal)> FindAsync(ApiRequest request)
    {
        var (query, refusal) = await QueryAsync(request).ConfigureAwait(false);
        if (query is null) return ([], refusal);
        return query.MatchesNothing ? ([], null) : await SelectAsync(request, query).ConfigureAwait(false);
    }

    private static async Task<(MachineQuery? Query, ApiResult? Refusal)> QueryAsync(ApiRequest request)
    {
        var form = request.Reader();
        var query = MachineQuery.Read(form, request.Topology);
        if (query.Tags.Values.Any(tags => tags.Count > 0)) await RefuseUnknownTagsAsync(request, form, query.Tags).ConfigureAwait(false);
        return form.HasErrors ? (null, form.BadRequest()) : (query, null);
    }

    private static async Task<(IReadOnlyList<Machine> Machines, ApiResult? Refusal)> SelectAsync(ApiRequest request, MachineQuery query)
    {
        IReadOnlyList<Machine> machines;
        if (query.Hardware is null)
            machines = await request.Core.Machines.ListAsync(query.Filter, request.Aborted).ConfigureAwait(false);
        else
        {
            switch (await request.Core.Machines.ListFittingAsync(query.Filter, query.Hardware, request.Aborted).ConfigureAwait(false))
            {
                case MachineListResult.Listed listed:
                    machines = listed.Machines;
                    break;
                case MachineListResult.Invalid invalid:
                    return ([], CommandResults.BadField(invalid.Constraint, invalid.Reason));
                case var result:
                    throw new UnreachableException(result.ToString());
            }
        }

        return ([.. machines.Where(machine => request.User.MaySee(machine) && query.Also?.Invoke(machine) != false)], null);
    }

    private static async Task<ApiResult> DeleteNewAsync(ApiRequest request)
    {
        var form = request.Reader();
        var seconds = form.Integer("older_than", 0, int.MaxValue);
        if (form.HasErrors) return form.BadRequest();
        DateTimeOffset? before = seconds is { } age ? request.Services.Time.GetUtcNow().AddSeconds(-age) : null;
        var deleted = await request.Core.Machines.DeleteNewAsync(request.Actor, before, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("deleted", deleted);
            json.WriteEndObject();
        });
    }

    internal static async Task RefuseUnknownTagsAsync(ApiRequest request, FormReader form,
        IReadOnlyDictionary<string, IReadOnlyList<string>> named)
    {
        HashSet<string> known = [.. (await request.Core.Tags.ListAsync(request.Aborted).ConfigureAwait(false)).Select(tag => tag.Name)];
        foreach (var (field, tags) in named)
        {
            var unknown = tags.Where(tag => !known.Contains(tag)).Select(tag => $"'{LogText.From(tag, 64)}'").Take(20).ToList();
            if (unknown.Count > 0) form.Refuse(field, $"No such tag(s): {string.Join(", ", unknown)}.");
        }
    }

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var (query, refusal) = await QueryAsync(request).ConfigureAwait(false);
        if (query is null) return refusal!; // one of the two is set
        if (query.MatchesNothing) return List(request, []);
        var form = request.Reader();
        var limit = (int?)form.Integer("limit", 1, int.MaxValue);
        var after = await AfterAsync(request, form).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        if (query.Also is null && query.Hardware is null)
            return await request.ShowAsync(query.Filter with { Limit = limit, AfterNumber = after }).ConfigureAwait(false);
        (var machines, refusal) = await SelectAsync(request, query with { Filter = query.Filter with { AfterNumber = after } })
            .ConfigureAwait(false);
        return refusal ?? List(request, machines.Take(limit ?? int.MaxValue));
    }

    /// <summary>The number of the last machine of the page before; 0 for the first page.</summary>
    private static async Task<long> AfterAsync(ApiRequest request, FormReader form)
    {
        if (form.Optional("after") is not { } text) return 0;
        if (SystemId.TryParse(text, out var id)
            && await request.Core.Machines.ListRevisionsAsync(new MachineFilter { Ids = [id] }, request.Aborted).ConfigureAwait(false)
                is [var last]) return last.Number;
        form.Refuse("after", $"No such machine: '{LogText.From(text, 64)}'.");
        return 0;
    }

    private static ApiResult List(ApiRequest request, IEnumerable<Machine> machines) =>
        request.ShowAll(machines);

    private static async Task<ApiResult> CreateAsync(ApiRequest request)
    {
        var user = (request.Caller as Caller.OfUser)?.User;
        var form = request.Reader();
        // Without credentials a caller must not choose the addresses to which this server sends passwords and power commands.
        var wanted = form.NewMachine(mayNamePower: user is { IsAdministrator: true });
        if (wanted.MacAddresses.Count == 0 && wanted.Power.Type != "ipmi" && !form.HasErrors)
            form.Refuse("mac_addresses", "This field is required.");
        if (form.Optional("architecture") is null) form.Refuse("architecture", "This field is required.");
        wanted = wanted with
        {
            ZoneId = form.Zone(request.Topology) ?? wanted.ZoneId, PoolId = form.Pool(request.Topology) ?? wanted.PoolId,
        };
        var commission = form.Boolean("commission") ?? true;
        var commissioning = await MachineOperations.WithScriptsAsync(request, form, null, MachineOperations.Commission(form))
            .ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();

        if (user is null && request.RefuseEnlistment(wanted) is { } unwelcome) return unwelcome;
        switch (await request.StoreNewMachineAsync(wanted).ConfigureAwait(false))
        {
            case CreateResult.Full full:
                return ApiResults.Busy(full.Reason, FullWait);
            case CreateResult.Refused refused:
                return request.NotCreated(refused) ?? Limited(request, MachineBatches.Unrevealed(wanted));
            case CreateResult.Created { Machine: var machine } when user is { IsAdministrator: true } && commission:
                return await request.ExecuteAsync(machine.Id, commissioning).ConfigureAwait(false);
            case CreateResult.Created { Machine: var machine } when user is not null:
                return request.Show(machine);
            case CreateResult.Created { Machine: var machine }:
                return Limited(request, machine);
            case CreateResult.Known:
                return Limited(request, MachineBatches.Unrevealed(wanted));
            default:
                throw new UnreachableException();
        }
    }

    private static ApiResult Limited(ApiRequest request, Machine machine) =>
        ApiResults.Json(json => MachineJson.WriteLimited(json, machine, request.View));

    internal static async Task<ApiResult> IsRegisteredAsync(ApiRequest request)
    {
        if (request.Form["mac_address"] is not { Length: > 0 } text) return ApiResults.BadRequest("No provided mac_address!");
        if (!MacAddress.TryParse(text, out var address))
            return CommandResults.BadField("mac_address", $"'{LogText.From(text, 64)}' is not a valid MAC address.");
        var machine = await request.Core.Machines.FindByMacAsync(address, request.Aborted).ConfigureAwait(false);
        var isRegistered = machine is not null
            ? machine.Status != MachineStatus.Retired
            : await request.Core.Devices.FindByMacAsync(address, request.Aborted).ConfigureAwait(false) is not null;
        return ApiResults.Json(json => json.WriteBooleanValue(isRegistered));
    }

    private static async Task<ApiResult> ListAllocatedAsync(ApiRequest request) =>
        List(request, await request.AllocatedMachinesAsync().ConfigureAwait(false));

    internal static async Task<ApiResult> PowerParametersAsync(ApiRequest request)
    {
        var (machines, refusal) = await FindAsync(request).ConfigureAwait(false);
        return refusal ?? ApiResults.Json(json =>
        {
            json.WriteStartObject();
            foreach (var machine in machines)
            {
                json.WriteStartObject(machine.Id.ToString());
                MachineResource.WritePowerParameters(json, machine, request);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private static async Task<ApiResult> AcceptAsync(ApiRequest request)
    {
        var (machines, refusal) = await request.NamedMachinesAsync("machines", "machine").ConfigureAwait(false);
        return refusal ?? await AcceptAsync(request, machines).ConfigureAwait(false);
    }

    private static async Task<ApiResult> AcceptAllAsync(ApiRequest request) =>
        await AcceptAsync(
            request,
            await request.Core.Machines.ListAsync(new MachineFilter { Statuses = [MachineStatus.New] }, request.Aborted)
                .ConfigureAwait(false))
            .ConfigureAwait(false);

    private static async Task<ApiResult> AcceptAsync(ApiRequest request, IReadOnlyList<Machine> machines)
    {
        var (accepted, refused) = await request.AcceptMachinesAsync(machines).ConfigureAwait(false);
        return refused is null ? List(request, accepted) : CommandResults.Refused(refused);
    }

    private static Task<ApiResult> ReleaseAsync(ApiRequest request) =>
        request.ReleaseMachinesAsync("machines", "machine", machine => machine.Status.DisplayName);
}
