using Maas.Power.Http;
using Microsoft.Extensions.Options;

namespace Maas.Power.Webhook;

/// <summary>How <see cref="WebhookDriver"/> sends requests.</summary>
public sealed class WebhookOptions
{
    /// <summary>Retries, pauses, and how long a machine is waited for.</summary>
    [ValidateObjectMembers(typeof(PowerTimingOptionsValidator))]
    public PowerTimingOptions Timing { get; set; } = new();

    /// <summary>Timeouts and limits of requests, and the networks they may go to.</summary>
    [ValidateObjectMembers(typeof(PowerHttpOptionsValidator))]
    public PowerHttpOptions Http { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
