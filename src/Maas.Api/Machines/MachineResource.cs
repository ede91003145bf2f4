using System.Text.Json;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Api.Topology;
using Maas.Core;
using Maas.Core.Inventory;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>One machine of API 2.0: reading, changing and removing it. What moves it is in <see cref="MachineOperations"/>.</summary>
internal static class MachineResource
{
    private static readonly ApiArgument AnyKey =
        ApiArgument.Text("key", "the value of the key; an empty one removes it. Any number of keys may be given.");

    public static ApiResource Definition { get; } = new("api/2.0/machines/{system_id}/", "MachineHandler", "A machine.",
    [
        ApiAction.Read(ApiAccess.User, ReadAsync, "Read a machine."),
        ApiAction.Update(ApiAccess.User, UpdateAsync, "Change what is known about a machine.")
            .With(
                ApiArgument.Text("hostname", "its new host name."),
                ApiArgument.Text("domain", "its DNS domain."),
                ApiArgument.Text("description", "free words."),
                ApiArgument.Text("architecture", "its architecture, amd64 or amd64/generic."),
                ApiArgument.Text("power_type", "how it is turned on and off (administrators only)."),
                ApiArgument.Text("power_parameters", "what that needs, a JSON object; or one argument power_parameters_NAME each."),
                ApiArgument.Text("zone", "its zone."),
                ApiArgument.Text("pool", "its resource pool."),
                ApiArgument.Integer("cpu_count", "logical processors, if the inventory is wrong."),
                ApiArgument.Integer("memory", "memory in MiB, if the inventory is wrong."),
                ApiArgument.Text("min_hwe_kernel", "the oldest kernel it may run; kept and shown."),
                ApiArgument.Text("swap_size", "bytes of swap; kept and shown."))
                with { AlsoTakes = ["subarchitecture", "power_parameters_*"], Unsupported = NotChanged },
        ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Forget a machine.")
            .With(ApiArgument.Flag("force", "accepted, and without meaning here.")),
        ApiAction.Get(
            "power_parameters",
            ApiAccess.Administrator,
            PowerParametersAsync,
            "Read how the machine is turned on and off, with its passwords."),
        ApiAction.Get(
            "query_power_state", ApiAccess.User, QueryPowerStateAsync, "Read the machine's power state, and have it looked up again."),
        ApiAction.Get("details", ApiAccess.User, DetailsAsync, "Read the inventory as BSON: lshw and lldp, XML each."),
        ApiAction.Get("get_curtin_config", ApiAccess.User, GetCurtinConfigAsync, CurtinConfigDoc),
        ApiAction.Get("get_token", ApiAccess.User, GetTokenAsync, "Read the machine's own key."),
        ApiAction.Get(
            "get_capture",
            ApiAccess.Administrator,
            GetCaptureAsync,
            "Download the last datagrams that the boot servers took from the machine and sent to it, as pcapng."),
        .. DiagnosisOperations.Actions,
        ProgressOperations.Progress,
        ControllerInventory.Read,
        ApiAction.Post("set_owner_data", ApiAccess.User, SetOwnerDataAsync, OwnerDataSummary).With(AnyKey)
            with { TakesAnyArgument = true },
        ApiAction.Post("set_workload_annotations", ApiAccess.User, SetOwnerDataAsync, OwnerDataSummary).With(AnyKey)
            with { TakesAnyArgument = true },
        .. MachineOperations.Actions,
        HandOverOperation.Action,
        .. MachineStorageOperations.Actions,
        .. MachineNetworkOperations.Actions,
    ]);

    private static Dictionary<string, string> NotChanged => new(MachineOperations.AlwaysChecked)
    {
        ["disable_ipv4"] = "If specified, 'disable_ipv4' must be False.",
        ["is_dpu"] = "This server does not manage DPUs.",
        ["enable_hw_sync"] = "Hardware sync is chosen when a machine is deployed.",
    };

    internal const string CurtinConfigDoc =
        "Read what a machine that is Deploying gets: the image, the disk and the end in curtin's terms, or its installer's answer file. "
        + "Without keys.";

    private const string OwnerDataSummary = "Set or remove keys of the owner's own data.";

    private const int MaximumOwnerData = 1000;

    private static Task<ApiResult> ReadAsync(ApiRequest request) => request.ShowInPathAsync();

    private static async Task<ApiResult> GetCaptureAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var captures = request.Services.Captures;
        var output = new MemoryStream();
        if (captures is null || !await captures.WriteAsync(machine, output, request.Aborted).ConfigureAwait(false))
            return ApiResults.NotFound("Capture");
        return new ApiResult.Bytes(output.GetBuffer().AsMemory(0, (int)output.Length), "application/vnd.tcpdump.pcap")
        {
            Headers = [new("Content-Disposition", $"attachment; filename=\"{machine.Id}.pcapng\"")],
        };
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (!request.User.MayEdit(machine)) return MachinePermissions.Denied;
        if (machine.Locked) return ApiResults.Forbidden("The machine is locked.");

        var form = request.Reader();
        // Before anything is compared: an answer that depends on whether a guess is right would tell a password.
        var changesPower = form.NamesPower();
        if (changesPower && !request.User.IsAdministrator)
            return ApiResults.Forbidden("Only an administrator may say how a machine is turned on and off.");
        var swap = form.Form.Has("swap_size");
        var swapSize = form.ByteCount("swap_size");
        var (architecture, cpus, memory) = (
            form.Architecture(), (int?)form.Integer("cpu_count", 0, 1_000_000), (int?)form.Integer("memory", 0, int.MaxValue));
        var (zone, pool) = (form.Zone(request.Topology), form.Pool(request.Topology));
        if (changesPower) _ = form.Power(machine.Power);
        if (form.HasErrors) return form.BadRequest();

