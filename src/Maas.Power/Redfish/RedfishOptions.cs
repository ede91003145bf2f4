using Maas.Power.Http;
using Microsoft.Extensions.Options;

namespace Maas.Power.Redfish;

/// <summary>How <see cref="RedfishDriver"/> deals with services.</summary>
public sealed class RedfishOptions
{
    /// <summary>Retries, pauses, and how long a machine is waited for.</summary>
    [ValidateObjectMembers(typeof(PowerTimingOptionsValidator))]
    public PowerTimingOptions Timing { get; set; } = new();

    /// <summary>Timeouts and limits of requests.</summary>
    [ValidateObjectMembers(typeof(PowerHttpOptionsValidator))]
    public PowerHttpOptions Http { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class RedfishOptionsValidator : IValidateOptions<RedfishOptions>;
