using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Which clients a server answers at once, where several answer the same ones (RFC 3074).</summary>
/// <remarks>
/// Each answers those whose hash is in its part of the 256 buckets, and the others after a delay, so that the clients of a server that is
/// gone are answered.
/// </remarks>
public sealed record DhcpLoadSplitOptions
{
    /// <summary>How many servers answer the clients; 2 unless told otherwise.</summary>
    [Range(2, 256)]
    public int Servers { get; set; } = 2;

    /// <summary>
    /// Which of them this is, from 0 on. Two servers with the same number both answer its clients, and those of a number that no server
    /// has are answered late.
    /// </summary>
    [Range(0, 255)]
    public int Server { get; set; }

    /// <summary>
    /// For how long a client of another server has asked in vain (its field <c>secs</c>) when this one answers it; 3 s unless told
    /// otherwise. Some firmware always says 0: it is answered when it asks for the third time in a minute.
    /// It counts for 4,096 clients in a minute, and answers the rest at once.
    /// </summary>
    public TimeSpan DelayedService { get; set; } = TimeSpan.FromSeconds(3);
}

[OptionsValidator]
internal sealed partial class DhcpLoadSplitOptionsValidator : IValidateOptions<DhcpLoadSplitOptions>;
