using System.Net;
using Maas.Core.Configuration;
using Maas.Core.Events;
using Maas.Core.Network.Interfaces;
using Maas.Core.Power;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Storage;
using Maas.Core.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Core.Nodes;

/// <summary>All machines: finding them, describing them, and moving them through their lives.</summary>
public sealed partial class Machines
{
    private readonly IMachineStore _store;
    private readonly IRecordStore _records;
    private readonly IPowerQueue _queue;
    private readonly IScriptResultStore _scripts;
    private readonly NodeScripts _nodeScripts;
    private readonly IImageChooser _images;
    private readonly IInstallRecipes? _recipes;
    private readonly Settings _settings;
    private readonly TopologyCache _topology;
    private readonly NodeConfigStore _configs;
    private readonly DeviceStore _devices;
    private readonly IMachinePower _power;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _clock;
    private readonly NodeOptions _options;
    private readonly ILogger<Machines> _logger;

    internal Machines(
        IMachineStore store, IRecordStore records, IPowerQueue queue, IScriptResultStore scripts, NodeScripts nodeScripts,
        IImageChooser images, Settings settings, TopologyCache topology, NodeConfigStore configs, DeviceStore devices,
        IMachinePower power, WorkSignal signal,
        TimeProvider timeProvider, NodeOptions options, ILogger<Machines>? logger = null,
        IInstallRecipes? recipes = null)
    {
        _store = store;
        _records = records;
        _queue = queue;
        _scripts = scripts;
        _nodeScripts = nodeScripts;
        _images = images;
        _recipes = recipes;
        _settings = settings;
        _topology = topology;
        _configs = configs;
        _devices = devices;
        _power = power;
        _signal = signal;
        _clock = timeProvider;
        _options = options;
        _logger = logger ?? NullLogger<Machines>.Instance;
    }

    /// <summary>The power types that can be used; <see langword="null"/> when that is not known.</summary>
    public IReadOnlyList<string>? PowerTypes => _power.PowerTypes;

    /// <summary>The machine, or <see langword="null"/>.</summary>
    public Task<Machine?> GetAsync(SystemId id, CancellationToken cancellationToken = default) => _store.GetAsync(id, cancellationToken);

    /// <summary>The machine that has this network interface, or <see langword="null"/>.</summary>
    public Task<Machine?> FindByMacAsync(MacAddress address, CancellationToken cancellationToken = default) =>
        _store.FindByMacAsync(address, cancellationToken);

    /// <summary>The machines that match, by ascending <see cref="Machine.Number"/>.</summary>
    /// <param name="filter">Which machines, how many, and after which one; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Machine>> ListAsync(MachineFilter? filter = null, CancellationToken cancellationToken = default) =>
        _store.ListAsync(filter ?? new MachineFilter(), cancellationToken);