        var result = await request.Core.Machines.EditAsync(machine.Id, request.Actor, each => each with
        {
            Hostname = form.Optional("hostname") ?? each.Hostname,
            Domain = form.Optional("domain") ?? each.Domain,
            Description = form.Form["description"] ?? each.Description,
            Architecture = architecture ?? each.Architecture,
            Power = changesPower ? new FormReader(form.Form).Power(each.Power) : each.Power,
            MinHweKernel = form.Form["min_hwe_kernel"] ?? each.MinHweKernel,
            SwapSize = swap ? swapSize : each.SwapSize,
            ZoneId = zone ?? each.ZoneId,
            PoolId = pool ?? each.PoolId,
            CpuCount = cpus ?? each.CpuCount,
            MemoryMiB = memory ?? each.MemoryMiB,
        }, request.Aborted).ConfigureAwait(false);
        return CommandResults.Of(result, request);
    }

    internal static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (machine.Locked) return ApiResults.Forbidden("The machine is locked.");
        return await request.Core.Machines.DeleteAsync(machine.Id, request.Actor, request.Aborted).ConfigureAwait(false) switch
        {
            CommandResult.Done => ApiResults.NoContent,
            CommandResult.Refused refused => CommandResults.Refused(refused),
            _ => ApiResults.NotFound("Machine"),
        };
    }

    internal static async Task<ApiResult> PowerParametersAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            WritePowerParameters(json, machine, request);
            json.WriteEndObject();
        });
    }

    internal static void WritePowerParameters(Utf8JsonWriter json, Machine machine, ApiRequest request)
    {
        foreach (var name in machine.Power.Parameters.Keys)
            if (request.Services.Options.ShowPowerCredentials || !PowerTypeTable.IsSecret(machine.Power.Type, name))
                json.WriteString(name, machine.Power.Parameters[name]);
    }

    /// <summary>
    /// The state as last known. Asking the machine's controller takes seconds: the query starts now, and a client that polls receives the
    /// result.
    /// </summary>
    internal static async Task<ApiResult> QueryPowerStateAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (!machine.Power.IsManual)
            await request.Core.Machines.ExecuteAsync(machine.Id, new MachineCommand.QueryPower(), request.Actor, request.Aborted)
                .ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("state", PowerStateNames.Of(machine.PowerState));
            json.WriteEndObject();
        });
    }

    /// <summary>The inventory as lshw shows it; both are null before the machine has sent one.</summary>
    internal static async Task<ApiResult> DetailsAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var (lshw, lldp) = machine.Hardware is { } hardware
            ? (LshwDocument.Write(hardware, machine.Hostname), LshwDocument.NoNeighbors.ToArray())
            : (null, null);
        return new ApiResult.Bytes(Bson.Document([("lshw", lshw), ("lldp", lldp)]), "application/bson");
    }

    internal static async Task<ApiResult> GetCurtinConfigAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        return machine switch
        {
            { Status: MachineStatus.Deploying, Deployment: { Ephemeral: false, Image: { } image } deployment } =>
                ApiResults.Text(CurtinConfig.For(deployment, image, request.BaseUrl)),
            { Status: MachineStatus.Deploying, Deployment.Recipe: not null } =>
                await InstallerPreview.ReadAsync(request, machine).ConfigureAwait(false),
            _ => ApiResults.Conflict(
                $"A machine has a curtin config while it is Deploying; it is in the '{machine.Status.DisplayName}' state."),
        };
    }

    private static async Task<ApiResult> GetTokenAsync(ApiRequest request)
    {
        // The token is read before the permission is checked: a change of owner revokes it, so that the token shown is never of a later
        // owner's time.
        var token = SystemId.TryParse(request.Route["system_id"], out var id)
            ? await request.Core.MachineTokens.GetAsync(id, request.Aborted).ConfigureAwait(false)
            : null;
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (!request.User.MayEdit(machine)) return MachinePermissions.Denied;
        return ApiResults.Json(json =>
        {
            if (token is null)
            {
                json.WriteNullValue();
                return;
            }

            json.WriteStartObject();
            json.WriteString("token_key", token.TokenKey);
            json.WriteString("token_secret", token.TokenSecret.Reveal());
            json.WriteString("consumer_key", token.ConsumerKey);
            json.WriteEndObject();
        });
    }

    private static async Task<ApiResult> SetOwnerDataAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        if (machine.Owner != request.User.Name) return ApiResults.Conflict("Owner data can only be set on machines you own.");
        if (machine.Locked) return ApiResults.Forbidden("The machine is locked.");

        var changes = request.Form.Fields.Where(field => field.Key is not ("op" or "")).ToList();
        var owner = request.Actor with { IsAdministrator = false }; // owner data is the owner's alone
        var result =
            await request.Core.Machines.EditAsync(
                machine.Id, owner, each => each with { OwnerData = Changed(each, changes) }, request.Aborted)
                .ConfigureAwait(false);
        return CommandResults.Of(result, request);
    }

    private static Dictionary<string, string> Changed(Machine machine, List<KeyValuePair<string, string>> changes)
    {
        Dictionary<string, string> data = new(machine.OwnerData);
        foreach (var (key, value) in changes)
        {
            if (value.Length == 0) data.Remove(key);
            else if (data.Count < MaximumOwnerData || data.ContainsKey(key)) data[key] = value;
        }

        return data;
    }
}
