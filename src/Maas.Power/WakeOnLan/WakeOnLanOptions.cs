using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Maas.Power.WakeOnLan;

/// <summary>How magic packets are sent.</summary>
public sealed class WakeOnLanOptions
{
    /// <summary>
    /// The UDP port, 1 to 65535; 9 (discard) unless <c>power_address</c> names one. The adapter itself does not look at it.
    /// </summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 9;

    /// <summary>How often the packet is sent, 1 to 20; 3, because its arrival cannot be observed.</summary>
    [Range(1, 20)]
    public int Repetitions { get; set; } = 3;

    /// <summary>The pause between two packets; 200 ms.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How packets travel; as UDP.</summary>
    public WakeTransport Transport { get; set; }
}

/// <summary>How a magic packet travels.</summary>
public enum WakeTransport
{
    /// <summary>As a UDP datagram, which routers can pass on and which needs an address on the link.</summary>
    Udp,

    /// <summary>As an Ethernet frame of its own type: on this host's links only, without an address. Linux, with CAP_NET_RAW.</summary>
    Frame,

    /// <summary>As both.</summary>
    Both,
}

[OptionsValidator]
internal sealed partial class WakeOnLanOptionsValidator : IValidateOptions<WakeOnLanOptions>;
