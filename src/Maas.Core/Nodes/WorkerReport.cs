using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>What Core's own workers report about a machine.</summary>
internal abstract record WorkerReport : MachineInput
{
    private WorkerReport() { }

    /// <summary>Nothing was heard in time.</summary>
    public sealed record DeadlinePassed : WorkerReport
    {
        /// <summary>
        /// Why its power action that is still being tried failed last; filled in by <see cref="Machines.ExecuteAsync"/>,
        /// <see langword="null"/> for none.
        /// </summary>
        public string? PowerFailure { get; init; }

        /// <summary>The likely cause, a sentence; <see langword="null"/> when none is known.</summary>
        public string? LikelyCause { get; init; }
    }

    /// <summary>The waiting of a machine was explained.</summary>
    /// <param name="StatusSince">The waiting that was explained: when it began.</param>
    /// <param name="Cause">The likely cause, a sentence; <see langword="null"/> when none is known.</param>
    public sealed record Explained(DateTimeOffset StatusSince, string? Cause) : WorkerReport;

    /// <summary>A power effect was carried out.</summary>
    /// <param name="Effect">Which.</param>
    /// <param name="State">The power state as known now.</param>
    /// <param name="Note">What a person should know or do; <see langword="null"/> for nothing.</param>
    public sealed record PowerDone(MachineEffect.Power Effect, MachinePowerState State, string? Note) : WorkerReport;

    /// <summary>A power effect was given up.</summary>
    /// <param name="Effect">Which.</param>
    /// <param name="Reason">Why, without secrets.</param>
    public sealed record PowerFailed(MachineEffect.Power Effect, string Reason) : WorkerReport;
}
