using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Power.Ipmi;

/// <summary>How patiently <see cref="IpmiClient"/> talks to management controllers.</summary>
public sealed class IpmiClientOptions
{
    /// <summary>How long one datagram is waited for before it is sent again; 2 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a datagram is sent in all, 1 to 10; 4.</summary>
    [Range(1, 10)]
    public int Attempts { get; set; } = 4;

    /// <summary>The pause before a command is repeated that the controller is too busy for; 500 ms, doubled for each further one.</summary>
    public TimeSpan BusyPause { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often an open serial console sends a command, so that the controller does not end the session; 20 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(20);
}

[OptionsValidator]
internal sealed partial class IpmiClientOptionsValidator : IValidateOptions<IpmiClientOptions>;
