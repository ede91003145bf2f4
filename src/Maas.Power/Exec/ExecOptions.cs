using Microsoft.Extensions.Options;

namespace Maas.Power.Exec;

/// <summary>
/// The program that <see cref="ExecDriver"/> runs. It is chosen in the host's configuration only: an API user cannot name a program.
/// </summary>
public sealed class ExecOptions
{
    /// <summary>
    /// The program's path. It is run as <c>PROGRAM on|off|shutdown|status|boot-network|boot-disk</c>. None, the default, switches the power
    /// type off.
    /// </summary>
    public string? Program { get; set; }

    /// <summary>How long one run may take; 30 s. The program is killed after that.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Retries, pauses, and how long a machine is waited for.</summary>
    [ValidateObjectMembers(typeof(PowerTimingOptionsValidator))]
    public PowerTimingOptions Timing { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class ExecOptionsValidator : IValidateOptions<ExecOptions>;
