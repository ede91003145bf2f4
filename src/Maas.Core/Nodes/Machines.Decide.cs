using Maas.Core.Configuration;
using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Power;
using Maas.Core.Scripts;
using Maas.Core.Storage;

namespace Maas.Core.Nodes;

/// <content>Deciding what an input does to a machine, and saving that.</content>
public sealed partial class Machines
{
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
            if (input is MachineCommand.BootMedia or MachineCommand.EjectMedia
                && !_power.HasVirtualMedia(new MachinePowerTarget(machine.Id, machine.Power, machine.MacAddresses)))
                return new CommandResult.Refused(
                    machine, MachineStateMachine.NameOf(input),
                    $"Power type '{(machine.Power.IsManual ? "manual" : LogText.From(machine.Power.Type, 64))}' has no virtual media.",
                    RefusalKind.Missing);
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
                if (deploy is { Image: null, Recipe: null } && !NamesEnvironment(deploy))
                    deploy = OrEnvironment(
                        deploy, await ChooseSourceAsync(deploy, machine.Architecture, cancellationToken).ConfigureAwait(false));
                if (deploy.SyncHardware && HardwareSync.TryReadInterval(await _settings.GetTextAsync(
                    SettingCatalogue.HardwareSyncInterval, cancellationToken).ConfigureAwait(false), out var interval))
                    deploy = deploy with { SyncInterval = interval };
                if (deploy is { Image: null, Recipe: { } recipe })
                    deploy = deploy with { ReportTimeout = _recipes?.GetReportTimeout(recipe, machine.Architecture) };
                return deploy is { Ephemeral: false, Image: null or { IsRootArchive: true } } && machine.Hardware is { } hardware
                    ? await PlanAsync(machine, deploy, hardware, cancellationToken).ConfigureAwait(false)
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

    /// <summary>What is done to the disks, and what a recipe would leave out.</summary>
    private async Task<MachineCommand.Deploy> PlanAsync(
        Machine machine, MachineCommand.Deploy deploy, Hardware hardware, CancellationToken cancellationToken)
    {
        var config = (await _configs.LoadAsync(machine, cancellationToken).ConfigureAwait(false)).Current;
        if (deploy.Image is not null) return deploy with { Plan = DiskPlanner.Plan(config.Storage, hardware) };
        if (deploy.Recipe is not { } recipe || _recipes is null) return deploy;
        var limits = RecipeLimits.Of(_recipes, recipe, machine.Architecture, config.Storage, hardware);
        var layout = await _configs.DefaultLayoutAsync(cancellationToken).ConfigureAwait(false);
        return deploy with
        {
            Plan = limits.Plan,
            Omissions = limits.Find(config, layout.Layout, deploy.UserData is { IsEmpty: false }, BridgesOf(machine, deploy) is not null),
        };
    }

    private static bool NamesEnvironment(MachineCommand.Deploy deploy) => deploy is
    {
        Ephemeral: true, OsSystem: Deployment.EnvironmentSystem, DistroSeries: Deployment.EnvironmentSeries,
    };

    /// <summary>Where no system was named and the default cannot run in memory, the environment itself does.</summary>
    private static MachineCommand.Deploy OrEnvironment(MachineCommand.Deploy asked, MachineCommand.Deploy chosen) =>
        asked is { Ephemeral: true, OsSystem: "", DistroSeries: "" } && chosen is not { Image.IsRootArchive: true }
            ? asked with { OsSystem = Deployment.EnvironmentSystem, DistroSeries = Deployment.EnvironmentSeries }
            : chosen;

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

        var chosen = deploy.Ephemeral
            ? _images.ChooseForMemoryAsync(deploy.OsSystem, deploy.DistroSeries, architecture, cancellationToken)
            : _images.ChooseAsync(deploy.OsSystem, deploy.DistroSeries, architecture, cancellationToken);
        var image = await chosen.ConfigureAwait(false);
        var recipe = image is null && deploy.DistroSeries.Length > 0
            ? _recipes?.Choose(deploy.OsSystem, deploy.DistroSeries, architecture)
            : null;
        return deploy with { Image = image, Recipe = recipe };
    }
}
