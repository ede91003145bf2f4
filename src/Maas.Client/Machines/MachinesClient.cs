using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Machines;

/// <summary>Machines: what is known of them, and what they are asked to do. A machine is identified by its system id.</summary>
public sealed partial class MachinesClient : MaasCollection<MaasMachine, string, MachineFields>
{
    private static readonly MachineWait DefaultWait = new();

    internal MachinesClient(MaasConnection connection)
        : base(connection, "machines/")
    {
    }

    /// <summary>The machines that fit, each read when it has arrived.</summary>
    /// <exception cref="MaasApiException">400: a zone, a tag or another name in the query is unknown.</exception>
    public IAsyncEnumerable<MaasMachine> ListAsync(MaasMachineQuery query, CancellationToken cancellationToken = default) =>
        Connection.ListAsync<MaasMachine>(Path, new MaasForm().Add(query), cancellationToken);

    /// <summary>Accepts enlisted machines: they are commissioned.</summary>
    /// <returns>The machines that have changed.</returns>
    public async Task<IReadOnlyList<MaasMachine>> AcceptAsync(
        IEnumerable<string> systemIds,
        CancellationToken cancellationToken = default) =>
        await Connection.PostAsync<IReadOnlyList<MaasMachine>>(
            $"{Path}?op=accept", new MaasForm().Add("machines", systemIds), cancellationToken).ConfigureAwait(false);

