using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Firmware;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Dhcp4.Server;

/// <summary>Where and how a <see cref="DhcpServer"/> answers.</summary>
public sealed class DhcpServerOptions : DhcpLinkOptions
{
    /// <summary>The defaults.</summary>
    public DhcpServerOptions()
        : base(port: 67, clientPort: 68, maxInFlight: 4096)
    {
    }

    /// <summary>A copy.</summary>
    internal DhcpServerOptions(DhcpServerOptions other)
        : base(other)
    {
        RaspberryPiPrefixes = [.. other.RaspberryPiPrefixes];
        Mode = other.Mode;
        BootServicePort = other.BootServicePort;
        ProbeTime = other.ProbeTime;
        LoadSplit = other.LoadSplit is { } split ? split with { } : null;
        foreach (var item in other.Relays) Relays.Add(item);
    }

    /// <summary>What the server does; <see cref="DhcpMode.Full"/> unless told otherwise.</summary>
    public DhcpMode Mode { get; set; } = DhcpMode.Full;

    /// <summary>The port of the boot service in proxy mode; 4011 unless told otherwise.</summary>
    [Range(0, 65535)]
    public int BootServicePort { get; set; } = 4011;

    /// <summary>
    /// The first three octets of the hardware addresses that only Raspberry Pis have, such as <c>dc:a6:32</c>: their boot ROM says that it
    /// is an x86 BIOS, and older ones say nothing else by which they are known. The blocks registered for Raspberry Pi unless told
    /// otherwise.
    /// </summary>
    public IList<string> RaspberryPiPrefixes { get; } = [.. HardwarePrefixes.RaspberryPiTexts];

    /// <summary>
    /// The networks of the relays that are answered, by the address that a relay sends from or by its <c>giaddr</c>; empty, the default,
    /// for all relays. Where relays are listed, a host cannot have answers sent to another address by claiming to be a relay.
    /// </summary>
    public IList<IPNetwork> Relays { get; } = [];

    /// <summary>
    /// Which clients this server answers at once, where several servers answer the same ones (RFC 3074); <see langword="null"/>, the
    /// default, for all: each client is answered by each server, and chooses. It does not matter in proxy mode.
    /// </summary>
    [ValidateObjectMembers(typeof(DhcpLoadSplitOptionsValidator))]
    public DhcpLoadSplitOptions? LoadSplit { get; set; }

    /// <summary>
    /// How long a link is asked by ARP whether a host uses an address that is about to be offered to a client for the first time;
    /// 300 ms unless told otherwise, zero for not at all. It holds up that one offer. Clients behind relays are offered at once.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than zero or more than 3 s, when firmware has given up.</exception>
    public TimeSpan ProbeTime
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(3));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(300);
}

[OptionsValidator]
internal sealed partial class DhcpServerOptionsValidator : IValidateOptions<DhcpServerOptions>;
