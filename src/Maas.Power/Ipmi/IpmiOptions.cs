using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Power.Ipmi;

/// <summary>How <see cref="IpmiDriver"/> deals with management controllers, which are slow and forget things.</summary>
public sealed class IpmiOptions
{
    /// <summary>The program; <c>ipmitool</c>, looked for in <c>PATH</c>, or a path.</summary>
    [Required]
    public string Tool { get; set; } = "ipmitool";

    /// <summary>
    /// How long one run of the program may take; 45 s, since with no cipher suite given it may spend 10 s on asking for those the
    /// controller has.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How often a command is tried when the controller does not answer or is busy, 1 to 10; 3.</summary>
    [Range(1, 10)]
    public int Attempts { get; set; } = 3;

    /// <summary>The pause before the second attempt; 2 s, doubled for each further one.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a machine may take to be seen on, or off after a hard power-off; 1 minute.</summary>
    public TimeSpan ObserveTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an operating system may take to shut down after a soft power-off; 5 minutes.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause between two looks at the power state while waiting for it to change; 2 s.</summary>
    public TimeSpan ObserveInterval { get; set; } = TimeSpan.FromSeconds(2);
}

[OptionsValidator]
internal sealed partial class IpmiOptionsValidator : IValidateOptions<IpmiOptions>;
