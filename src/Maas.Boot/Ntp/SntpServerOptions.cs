using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Ntp;

/// <summary>How a <see cref="SntpServer"/> works.</summary>
public sealed class SntpServerOptions
{
    static SntpServerOptions() => NetworkTypeConverters.Register();

    /// <summary>The defaults.</summary>
    public SntpServerOptions()
    {
    }

    /// <summary>A copy.</summary>
    internal SntpServerOptions(SntpServerOptions other)
    {
        Listen = other.Listen;
        Interface = other.Interface;
        Stratum = other.Stratum;
        ClockIsSet = other.ClockIsSet;
    }

    /// <summary>Where it listens. Default: all IPv4 addresses, port 123.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Any, 123);

    /// <summary>The interface that its socket is bound to (Linux); <see langword="null"/>, the default, for any.</summary>
    public string? Interface { get; set; }

    /// <summary>The stratum in replies, 1 to 15. Default 10: any client with a better source prefers that.</summary>
    [Range(1, 15)]
    public byte Stratum { get; set; } = 10;

    /// <summary>
    /// Whether the host's own clock can be believed. Default true; when false, replies tell clients not to set their clocks by it.
    /// </summary>
    public bool ClockIsSet { get; set; } = true;
}

[OptionsValidator]
internal sealed partial class SntpServerOptionsValidator : IValidateOptions<SntpServerOptions>;
