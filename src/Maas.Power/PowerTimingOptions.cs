using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Power;

/// <summary>How patient a driver is with controllers, which are slow, forget things and freeze when they are asked too often.</summary>
public sealed class PowerTimingOptions
{
    /// <summary>How often a controller is asked that does not answer or is busy, 1 to 10; 3.</summary>
    [Range(1, 10)]
    public int Attempts { get; set; } = 3;

    /// <summary>The pause before the second attempt; 2 s, doubled for each further one.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The least time between two conversations with one controller, which has one at a time; 500 ms.</summary>
    public TimeSpan MinimumInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a machine may take to be seen on, or off after a hard power-off; 1 minute. After half of it the command is sent once more.
    /// </summary>
    public TimeSpan ObserveTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an operating system may take to shut down after a soft power-off; 5 minutes.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause between two looks at the power state while waiting for it to change; 2 s.</summary>
    public TimeSpan ObserveInterval { get; set; } = TimeSpan.FromSeconds(2);

    internal bool IsSensible => ObserveInterval > TimeSpan.Zero
        && RetryPause >= TimeSpan.Zero
        && MinimumInterval >= TimeSpan.Zero
        && ObserveTimeout >= TimeSpan.Zero
        && ShutdownTimeout >= TimeSpan.Zero;
}

[OptionsValidator]
internal sealed partial class PowerTimingOptionsValidator : IValidateOptions<PowerTimingOptions>;
