namespace Maas.Core.Nodes;

/// <summary>
/// How long a machine may stay in each waiting status without being heard. A status that is not named here is a resting place.
/// </summary>
public sealed record MachineDeadlines
{
    /// <summary>Commissioning, testing, entering rescue mode, and release scripts; 30 minutes.</summary>
    public TimeSpan Boot { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Deploying; 30 minutes from the last sign of life. A recipe may ask for more (<see cref="Deployment.ReportTimeout"/>).
    /// </summary>
    public TimeSpan Deploy { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Erasing disks; 30 minutes from the last sign of life.</summary>
    public TimeSpan Erase { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Releasing without scripts and leaving rescue mode, which only wait for the power to change; 5 minutes.
    /// </summary>
    public TimeSpan Power { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often commissioning, testing, a deployment, erasing or entering rescue mode is begun anew, with a restart of the machine, when
    /// its deadline has passed; 0, as in MAAS, to 10. What the machine reports as a failure is never repeated.
    /// </summary>
    public int Retries
    {
        get;
        init => field = value is >= 0 and <= 10 ? value : throw new ArgumentOutOfRangeException(nameof(Retries), value, "0 to 10");
    }

    /// <summary>How long <paramref name="status"/> may wait; <see langword="null"/> for a resting place.</summary>
    public TimeSpan? For(MachineStatus status) => status switch
    {
        MachineStatus.Commissioning or MachineStatus.Testing or MachineStatus.EnteringRescueMode => Boot,
        MachineStatus.Deploying => Deploy,
        MachineStatus.DiskErasing => Erase,
        MachineStatus.Releasing or MachineStatus.ExitingRescueMode => Power,
        _ => null,
    };

    /// <summary>How long the machine may wait in its status; <see langword="null"/> in a resting place.</summary>
    internal TimeSpan? For(Machine machine) => machine switch
    {
        { Status: MachineStatus.Releasing, ReleaseTask: ReleaseTask.Scripts } => Boot,
        { Status: MachineStatus.Releasing, ReleaseTask: ReleaseTask.Erase } => Erase,
        { Status: MachineStatus.Deploying, Deployment.ReportTimeout: { } silence } when silence > Deploy => silence,
        _ => For(machine.Status),
    };
}
