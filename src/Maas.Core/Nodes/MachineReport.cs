using Maas.Core.Power;

namespace Maas.Core.Nodes;

/// <summary>
/// What a machine reports about itself, after the caller has authenticated it; <see cref="Machines.ReportAsync"/> takes it.
/// </summary>
public abstract record MachineReport : MachineInput
{
    private MachineReport() { }

    /// <summary>The machine reports on what it is doing in the ephemeral environment (metadata <c>op=signal</c>).</summary>
    /// <param name="Report">How it goes.</param>
    /// <param name="Error">Its words; <see langword="null"/> for none.</param>
    public sealed record Signal(SignalReport Report, string? Error) : MachineReport
    {
        /// <summary>
        /// Names of scripts of this operation that failed or were left out; filled in by <see cref="Machines.ExecuteAsync"/>.
        /// </summary>
        public IReadOnlyList<string> FailedScripts { get; init; } = [];

        /// <summary>
        /// Whether the failure is a test's: all commissioning scripts passed. Filled in by <see cref="Machines.ExecuteAsync"/>.
        /// </summary>
        public bool OnlyTestsFailed { get; init; }
    }

    /// <summary>The machine has set up its management controller, and reports how it is turned on and off from now on.</summary>
    /// <param name="Power">The type and its parameters, with the password of the user that it created.</param>
    public sealed record BmcFound(PowerSettings Power) : MachineReport
    {
        /// <summary>Why the settings cannot be used; filled in by <see cref="Machines.ReportAsync"/>.</summary>
        internal string? Fault { get; init; }
    }

    /// <summary>The installer says that the system is on the disk: no more network boots.</summary>
    public sealed record NetbootOff : MachineReport;

    /// <summary>The image is on its way to the machine.</summary>
    /// <param name="Percent">How much of it was delivered, 0 to 100.</param>
    public sealed record ImageDelivered(int Percent) : MachineReport
    {
        /// <summary>Whether the transfer broke off before, and goes on from here. Default <see langword="false"/>.</summary>
        public bool IsResumed { get; init; }
    }

    /// <summary>The machine is to boot from the network again.</summary>
    public sealed record NetbootOn : MachineReport;

    /// <summary>The installed system took its user data: it is up.</summary>
    public sealed record UserDataFetched : MachineReport;

    /// <summary>The installed system reported its hardware.</summary>
    internal sealed record HardwareReported : MachineReport;

    /// <summary>cloud-init's reporter says that a stage ended.</summary>
    /// <param name="Stage">Its name, such as <c>modules-final</c>.</param>
    /// <param name="Succeeded">Whether it ended well.</param>
    /// <param name="Detail">The reporter's words.</param>
    public sealed record StageFinished(string Stage, bool Succeeded, string Detail) : MachineReport;
}

/// <summary>How it goes in the ephemeral environment.</summary>
public enum SignalReport
{
    /// <summary>Still at it: the deadline is renewed.</summary>
    Working,

    /// <summary>All done.</summary>
    Ok,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>Commissioning is done and testing begins.</summary>
    Testing,

    /// <summary>
    /// The disks are erased. Nothing else ends an erasure: neither <see cref="Ok"/>, which may be a repeated end of the release scripts
    /// before it, nor the last stage of cloud-init.
    /// </summary>
    Erased,
}
