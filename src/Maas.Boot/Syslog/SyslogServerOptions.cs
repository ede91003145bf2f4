using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Syslog;

/// <summary>How a <see cref="SyslogServer"/> works.</summary>
public sealed class SyslogServerOptions
{
    static SyslogServerOptions() => NetworkTypeConverters.Register();

    /// <summary>The defaults.</summary>
    public SyslogServerOptions()
    {
    }

    /// <summary>A copy.</summary>
    internal SyslogServerOptions(SyslogServerOptions other)
    {
        Listen = other.Listen;
        Interface = other.Interface;
        LinesPerSender = other.LinesPerSender;
        Window = other.Window;
        Senders = other.Senders;
    }

    /// <summary>Where it listens. Default: all IPv4 addresses, port 514.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Any, 514);

    /// <summary>The interface that its socket is bound to (Linux); <see langword="null"/>, the default, for any.</summary>
    public string? Interface { get; set; }

    /// <summary>How many lines a sender may log in <see cref="Window"/>; more are counted and dropped. Default 2,000.</summary>
    [Range(1, 1_000_000)]
    public int LinesPerSender { get; set; } = 2_000;

    /// <summary>The time over which <see cref="LinesPerSender"/> counts. Default 10 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to zero or less.</exception>
    public TimeSpan Window
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>How many senders are counted apart; beyond them a new sender waits for the next window. Default 4,096.</summary>
    [Range(1, 1_000_000)]
    public int Senders { get; set; } = 4_096;
}

[OptionsValidator]
internal sealed partial class SyslogServerOptionsValidator : IValidateOptions<SyslogServerOptions>;
