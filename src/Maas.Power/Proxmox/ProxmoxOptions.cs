using Maas.Power.Http;
using Microsoft.Extensions.Options;

namespace Maas.Power.Proxmox;

/// <summary>How <see cref="ProxmoxDriver"/> deals with servers.</summary>
public sealed class ProxmoxOptions
{
    /// <summary>Retries, pauses, and how long a virtual machine is waited for.</summary>
    [ValidateObjectMembers(typeof(PowerTimingOptionsValidator))]
    public PowerTimingOptions Timing { get; set; } = new();

    /// <summary>Timeouts and limits of requests.</summary>
    [ValidateObjectMembers(typeof(PowerHttpOptionsValidator))]
    public PowerHttpOptions Http { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class ProxmoxOptionsValidator : IValidateOptions<ProxmoxOptions>;
