using Maas.Core.Nodes;

namespace Maas.Core.Diagnosis;

/// <summary>
/// The operations that run on machines: commissioning, testing, deploying, erasing, releasing, and entering and leaving rescue mode. Each
/// ends by itself: with the machine's report, or in a named failure at its deadline.
/// </summary>
/// <example>
/// <code>
/// foreach (var operation in await core.Operations.ListAsync())
///     Console.WriteLine($"{operation.Machine.Hostname}: {operation.Step} since {operation.Since}");
/// </code>
/// </example>
public sealed class Operations
{
    private const int MostEntries = 1000;

    private static readonly MachineStatus[] Running =
    [
        MachineStatus.Commissioning, MachineStatus.Testing, MachineStatus.Deploying, MachineStatus.DiskErasing, MachineStatus.Releasing,
        MachineStatus.EnteringRescueMode, MachineStatus.ExitingRescueMode,
    ];

    private readonly Machines _machines;
    private readonly Timeline _timeline;
    private readonly MachineDiagnosis _diagnosis;
    private readonly IPowerQueue _power;

    internal Operations(Machines machines, Timeline timeline, MachineDiagnosis diagnosis, IPowerQueue power) =>
        (_machines, _timeline, _diagnosis, _power) = (machines, timeline, diagnosis, power);

    /// <summary>The operations that run, by the number of their machine.</summary>
    /// <param name="filter">Which machines; <see langword="null"/> for all. Its statuses are replaced.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<RunningOperation>> ListAsync(
        MachineFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var machines = await _machines.ListAsync((filter ?? new MachineFilter()) with { Statuses = Running }, cancellationToken)
            .ConfigureAwait(false);
        var operations = new List<RunningOperation>(machines.Count);
        foreach (var machine in machines)
            if (await OfAsync(machine, cancellationToken).ConfigureAwait(false) is { } operation) operations.Add(operation);
        return operations;
    }

    /// <summary>The operation that runs on a machine; <see langword="null"/> for none.</summary>
    /// <param name="machine">The machine as it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RunningOperation?> OfAsync(Machine machine, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (machine.Deadline is not { } deadline) return null;
        var progress = await ProgressAsync(machine, cancellationToken).ConfigureAwait(false);
        var report = await _diagnosis.ExplainAsync(machine, cancellationToken).ConfigureAwait(false);
        return new RunningOperation(machine, machine.StatusSince, deadline)
        {
            Step = progress.Current?.Stage.ToString() ?? $"{(report.Phases.Count > 0 ? report.Phases[^1].Phase : DiagnosisPhase.Power)}",
            Percent = progress.Current?.Percent,
            Explanation = report.Explanations.Count > 0 ? report.Explanations[0] : null,
            PowerFailure = await _power.GetFailureAsync(machine.Id, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>How far a machine's deployment has come.</summary>
    /// <param name="machine">The machine as it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<DeploymentProgress> ProgressAsync(Machine machine, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return DeploymentProgress.Of(
            machine, await _timeline.ReadAsync(machine.Id, MostEntries, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Cancels the operation that runs on a machine, as <see cref="MachineCommand.Abort"/> does: its queued power actions and scripts end,
    /// and the machine returns to the status before. A release that only waits for the power, and leaving rescue mode, cannot be cancelled.
    /// </summary>
    /// <param name="id">Which machine.</param>
    /// <param name="actor">The user; <see langword="null"/> for the system, which is not checked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<CommandResult> CancelAsync(SystemId id, MachineActor? actor, CancellationToken cancellationToken = default) =>
        _machines.ExecuteAsync(id, new MachineCommand.Abort(), actor, cancellationToken);
}

/// <summary>An operation that runs on a machine.</summary>
/// <param name="Machine">The machine as it is; its status names the operation, and its status message says what it does.</param>
/// <param name="Since">When it began.</param>
/// <param name="Deadline">When it fails unless the machine reports.</param>
public sealed record RunningOperation(Machine Machine, DateTimeOffset Since, DateTimeOffset Deadline)
{
    /// <summary>
    /// The step that was reached last: of a deployment a <see cref="DeploymentStage"/>, of other operations a <see cref="DiagnosisPhase"/>.
    /// </summary>
    public required string Step { get; init; }

    /// <summary>How much of the step is done, 0 to 100; <see langword="null"/> when not known.</summary>
    public int? Percent { get; init; }

    /// <summary>Why it does not go on; <see langword="null"/> when nothing is wrong.</summary>
    public Explanation? Explanation { get; init; }

    /// <summary>Why the power action that is tried again failed last; <see langword="null"/> when none did.</summary>
    public string? PowerFailure { get; init; }
}
