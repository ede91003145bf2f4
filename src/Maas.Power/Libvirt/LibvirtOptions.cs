using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Power.Libvirt;

/// <summary>How <see cref="LibvirtDriver"/> runs virsh.</summary>
public sealed class LibvirtOptions
{
    /// <summary>The program; <c>virsh</c>, looked for in <c>PATH</c>, or a path.</summary>
    [Required]
    public string Tool { get; set; } = "virsh";

    /// <summary>How long one run may take; 30 s.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Retries, pauses, and how long a virtual machine is waited for.</summary>
    [ValidateObjectMembers(typeof(PowerTimingOptionsValidator))]
    public PowerTimingOptions Timing { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class LibvirtOptionsValidator : IValidateOptions<LibvirtOptions>;
