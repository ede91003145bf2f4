using Microsoft.Extensions.Options;

namespace Maas.Power.Ipmi;

/// <summary>How <see cref="IpmiDriver"/> deals with management controllers.</summary>
public sealed class IpmiOptions
{
    /// <summary>Retries, pauses, and how long a machine is waited for.</summary>
    [ValidateObjectMembers(typeof(PowerTimingOptionsValidator))]
    public PowerTimingOptions Timing { get; set; } = new();

    /// <summary>How patiently a datagram is waited for.</summary>
    [ValidateObjectMembers(typeof(IpmiClientOptionsValidator))]
    public IpmiClientOptions Client { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class IpmiOptionsValidator : IValidateOptions<IpmiOptions>;