    /// <summary>Allocates a free machine that fits.</summary>
    /// <returns>The machine; null when no free machine fits.</returns>
    /// <exception cref="MaasApiException">400: a constraint is wrong.</exception>
    public async Task<MaasMachine?> AllocateAsync(
        AllocationConstraints? constraints = null,
        CancellationToken cancellationToken = default)
    {
        try
        {
            return await Connection.PostAsync<MaasMachine>($"{Path}?op=allocate", new MaasForm().Add(constraints), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (MaasApiException exception) when (exception.StatusCode == System.Net.HttpStatusCode.Conflict)
        {
            return null;
        }
    }

    /// <summary>Takes inventory of a machine and tests it.</summary>
    /// <exception cref="MaasApiException">409: the machine's status does not allow it.</exception>
    public Task<MaasMachine> CommissionAsync(
        string systemId,
        CommissionFields? fields = null,
        CancellationToken cancellationToken = default) => DoAsync(systemId, "commission", fields, cancellationToken);

    /// <summary>Tests a machine.</summary>
    /// <exception cref="MaasApiException">409: the machine's status does not allow it.</exception>
    public Task<MaasMachine> TestAsync(string systemId, CommissionFields? fields = null, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "test", fields, cancellationToken);

    /// <summary>Installs a machine. A free one is allocated first.</summary>
    /// <exception cref="MaasApiException">403: it is another user's. 409: the machine's status does not allow it.</exception>
    public Task<MaasMachine> DeployAsync(string systemId, DeployFields? fields = null, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "deploy", fields, cancellationToken);

    /// <summary>Gives a machine back.</summary>
    /// <exception cref="MaasApiException">403: it is another user's. 409: the machine's status does not allow it.</exception>
    public Task<MaasMachine> ReleaseAsync(string systemId, ReleaseFields? fields = null, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "release", fields, cancellationToken);

    /// <summary>Stops what a machine is busy with.</summary>
    /// <exception cref="MaasApiException">409: there is nothing to stop.</exception>
    public Task<MaasMachine> AbortAsync(string systemId, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "abort", new MaasForm(), cancellationToken);

    /// <summary>Turns a machine on.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="userData">What cloud-init gets; null for what it had.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MaasApiException">409: it is not allocated.</exception>
    public Task<MaasMachine> PowerOnAsync(
        string systemId,
        ReadOnlyMemory<byte>? userData = null,
        CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "power_on", new DeployFields { UserData = userData }, cancellationToken);

    /// <summary>Turns a machine off.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="stopMode">Whether to cut the power, or to ask the operating system to shut down.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task PowerOffAsync(
        string systemId,
        MaasStopMode stopMode = MaasStopMode.Hard,
        CancellationToken cancellationToken = default) =>
        // The answer is the machine or null.
        await Connection.PostOrNullAsync<MaasMachine>(
            $"{ItemPath(systemId)}?op=power_off",
            new MaasForm().Add("stop_mode", stopMode == MaasStopMode.Soft ? "soft" : "hard"),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Asks a machine's power control for its state.</summary>
    /// <returns>on, off, unknown or error.</returns>
    public async Task<string> QueryPowerStateAsync(string systemId, CancellationToken cancellationToken = default)
    {
        var query = new MaasForm().Add("op", "query_power_state");
        var answer = await Connection.GetAsync<PowerStateJson>(ItemPath(systemId), query, cancellationToken).ConfigureAwait(false);
        return answer.State ?? "unknown";
    }

    /// <summary>How a machine is switched, with passwords. For administrators.</summary>
    public Task<IReadOnlyDictionary<string, string>> GetPowerParametersAsync(
        string systemId,
        CancellationToken cancellationToken = default) => Connection.GetAsync<IReadOnlyDictionary<string, string>>(
            ItemPath(systemId), new MaasForm().Add("op", "power_parameters"), cancellationToken);

    /// <summary>Marks a machine as broken.</summary>
    public Task<MaasMachine> MarkBrokenAsync(string systemId, string? comment = null, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "mark_broken", new MaasForm().Add("comment", comment), cancellationToken);

    /// <summary>Marks a broken machine as repaired.</summary>
    public Task<MaasMachine> MarkFixedAsync(string systemId, string? comment = null, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "mark_fixed", new MaasForm().Add("comment", comment), cancellationToken);

    /// <summary>Boots a machine into rescue mode.</summary>
    public Task<MaasMachine> EnterRescueModeAsync(string systemId, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "rescue_mode", new MaasForm(), cancellationToken);

    /// <summary>Ends rescue mode.</summary>
    public Task<MaasMachine> ExitRescueModeAsync(string systemId, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "exit_rescue_mode", new MaasForm(), cancellationToken);

    /// <summary>Refuses changes to a machine until it is unlocked.</summary>
    public Task<MaasMachine> LockAsync(string systemId, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "lock", new MaasForm(), cancellationToken);

    /// <summary>Allows changes again.</summary>
    public Task<MaasMachine> UnlockAsync(string systemId, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "unlock", new MaasForm(), cancellationToken);

    /// <summary>Sets keys of the owner's data. An empty text removes a key; other keys stay.</summary>
    /// <exception cref="MaasApiException">409: the caller is not the owner.</exception>
    public Task<MaasMachine> SetOwnerDataAsync(
        string systemId,
        IEnumerable<KeyValuePair<string, string>> data,
        CancellationToken cancellationToken = default)
    {
        var form = new MaasForm();
        foreach (var (name, value) in data) form.Add(name, value);
        return DoAsync(systemId, "set_owner_data", form, cancellationToken);
    }

    /// <summary>Replaces the partitions of a machine by a layout: flat, lvm, bcache, blank and so on.</summary>
    /// <exception cref="MaasApiException">409: the machine's status does not allow it.</exception>
    public Task<MaasMachine> SetStorageLayoutAsync(string systemId, string layout, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "set_storage_layout", new MaasForm().Add("storage_layout", layout), cancellationToken);

    /// <summary>Reads a machine again and again until it has a status.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="status">The status.</param>
    /// <param name="wait">How often and how long; null for every 5 seconds, 60 minutes at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The machine with the status.</returns>
    /// <exception cref="MachineStatusException">The machine has failed or is broken.</exception>
    /// <exception cref="TimeoutException">The machine did not get there in time.</exception>
    public async Task<MaasMachine> WaitForStatusAsync(
        string systemId,
        MaasMachineStatus status,
        MachineWait? wait = null,
        CancellationToken cancellationToken = default)
    {
        wait ??= DefaultWait;
        var began = Connection.TimeProvider.GetTimestamp();
        while (true)
        {
            var machine = await GetAsync(systemId, cancellationToken).ConfigureAwait(false);
            if (machine.Status == status) return machine;
            if (IsFailure(machine.Status)) throw new MachineStatusException(machine, status);
            if (Connection.TimeProvider.GetElapsedTime(began) + wait.Interval > wait.Timeout)
                throw new TimeoutException($"{machine.Hostname} ({systemId}) is still {machine.StatusName} after {wait.Timeout}.");
            await Task.Delay(wait.Interval, Connection.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<MaasMachine> DoAsync(string systemId, string op, IMaasFields? fields, CancellationToken cancellationToken) =>
        DoAsync(systemId, op, new MaasForm().Add(fields), cancellationToken);

    private Task<MaasMachine> DoAsync(string systemId, string op, MaasForm form, CancellationToken cancellationToken) =>
        Connection.PostAsync<MaasMachine>($"{ItemPath(systemId)}?op={op}", form, cancellationToken);

    private static bool IsFailure(MaasMachineStatus status) => status is MaasMachineStatus.FailedCommissioning
        or MaasMachineStatus.FailedDeployment or MaasMachineStatus.FailedReleasing or MaasMachineStatus.FailedDiskErasing
        or MaasMachineStatus.FailedEnteringRescueMode or MaasMachineStatus.FailedExitingRescueMode or MaasMachineStatus.FailedTesting
        or MaasMachineStatus.Broken;
}
