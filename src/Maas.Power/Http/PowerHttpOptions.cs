using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Maas.Power.Http;

/// <summary>How drivers use HTTP. Answers are bounded, and no redirect leaves the server that was named.</summary>
public sealed class PowerHttpOptions
{
    /// <summary>How long one request may take; 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest answer that is read, 1 KiB to 64 MiB; 4 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaximumAnswerBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// The networks that may be connected to, checked after the name was resolved. Default none, which means all: list the management
    /// network where users other than administrators set power parameters.
    /// </summary>
    public IList<IPNetwork> AllowedNetworks { get; set; } = [];
}

[OptionsValidator]
internal sealed partial class PowerHttpOptionsValidator : IValidateOptions<PowerHttpOptions>;
