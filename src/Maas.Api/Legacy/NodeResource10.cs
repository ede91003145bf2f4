using System.Diagnostics;
using System.Security.Cryptography;
using Maas.Api.Machines;
using Maas.Api.OAuth;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Legacy;

/// <summary><c>nodes/</c> of API 1.0.</summary>
internal static class NodeResource10
{
    private static readonly ApiArgument Comment = ApiArgument.Text("comment", "a reason, for the journal.");

    /// <summary>
    /// What clients of 1.0 say about clusters, of which there is one, and about what to do after commissioning, which was always 0:
    /// nothing.
    /// </summary>
    private static readonly string[] OfClusters = ["nodegroup", "autodetect_nodegroup", "after_commissioning_action"];

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/1.0/nodes/", "NodesHandler", "All nodes.",
        [
            ApiAction.Post("new", ApiAccess.UserOrAnonymous, NewAsync, "Declare a node. An administrator's is accepted at once.")
                .With(
                    ApiArgument.Text("architecture", "i386, amd64 and so on."),
                    ApiArgument.Texts("mac_addresses", "the addresses of its network interfaces."),
                    ApiArgument.Text("hostname", "its host name; without it, one is made."),
                    ApiArgument.Text("power_type", "how it is turned on and off."),
                    ApiArgument.Text(
                        "power_parameters", "what that needs, a JSON object; or one argument power_parameters_NAME each.")) with
            {
                AlsoTakes = ["subarchitecture", "domain", "hardware_uuid", "description", "min_hwe_kernel", "power_parameters_*",
                    .. OfClusters],
                Unsupported = MachineOperations.AlwaysChecked,
            },
            ApiAction.Post("accept", ApiAccess.User, AcceptAsync, "Accept declared nodes: commission them.")
                .With(ApiArgument.Texts("nodes", "their ids.")),
            ApiAction.Post("acquire", ApiAccess.User, AcquireAsync, "Acquire a node that fits. Constraints that are not known are ignored.")
                with { TakesAnyArgument = true },
            ApiAction.Post("release", ApiAccess.User, request =>
                request.ReleaseMachinesAsync("nodes", "node", NodeJson.NameOf),
                    "Give nodes back.").With(ApiArgument.Texts("nodes", "their ids."), Comment),
            ApiAction.Get("list", ApiAccess.User, ListAsync, "List nodes.").With(MachineQuery.Arguments)
                with { AlsoTakes = MachineQuery.MoreArguments, Unsupported = Allocation.Unsupported },
            ApiAction.Get("list_allocated", ApiAccess.User, ListAllocatedAsync,
                "List the nodes acquired with this key.").With(ApiArgument.Text("id", "only these.")),
            ApiAction.Get("is_registered", ApiAccess.UserOrAnonymous, MachinesResource.IsRegisteredAsync,
                "Ask whether an address belongs to a node.").With(ApiArgument.Text("mac_address", "the address.")),
            ApiAction.Get("deployment_status", ApiAccess.User, DeploymentStatusAsync,
                "Ask how far the installation of nodes is.").With(ApiArgument.Texts("nodes", "their ids.")),
            ApiAction.Get("power_parameters", ApiAccess.Administrator, MachinesResource.PowerParametersAsync,
                "Read how nodes are turned on and off.").With(ApiArgument.Text("id", "which nodes."))
                with { AlsoTakes = MachineQuery.AllArguments },
            ApiAction.Post("accept_all", ApiAccess.Administrator, AcceptAllAsync, "Accept every declared node: commission them."),
            ApiAction.Post("check_commissioning", ApiAccess.User, CheckCommissioningAsync,
                "Fail the nodes whose commissioning takes too long, as this server also does by itself; list those that were failed."),
            ApiAction.Post("set_zone", ApiAccess.Administrator, SetZoneAsync,
                "Put nodes into a zone.").With(ApiArgument.Text("zone", "the zone."), ApiArgument.Texts("nodes", "their ids.")),
        ]),
        new("api/1.0/nodes/{system_id}/", "NodeHandler", "A node.",
        [
            ApiAction.Read(
                ApiAccess.User,
                request => WithAsync(request, _ => true, machine => Task.FromResult(Show(request, machine))),
                "Read a node."),
            ApiAction.Update(ApiAccess.User, UpdateAsync, "Change a node.")
                .With(
                    ApiArgument.Text("hostname", "its new host name."),
                    ApiArgument.Text("architecture", "its architecture."),
                    ApiArgument.Text("power_type", "how it is turned on and off (administrators only)."),
                    ApiArgument.Text("power_parameters", "what that needs, a JSON object; or one argument power_parameters_NAME each."),
                    ApiArgument.Text("zone", "its zone."),
                    ApiArgument.Text("min_hwe_kernel", "the oldest kernel it may run; kept and shown."),
                    ApiArgument.Text("swap_size", "bytes of swap; kept and shown."),
                    ApiArgument.Integer("cpu_count", "logical processors, if the inventory is wrong."),
                    ApiArgument.Integer("memory", "memory in MiB, if the inventory is wrong.")) with
                {
                    AlsoTakes = ["subarchitecture", "power_parameters_*", .. OfClusters],
                    Unsupported = new Dictionary<string, string>(MachineOperations.AlwaysChecked)
                    {
                        ["boot_type"] = "This server decides itself how a system is installed.",
                        ["disable_ipv4"] = "This server does not configure the network of deployed systems.",
                    },
                },
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Forget a node without an owner."),
            ApiAction.Get(
                "power_parameters",
                ApiAccess.Administrator,
                MachineResource.PowerParametersAsync,
                "Read how the node is turned on and off."),
            ApiAction.Get("query_power_state", ApiAccess.User, MachineResource.QueryPowerStateAsync, "Read the node's power state."),
            ApiAction.Get("details", ApiAccess.User, MachineResource.DetailsAsync, "Read the raw inventory as BSON."),
            ApiAction.Get("get_curtin_config", ApiAccess.User, MachineResource.GetCurtinConfigAsync, MachineResource.CurtinConfigDoc),
            ApiAction.Post("start", ApiAccess.User, StartAsync, "Install a node, or turn on an installed one.")
                .With(
                [
                    ApiArgument.Text("user_data", "what cloud-init gets, as it is or in base64."),
                    ApiArgument.Text("distro_series", "the system."),
                    ApiArgument.Text("hwe_kernel", "the kernel; kept and shown."),
                    Comment,
                ]) with { LongestForm = FormLimits.UserData },
            ApiAction.Post("stop", ApiAccess.User, StopAsync,
                "Turn a node off. One that is being installed is not installed then, and stays its owner's.")
                .With(
                [
                    ApiArgument.Flag("stop_mode", "hard cuts the power, soft asks the operating system to shut down."),
                    Comment,
                ]),
            ApiAction.Post("release", ApiAccess.User, ReleaseAsync, "Give a node back.").With(Comment),
            ApiAction.Post("commission", ApiAccess.Administrator, request =>
                CommandAsync(request, MachineOperations.Skips(request.Reader())), "Commission a node.").With(Comment) with
            {
                AlsoTakes = ["enable_ssh", "skip_bmc_config", "skip_networking", "skip_storage"],
                Unsupported = new Dictionary<string, string>
                {
                    ["block_poweroff"] = "This server's ephemeral environment powers off when it is done."
                },
            },
            ApiAction.Post("abort_operation", ApiAccess.User, request =>
                CommandAsync(request, new MachineCommand.Abort()), "Stop what a node is busy with.").With(Comment),
            ApiAction.Post(
                "mark_broken",
                ApiAccess.User,
                request => CommandAsync(request, new MachineCommand.MarkBroken { Comment = request.Form["error_description"] }),
                "Mark a node broken.")
                .With(
                [
                    Comment,
                    ApiArgument.Text("error_description", "the same under its old name."),
                ]),
            ApiAction.Post("mark_fixed", ApiAccess.Administrator, request =>
                CommandAsync(request, new MachineCommand.MarkFixed()), "Mark a node whole again.").With(Comment),
        ]),
    ];

    /// <summary>
    /// Runs <paramref name="then"/> on the node in the path, if the user may. In API 1.0 another user's node is 403, not 404.
    /// </summary>
    internal static async Task<ApiResult> WithAsync(ApiRequest request, Func<Machine, bool> may, Func<Machine, Task<ApiResult>> then)
    {
        if (!SystemId.TryParse(request.Route["system_id"], out var id)
            || await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) is not { } machine)
                return ApiResults.NotFound("Node");
        return request.User.MaySee(machine) && may(machine)
            ? await then(machine).ConfigureAwait(false)
            : ApiResults.Forbidden("You are not allowed to do this to this node.");
    }

    internal static ApiResult Show(ApiRequest request, Machine machine, AllocationResult.Allocated? allocated = null) =>
        new ApiResult.Deferred(async cancellationToken =>
        {
            var config = await request.Core.NodeConfigs.GetAsync(machine, cancellationToken).ConfigureAwait(false);
            return ApiResults.Json(json => NodeJson.Write(json, machine, config, request.View, allocated));
        });

    private static ApiResult List(ApiRequest request, IEnumerable<Machine> machines) =>
        new ApiResult.Deferred(async cancellationToken =>
        {
            List<Machine> shown = [.. machines];
            var configs = await request.Core.NodeConfigs.ListAsync(shown, cancellationToken).ConfigureAwait(false);
            return ApiResults.List(
                shown, (json, machine) => NodeJson.Write(json, machine, configs[machine.Id], request.View));
        });

    private static async Task<ApiResult> NewAsync(ApiRequest request)
    {
        var user = (request.Caller as Caller.OfUser)?.User;
        var form = request.Reader();
        var wanted = form.NewMachine(mayNamePower: user is { IsAdministrator: true }) with { Id = NewId() };
        if (form.Optional("architecture") is null) form.Refuse("architecture", "This field is required.");
        if (wanted.MacAddresses.Count == 0 && wanted.Power.Type != "ipmi" && !form.HasErrors)
            form.Refuse("mac_addresses", "This field is required.");
        if (form.HasErrors) return form.BadRequest();

        if (user is null && request.RefuseEnlistment(wanted) is { } unwelcome) return unwelcome;
        var result = await request.StoreNewMachineAsync(wanted).ConfigureAwait(false);
        var machine = result switch
        {
            CreateResult.Created created => created.Machine,
            _ => MachineBatches.Unrevealed(wanted),
        };
        if (result is CreateResult.Full full) return ApiResults.Busy(full.Reason, MachinesResource.FullWait);
        if (result is CreateResult.Refused refused && request.NotCreated(refused) is { } refusal) return refusal;
        if (user is null) return ApiResults.Json(json => NodeJson.WriteOriginal(json, machine, request.View));
        return user.IsAdministrator
            ? await CommandAsync(request, machine, new MachineCommand.Accept()).ConfigureAwait(false)
            : Show(request, machine);
    }

    /// <summary>The long form of 2012, but with 122 random bits where MAAS had the time and an address.</summary>
    private static SystemId NewId() => SystemId.Parse($"node-{new Guid(RandomNumberGenerator.GetBytes(16)):D}");

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var (machines, refusal) = await MachinesResource.FindAsync(request).ConfigureAwait(false);
        return refusal ?? List(request, machines);
    }

    private static async Task<ApiResult> ListAllocatedAsync(ApiRequest request) =>
        List(request, await request.AllocatedMachinesAsync().ConfigureAwait(false));

    private static async Task<ApiResult> AcquireAsync(ApiRequest request)
    {
        var form = request.Reader();
        var wanted = Allocation.Read(form, (Caller.OfUser)request.Caller);
        if (form.HasErrors) return form.BadRequest();
        return await request.Core.Machines.AllocateAsync(wanted, request.Aborted).ConfigureAwait(false) switch
        {
            AllocationResult.Allocated allocated => Show(request, allocated.Machine, allocated),
            AllocationResult.NoMachine => ApiResults.Conflict("No matching node is available."),
            AllocationResult.Invalid invalid => CommandResults.BadField(invalid.Constraint, invalid.Reason),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<ApiResult> AcceptAsync(ApiRequest request)
    {
        if (!request.User.IsAdministrator)
            return ApiResults.Forbidden("You don't have the required permission to accept the following node(s).");
        var (machines, refusal) = await request.NamedMachinesAsync("nodes", "node").ConfigureAwait(false);
        if (refusal is not null) return refusal;
        var (accepted, refused) = await request.AcceptMachinesAsync(machines).ConfigureAwait(false);
        return refused is null
            ? List(request, accepted)
            : ApiResults.Conflict(
                $"Cannot accept node enlistment: node {refused.Machine.Id} is in state {NodeJson.NameOf(refused.Machine)}.");
    }

    private static async Task<ApiResult> AcceptAllAsync(ApiRequest request)
    {
        var declared = new MachineFilter { Statuses = [MachineStatus.New] };
        var machines = await request.Core.Machines.ListAsync(declared, request.Aborted).ConfigureAwait(false);
        var (accepted, _) = await request.AcceptMachinesAsync(machines).ConfigureAwait(false);
        return List(request, accepted);
    }

    private static async Task<ApiResult> CheckCommissioningAsync(ApiRequest request)
    {
        var commissioning = await request.Core.Machines.ListAsync(
            new MachineFilter { Statuses = [MachineStatus.Commissioning] }, request.Aborted).ConfigureAwait(false);
        if (commissioning.Count == 0) return List(request, []);
        await request.Core.Deadlines.PassAsync(request.Aborted).ConfigureAwait(false);
        var failed = await request.Core.Machines.ListAsync(
            new MachineFilter
            {
                Ids = [.. commissioning.Select(machine => machine.Id)],
                Statuses = [MachineStatus.FailedCommissioning],
            },
            request.Aborted).ConfigureAwait(false);
        return List(request, failed.Where(request.User.MaySee));
    }

    private static async Task<ApiResult> SetZoneAsync(ApiRequest request)
    {
        var form = request.Reader();
        _ = form.Required("zone");
        var zone = form.Zone(request.Topology);
        if (form.HasErrors) return form.BadRequest();
        var (machines, refusal) = await request.NamedMachinesAsync("nodes", "node").ConfigureAwait(false);
        if (refusal is not null) return refusal;
        foreach (var machine in machines)
        {
            var result = await request.Core.Machines.EditAsync(
                machine.Id, request.Actor, each => each with { ZoneId = zone ?? each.ZoneId }, request.Aborted).ConfigureAwait(false);
            if (result is not (EditResult.Done or EditResult.NotFound)) return CommandResults.Of(result, request);
        }

        return ApiResults.Ok;
    }

    /// <summary>The nodes with the tag in the path.</summary>
    internal static async Task<ApiResult> ListTaggedAsync(ApiRequest request)
    {
        if (await request.Core.Tags.GetAsync(request.Route["name"], request.Aborted).ConfigureAwait(false) is not { } tag)
            return ApiResults.NotFound("Tag");
        var machines = await request.Core.Machines.ListAsync(new MachineFilter { Tags = [tag.Name] }, request.Aborted)
            .ConfigureAwait(false);
        return List(request, machines.Where(request.User.MaySee));
    }

    private static async Task<ApiResult> DeploymentStatusAsync(ApiRequest request)
    {
        var (machines, refusal) = await request.NamedMachinesAsync("nodes", "node").ConfigureAwait(false);
        return refusal ?? ApiResults.Json(json =>
        {
            json.WriteStartObject();
            foreach (var machine in machines.Where(request.User.MaySee))
            {
                json.WriteString(
                    machine.Id.ToString(),
                    machine.Status is MachineStatus.Deployed or MachineStatus.Deploying or MachineStatus.FailedDeployment
                    ? machine.Status.DisplayName
                    : "Not in Deployment");
            }

            json.WriteEndObject();
        });
    }

    private static Task<ApiResult> UpdateAsync(ApiRequest request) => WithAsync(request, request.User.MayDescribe, async machine =>
    {
        var form = request.Reader();
        var architecture = form.Architecture();
        var changesPower = form.NamesPower();
        if (changesPower && !request.User.IsAdministrator)
            return ApiResults.Forbidden("Only an administrator may say how a node is turned on and off.");
        if (changesPower) _ = form.Power(machine.Power);
        var swap = form.Form.Has("swap_size");
        var swapSize = form.ByteCount("swap_size");
        var (cpus, memory) = ((int?)form.Integer("cpu_count", 0, 1_000_000), (int?)form.Integer("memory", 0, int.MaxValue));
        var zone = form.Zone(request.Topology);
        if (form.HasErrors) return form.BadRequest();
        var result = await request.Core.Machines.EditAsync(machine.Id, request.Actor, each => each with
        {
            Hostname = form.Optional("hostname") ?? each.Hostname,
            Architecture = architecture ?? each.Architecture,
            ZoneId = zone ?? each.ZoneId,
            MinHweKernel = form.Form["min_hwe_kernel"] ?? each.MinHweKernel,
            SwapSize = swap ? swapSize : each.SwapSize,
            CpuCount = cpus ?? each.CpuCount,
            MemoryMiB = memory ?? each.MemoryMiB,
            Power = changesPower ? new FormReader(form.Form).Power(each.Power) : each.Power,
        }, request.Aborted).ConfigureAwait(false);
        return result is EditResult.Done done ? Show(request, done.Machine) : CommandResults.Of(result, request);
    });

    private static Task<ApiResult> DeleteAsync(ApiRequest request) => WithAsync(request, request.User.MayDescribe, async machine =>
    {
        if (NodeJson.StatusOf(machine.Status) == 6)
            return ApiResults.Conflict($"Cannot delete node {machine.Id}: node is in state {NodeJson.NameOf(machine)}.");
        return await request.Core.Machines.DeleteAsync(machine.Id, request.Actor, request.Aborted)
            .ConfigureAwait(false) is CommandResult.Refused refused
            ? CommandResults.Refused(refused)
            : ApiResults.NoContent;
    });

    /// <summary>In 2012 starting a node was installing it, and starting it again was turning it on.</summary>
    private static Task<ApiResult> StartAsync(ApiRequest request) => WithAsync(request, request.User.MayEdit, machine =>
    {
        var form = request.Reader();
        var userData = form.UserData();
        if (form.HasErrors) return Task.FromResult(form.BadRequest());
        MachineCommand command = machine.Status is MachineStatus.Deploying or MachineStatus.Deployed
            ? new MachineCommand.TurnOn { UserData = userData }
            : new MachineCommand.Deploy(machine.Owner ?? request.User.Name)
            {
                TokenKey = ((Caller.OfUser)request.Caller).TokenKey,
                DistroSeries = form.Optional("distro_series") ?? "",
                HweKernel = form.Optional("hwe_kernel") ?? "",
                UserData = userData,
            };
        return CommandAsync(request, machine, command);
    });

    /// <summary>
    /// Clients of 2012 stop a node before they release it, in whatever state it is; one that is being installed has to be aborted for that.
    /// </summary>
    private static Task<ApiResult> StopAsync(ApiRequest request) => WithAsync(request, request.User.MayEdit, machine =>
        CommandAsync(request, machine, machine.Status is MachineStatus.Deploying ? new MachineCommand.Abort()
            : new MachineCommand.TurnOff { Soft = request.Form["stop_mode"] == "soft" }));

    private static Task<ApiResult> ReleaseAsync(ApiRequest request) => WithAsync(request, request.User.MayTake, async machine =>
    {
        var result =
            await request.Core.Machines.ExecuteAsync(
                machine.Id, new MachineCommand.Release { Comment = request.Comment }, request.Actor, request.Aborted)
                .ConfigureAwait(false);
        return result switch
        {
            CommandResult.Done done => Show(request, done.Machine),
            CommandResult.Refused { Because: RefusalKind.Permission } refused => CommandResults.Refused(refused),
            CommandResult.Refused refused =>
                ApiResults.Conflict($"Node cannot be released in its current state ('{NodeJson.NameOf(refused.Machine)}')."),
            _ => ApiResults.NotFound("Node"),
        };
    });

    private static Task<ApiResult> CommandAsync(ApiRequest request, MachineCommand command) =>
        WithAsync(request, request.User.MayEdit, machine => CommandAsync(request, machine, command));

    private static async Task<ApiResult> CommandAsync(ApiRequest request, Machine machine, MachineCommand command)
    {
        var explained = command with { Comment = request.Comment ?? command.Comment };
        return await request.Core.Machines.ExecuteAsync(machine.Id, explained, request.Actor, request.Aborted)
            .ConfigureAwait(false) switch
        {
            CommandResult.Done done => Show(request, done.Machine),
            CommandResult.Refused refused => CommandResults.Refused(refused),
            _ => ApiResults.NotFound("Node"),
        };
    }
}
