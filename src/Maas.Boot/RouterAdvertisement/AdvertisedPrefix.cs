using System.Net;

namespace Maas.Boot.RouterAdvertisement;

/// <summary>A prefix that is advertised to hosts (RFC 4861 section 4.6.2).</summary>
public sealed record AdvertisedPrefix
{
    /// <summary>The prefix; of 64 bits where hosts make their own addresses.</summary>
    public required IPNetwork Network { get; init; }

    /// <summary>
    /// L: whether the prefix's addresses are on the link, reached without a router; on unless told otherwise. Firmware that was leased an
    /// address needs it to reach its server.
    /// </summary>
    public bool IsOnLink { get; init; } = true;

    /// <summary>
    /// A: whether hosts make addresses of it themselves (SLAAC); off unless told otherwise, because machines are then known by leased
    /// addresses.
    /// </summary>
    public bool IsAutonomous { get; init; }

    /// <summary>
    /// How long it stays valid without being heard of again; 1 day unless told otherwise. Addresses made of it are preferred for half as
    /// long.
    /// </summary>
    public TimeSpan ValidTime { get; init; } = TimeSpan.FromDays(1);
}