    /// <summary>The revisions of the machines that match, by ascending number: what has to be shown anew.</summary>
    /// <param name="filter">Which machines, how many, and after which one; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<MachineRevision>> ListRevisionsAsync(
        MachineFilter? filter = null, CancellationToken cancellationToken = default) =>
        _store.ListRevisionsAsync(filter ?? new MachineFilter(), cancellationToken);

    /// <summary>
    /// Gives a machine a command. The machine, its events and its effects are durable when this returns; the power queue acts on power
    /// after that.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="command">The command.</param>
    /// <param name="actor">
    /// The user. Permission is part of the decision: it is evaluated on the version of the machine that is changed, and again after a
    /// conflict.
    /// <see langword="null"/> for the system, which is not checked.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<CommandResult> ExecuteAsync(
        SystemId id, MachineCommand command, MachineActor? actor = null, CancellationToken cancellationToken = default) =>
        RecordAsync(id, command with { By = actor?.Name ?? command.By }, actor, null, cancellationToken);

    /// <summary>Takes a report that a machine made about itself and that the caller has authenticated.</summary>
    /// <param name="id">Which machine.</param>
    /// <param name="report">The report.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<CommandResult> ReportAsync(SystemId id, MachineReport report, CancellationToken cancellationToken = default)
    {
        var result = await RecordAsync(id, WithoutSecrets(report), null, null, cancellationToken).ConfigureAwait(false);
        await FinishHandOverAsync(result, report, cancellationToken).ConfigureAwait(false);
        return result;
    }

    // An installer reports the commands of its answer file, where the machine's own key may be.
    private static MachineReport WithoutSecrets(MachineReport report) => report switch
    {
        MachineReport.Signal { Error: { } error } signal => signal with { Error = SecretRedaction.Apply(error) },
        MachineReport.StageFinished stage => stage with { Detail = SecretRedaction.Apply(stage.Detail) },
        _ => report,
    };

    /// <summary>Notes that the machine was seen with this address by a request it authenticated. The newest four are kept.</summary>
    public async Task ReportAddressAsync(SystemId id, IPAddress address, CancellationToken cancellationToken = default)
    {
        var text = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
        var machine = await _store.GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (machine is null || (machine.IpAddresses.Count > 0 && machine.IpAddresses[0] == text)) return;
        await SaveEditAsync(id, null, current =>
            current with { IpAddresses = SeenAddresses.Add(current.IpAddresses, text) }, null,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The user data to give to the machine; <see langword="null"/> for none.</summary>
    public async Task<ReadOnlyMemory<byte>?> GetUserDataAsync(SystemId id, CancellationToken cancellationToken = default) =>
        await _store.GetUserDataAsync(id, cancellationToken).ConfigureAwait(false) is { } body ? new ReadOnlyMemory<byte>(body)
        : (ReadOnlyMemory<byte>?)null;

    /// <summary>
    /// Forgets a machine with all its tokens, results and addresses, and the devices that belong to it; its events stay. A locked machine
    /// is kept.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user, an administrator; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<CommandResult> DeleteAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken = default) =>
        DeleteAsync(id, actor, _ => true, cancellationToken);

    private async Task<CommandResult> DeleteAsync(
        SystemId id, MachineActor? actor, Func<Machine, bool> isMeant, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine) return new CommandResult.NotFound();
            if (actor is { IsAdministrator: false })
                return new CommandResult.Refused(machine, "delete", MachineActor.NotPermitted, RefusalKind.Permission);
            if (actor is not null && machine.Locked)
                return new CommandResult.Refused(machine, "delete", "The machine is locked.", RefusalKind.Locked);
            if (!isMeant(machine)) return new CommandResult.NotFound();
            var note = new EventNote(EventLevel.Audit, "Deleted", "The machine was deleted.", actor?.Name);
            var deletion = new MachineDeletion(id, machine.Version, note, _clock.GetUtcNow())
            {
                Records =
                [
                    .. await _configs.DeleteAsync(machine, cancellationToken).ConfigureAwait(false),
                    .. await _devices.Identities.ChangesAsync(NodeIdentity.Of(machine), null, cancellationToken).ConfigureAwait(false),
                    .. await _devices.DeleteChildrenOfAsync(id, cancellationToken).ConfigureAwait(false),
                ],
            };
            cancellationToken.ThrowIfCancellationRequested();
            if (!await _store.DeleteAsync(deletion, cancellationToken).ConfigureAwait(false)) continue;
            _devices.Raise();
            return new CommandResult.Done(machine);
        }
    }

    /// <summary>Forgets New machines that made themselves known and were not heard of since; how many.</summary>
    internal async Task<int> ForgetSilentAsync(CancellationToken cancellationToken)
    {
        if (_options.NewMachineLifetime <= TimeSpan.Zero) return 0;
        var forgotten = 0;
        foreach (var id in await _store.ListSilentAsync(_clock.GetUtcNow() - _options.NewMachineLifetime, cancellationToken).ConfigureAwait(
            false))
            if (await DeleteNewAsync(id, null, cancellationToken).ConfigureAwait(false)) forgotten++;
        return forgotten;
    }

    /// <summary>Deletes every New machine that is not locked: what strangers filled the list with. Accepted machines stay.</summary>
    /// <param name="actor">The user, an administrator; <see langword="null"/> for the system.</param>
    /// <param name="createdBefore">Only those made before this time; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the wait. What was deleted by then stays deleted.</param>
    /// <returns>How many were deleted.</returns>
    public async Task<int> DeleteNewAsync(MachineActor? actor, DateTimeOffset? createdBefore = null, CancellationToken cancellationToken =
        default)
    {
        if (actor is { IsAdministrator: false }) return 0;
        var deleted = 0;
        foreach (var some in (await ListAsync(new MachineFilter { Statuses = [MachineStatus.New] }, cancellationToken).ConfigureAwait(
            false))
            // side by side, so that they share transactions
            .Where(machine => createdBefore is not { } before || machine.Created < before).Chunk(64))
        {
            var each = await Task.WhenAll(some.Select(machine => DeleteNewAsync(machine.Id, actor, cancellationToken))).ConfigureAwait(
                false);
            deleted += each.Count(done => done);
        }

        return deleted;
    }

    // Decided on the version that is deleted: a machine that was accepted meanwhile stays.
    private async Task<bool> DeleteNewAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken) =>
        await DeleteAsync(id, actor, machine => machine.Status is MachineStatus.New && !machine.Locked, cancellationToken).ConfigureAwait(
        false) is CommandResult.Done;

    internal async Task UpdateAsync(MachineGauges gauges, CancellationToken cancellationToken)
    {
        var byStatus = await _store.CountAsync(cancellationToken).ConfigureAwait(false);
        gauges.Update(byStatus, await _queue.CountAsync(cancellationToken).ConfigureAwait(false));
    }

    internal Task<IReadOnlyList<SystemId>> ListOverdueAsync(CancellationToken cancellationToken) =>
        _store.ListOverdueAsync(_clock.GetUtcNow(), cancellationToken);

    /// <summary>Load, decide, save with the version that was loaded; after a conflict, once more.</summary>
    internal Task<CommandResult> RecordAsync(
        SystemId id, WorkerReport report, PowerClaim? completedAction, CancellationToken cancellationToken) =>
        RecordAsync(id, report, null, completedAction, cancellationToken);

    private async Task<CommandResult> RecordAsync(
        SystemId id, MachineInput input, MachineActor? actor, PowerClaim? completedAction, CancellationToken cancellationToken)
    {
        using var activity = MachineMetrics.Start(id, input);
        var result = await DecideAsync(id, input, actor, completedAction, cancellationToken).ConfigureAwait(false);
        MachineMetrics.Finish(activity, result);
        return result;
    }

    private async Task<CommandResult> DecideAsync(
        SystemId id, MachineInput input, MachineActor? actor, PowerClaim? completedAction, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } machine) return new CommandResult.NotFound();
            if (input is MachineCommand command && actor?.MayCommand(machine, command) is false)
                return new CommandResult.Refused(
                    machine, MachineStateMachine.NameOf(command), MachineActor.NotPermitted, RefusalKind.Permission);
            var now = _clock.GetUtcNow();
            var complete = await CompleteAsync(machine, input, cancellationToken).ConfigureAwait(false) with { OperationId =
                Guid.CreateVersion7(now) };
            var decision = MachineStateMachine.Decide(machine, complete, now, _options.Deadlines);
            if (decision is Decision.Refused refused)
                return new CommandResult.Refused(machine, refused.Action, refused.Reason, refused.Because);

            var moved = (Decision.Moved)decision;
            if (moved is { Events: [], Effects: [] } && moved.Machine == machine && completedAction is null)
                return new CommandResult.Done(machine);
            var (records, exhausted) = await _configs.ChangesOfAsync(
                machine, moved.Machine, BridgesOf(machine, input), cancellationToken).ConfigureAwait(false);
            if (exhausted is not null)
                return new CommandResult.Refused(machine, MachineStateMachine.NameOf(input), exhausted, RefusalKind.Address);
            var (scripts, unfit) = await ScriptsOfAsync(moved, cancellationToken).ConfigureAwait(false);
            if (unfit is not null)
                return new CommandResult.Refused(machine, MachineStateMachine.NameOf(input), unfit, RefusalKind.Status);
            var change = new MachineChange
            {
                Machine = moved.Machine,
                At = now,
                Events = moved.Events,
                Effects = moved.Effects,
                Scripts = scripts,
                Records = records,
                CompletedPowerAction = completedAction,
            };
            switch (await SaveAsync(machine, change, cancellationToken).ConfigureAwait(false))
            {
                case SaveResult.Saved saved:
                    if (moved.Effects.Any(effect => effect is MachineEffect.Power)) _signal.Raise();
                    return new CommandResult.Done(saved.Machines[0]);
                case SaveResult.Superseded:
                    return new CommandResult.Done(machine);
                default:
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
            }
        }
    }

    /// <summary>The bridges that an allocation makes, also one that a deployment begins with.</summary>
    private static BridgeParameters? BridgesOf(Machine machine, MachineInput input) => input switch
    {
        MachineCommand.Allocate allocate => allocate.Bridges,
        MachineCommand.Deploy deploy when machine.Owner is null => deploy.Bridges,
        _ => null,
    };

    /// <summary>The results to be of the scripts that a move schedules; or why they cannot run.</summary>
    private async Task<(IReadOnlyList<ScriptResult> Scripts, string? Refusal)> ScriptsOfAsync(
        Decision.Moved moved, CancellationToken cancellationToken)
    {
        if (moved.Effects.OfType<MachineEffect.RepeatScripts>().FirstOrDefault() is { } repeat)
            return (await RepeatScriptsAsync(moved.Machine, repeat.OperationId, cancellationToken).ConfigureAwait(false), null);
        var effects = moved.Effects.OfType<MachineEffect.ScheduleScripts>().ToList();
        if (effects.Count == 0) return ([], null);
        var machine = moved.Machine;
        var operation = machine.OperationId ?? throw new InvalidOperationException("Scripts run within an operation.");
        var request = new ScriptRequest
        {
            Selections = [.. effects.Select(effect => new ScriptSelection(effect.Kind, effect.Names))], Values = effects[0].Values,
        };
        var plan = await _nodeScripts.PlanAsync(request, machine.Hardware, cancellationToken).ConfigureAwait(false);
        if (plan.Errors is [var error, ..]) return ([], $"{error.Field}: {error.Reason}");
        if (machine.CameFrom is MachineStatus.Deployed && plan.Runs.FirstOrDefault(run => run.Destroys) is { } destructive)
            return ([], $"Destructive tests cannot run on a deployed machine: {destructive.Name}.");
        return (
        [
            .. plan.Runs.Where(run => machine.ConfiguresBmc || !BuiltinScripts.IsBmcSetup(run)).Select(run => new ScriptResult
            {
                MachineId = machine.Id, OperationId = operation, Kind = run.Kind, Name = run.Name, Timeout = run.Timeout,
                Script = run.Script,
            }),
        ], null);
    }

    /// <summary>
    /// All scripts of the earlier operation once more: what had passed may not have been kept. While a machine is tested, its tests alone.
    /// </summary>
    private async Task<IReadOnlyList<ScriptResult>> RepeatScriptsAsync(
        Machine machine, Guid earlier, CancellationToken cancellationToken) =>
    [
        .. (await _scripts.ListAsync(machine.Id, cancellationToken).ConfigureAwait(false)).Reverse()
            .Where(result => result.OperationId == earlier
                && (machine.Status is not MachineStatus.Testing || result.Kind is ScriptKind.Testing))
            .Select(result => new ScriptResult
            {
                MachineId = machine.Id, OperationId = machine.OperationId ?? earlier, Kind = result.Kind, Name = result.Name,
                Timeout = result.Timeout, Script = result.Script,
            }),
    ];

    /// <summary>Saves a change with what is unique among nodes, and reports it to metrics and log.</summary>
    internal async Task<SaveResult> SaveAsync(Machine? before, MachineChange change, CancellationToken cancellationToken)
    {
        var identity = NodeIdentity.Of(change.Machine);
        var names = await _devices.Identities.ChangesAsync(
            before is null ? null : NodeIdentity.Of(before), identity, cancellationToken).ConfigureAwait(false);
        if (names.Count > 0) change = change with { Records = [.. change.Records, .. names] };
        var result = await _store.SaveAsync([change], cancellationToken).ConfigureAwait(false);
        if (result is SaveResult.RecordRefused { Result: var refused }
            && await _devices.Identities.FindTakenAsync(refused, identity, cancellationToken).ConfigureAwait(false) is { } taken)
            return taken;
        if (result is not SaveResult.Saved saved) return result;
        MachineMetrics.Changed(before, saved.Machines[0]);
        LogEvents(saved.Machines[0], change.Events);
        return result;
    }

    /// <summary>Adds to an input what its decision needs to know from elsewhere.</summary>
    private async Task<MachineInput> CompleteAsync(Machine machine, MachineInput input, CancellationToken cancellationToken)
    {
        switch (input)
        {
            case MachineCommand.Deploy deploy:
                if (deploy is { Image: null, Recipe: null })
                    deploy = await ChooseSourceAsync(deploy, machine.Architecture, cancellationToken).ConfigureAwait(false);
                if (deploy.SyncHardware && HardwareSync.TryReadInterval(await _settings.GetTextAsync(
                    SettingCatalogue.HardwareSyncInterval, cancellationToken).ConfigureAwait(false), out var interval))
                    deploy = deploy with { SyncInterval = interval };
                return deploy is { Image.IsRootArchive: true } && machine.Hardware is { } hardware
                    ? deploy with
                    {
                        Plan = DiskPlanner.Plan(
                            (await _configs.LoadAsync(machine, cancellationToken).ConfigureAwait(false)).Current.Storage, hardware),
                    }
                    : deploy;
            case MachineCommand.Release { Erase: null } release when await _settings.IsOnAsync(SettingCatalogue.EraseOnRelease,
                cancellationToken).ConfigureAwait(false):
                return release with { Erase = await _settings.GetEraseModeAsync(cancellationToken: cancellationToken)
                    .ConfigureAwait(false) };
            case MachineReport.Signal { Report: SignalReport.Ok or SignalReport.Failed } report when machine.OperationId is { } operation:
                var results = await _scripts.ListAsync(machine.Id, cancellationToken).ConfigureAwait(false);
                List<ScriptResult> own = [.. results.Where(result => result.OperationId == operation).Reverse()];
                return report with { FailedScripts = ScriptVerdict.Failures(own), OnlyTestsFailed = ScriptVerdict.OnlyTestsFailed(own) };
            case MachineReport.BmcFound found:
                return found with
                {
                    Fault = ReportedPower.WhyNot(found.Power)
                        ?? _power.Validate(new MachinePowerTarget(machine.Id, found.Power, machine.MacAddresses))?.Reason,
                };
            case WorkerReport.DeadlinePassed passed:
                return passed with { PowerFailure =
                    await _queue.GetFailureAsync(machine.Id, cancellationToken).ConfigureAwait(false) };
            default:
                return input;
        }
    }

    /// <summary>
    /// The image that the command names, else the one that the settings name, else the newest that fits; without an image, the recipe of
    /// that name.
    /// </summary>
    private async Task<MachineCommand.Deploy> ChooseSourceAsync(MachineCommand.Deploy deploy, string architecture,
        CancellationToken cancellationToken)
    {
        if (deploy is { OsSystem: "", DistroSeries: "" })
        {
            deploy = deploy with
            {
                OsSystem = await _settings.GetTextAsync(SettingCatalogue.DefaultOsSystem, cancellationToken).ConfigureAwait(false),
                DistroSeries = await _settings.GetTextAsync(SettingCatalogue.DefaultDistroSeries, cancellationToken).ConfigureAwait(false),
            };
        }

        var image = await _images.ChooseAsync(deploy.OsSystem, deploy.DistroSeries, architecture, cancellationToken).ConfigureAwait(false);
        var recipe = image is null && deploy.DistroSeries.Length > 0
            ? _recipes?.Choose(deploy.OsSystem, deploy.DistroSeries, architecture)
            : null;
        return deploy with { Image = image, Recipe = recipe };
    }
}
