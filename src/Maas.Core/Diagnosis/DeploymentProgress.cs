using System.Globalization;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Diagnosis;

/// <summary>How far a deployment has come: its steps in their order, each with its time. Computed from the timeline alone.</summary>
/// <param name="Steps">All steps; those that are not reached yet have no time.</param>
/// <example>
/// <code>
/// var progress = DeploymentProgress.Of(machine, await core.Timeline.ReadAsync(machine.Id));
/// Console.WriteLine(progress.Current is { } step ? $"{step.Stage} {step.Detail}" : "not deployed");
/// </code>
/// </example>
public sealed record DeploymentProgress(IReadOnlyList<DeploymentStep> Steps)
{
    /// <summary>The last step that was reached; <see langword="null"/> for a machine that is neither deployed nor being deployed.</summary>
    public DeploymentStep? Current => Steps.LastOrDefault(step => step.IsReached);

    /// <summary>The progress of a machine's present deployment, of the one that has failed, or of the one that it runs.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="timeline">Its timeline, oldest first, as <see cref="Timeline.ReadAsync"/> returns it.</param>
    /// <returns>The progress; without steps for a machine of another status.</returns>
    public static DeploymentProgress Of(Machine machine, IReadOnlyList<TimelineEntry> timeline)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(timeline);
        if (machine.Status is not (MachineStatus.Deploying or MachineStatus.Deployed or MachineStatus.FailedDeployment))
            return new DeploymentProgress([]);
        var events = timeline.Select(TraceEntry.Read).ToList();
        var begun = events.FindLastIndex(entry => entry.Note is { Type: "Deploying" });
        return begun < 0 ? new DeploymentProgress([]) : new DeploymentProgress(StepsOf(machine, events, begun));
    }

    private static List<DeploymentStep> StepsOf(Machine machine, List<TraceEntry> all, int begun)
    {
        var entries = all.Skip(begun).ToList();
        var handover = entries.FindIndex(entry => entry.Note is { Type: "Network boot" });
        var installing = handover < 0 ? entries : entries[..handover];
        var after = handover < 0 ? [] : entries[(handover + 1)..];
        var kernel = BootAttempt.Split(installing).LastOrDefault(attempt => attempt.Stage >= BootStage.Kernel);
        var firmware = At(installing, entry => entry.IsFirmware);
        var image = At(installing, entry => entry.Note is { Type: MachineStateMachine.ImageEvent });
        var environment = kernel?.KernelFiles[0].At ?? image;
        var stage = after.LastOrDefault(entry => entry.Note is { Type: "cloud-init" });
        DeploymentStep[] steps =
        [
            new(DeploymentStage.Allocated, At(all[..begun], entry => entry.Note is { Type: "Allocated" }) ?? entries[0].At),
            new(DeploymentStage.PoweredOn, firmware) { IsReached = machine.PowerState is MachinePowerState.On },
            new(DeploymentStage.Firmware, firmware),
            new(DeploymentStage.Environment, environment) { IsReached = machine.CheckedIn },
            new(DeploymentStage.Image, image) { Percent = handover >= 0 ? 100 : PercentOf(machine.StatusMessage) },
            new(DeploymentStage.Restart, handover < 0 ? null : entries[handover].At),
            new(DeploymentStage.FirstBoot, stage?.At) { Detail = StageOf(stage) },
            new(DeploymentStage.Deployed, At(entries, entry => entry.Note is { Type: "Deployed" })),
        ];
        // What comes after a step that was reached shows that it was: what was observed may be pruned, or not observed.
        for (var at = steps.Length - 2; at >= 0; at--)
            if (steps[at + 1].IsReached && !steps[at].IsReached) steps[at] = steps[at] with { IsReached = true };
        return [.. steps];
    }

    private static DateTimeOffset? At(IEnumerable<TraceEntry> entries, Func<TraceEntry, bool> isMeant) =>
        entries.FirstOrDefault(isMeant)?.At;

    private static int? PercentOf(string message)
    {
        if (!message.StartsWith(MachineStateMachine.ImageMessage, StringComparison.Ordinal)) return null;
        var digits = message[MachineStateMachine.ImageMessage.Length..].Split(' ')[0];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 ? percent : null;
    }

    // "cloudinit modules-config: running …"
    private static string StageOf(TraceEntry? entry) =>
        entry?.Note?.Description.Split(':')[0].Split(' ') is [_, var stage, ..] ? stage.Split('/')[0] : "";
}

/// <summary>A step of a deployment.</summary>
/// <param name="Stage">Which one.</param>
/// <param name="At">When it was reached; <see langword="null"/> when it is not, or when that was not observed.</param>
public sealed record DeploymentStep(DeploymentStage Stage, DateTimeOffset? At)
{
    /// <summary>Whether it was reached.</summary>
    public bool IsReached { get => field || At is not null; init; }

    /// <summary>How much of an image was delivered, 0 to 100; <see langword="null"/> when not known, and for other steps.</summary>
    public int? Percent { get; init; }

    /// <summary>The stage of cloud-init during the first boot; empty for other steps.</summary>
    public string Detail { get; init; } = "";
}

/// <summary>The steps of a deployment, in the order of time.</summary>
public enum DeploymentStage
{
    /// <summary>The machine has an owner.</summary>
    Allocated,

    /// <summary>It is on.</summary>
    PoweredOn,

    /// <summary>Its firmware asks for an address.</summary>
    Firmware,

    /// <summary>It has the kernel of the ephemeral environment, or of the installer.</summary>
    Environment,

    /// <summary>An image is being written.</summary>
    Image,

    /// <summary>The system is on the disk, and the machine restarts.</summary>
    Restart,

    /// <summary>cloud-init runs in the installed system.</summary>
    FirstBoot,

    /// <summary>The machine is in its owner's hands.</summary>
    Deployed,
}
