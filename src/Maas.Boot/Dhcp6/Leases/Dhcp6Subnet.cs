using System.Net;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// A subnet: which addresses are leased on it, and the parameters of its clients. Without ranges and reservations it is stateless: clients
/// receive the other parameters and form their own addresses.
/// </summary>
/// <example>
/// <code>
/// var subnet = new Dhcp6Subnet { Network = IPNetwork.Parse("fd00:77::/64"), Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::1fff")]
/// };
/// </code>
/// </example>
public sealed record Dhcp6Subnet
{
    /// <summary>The subnet's prefix.</summary>
    public required IPNetwork Network { get; init; }

    /// <summary>The addresses leased to any client.</summary>
    public IReadOnlyList<AddressRange6> Ranges { get; init; } = [];

    /// <summary>Addresses kept for certain machines, inside or outside of <see cref="Ranges"/>.</summary>
    public IReadOnlyList<AddressReservation6> Reservations { get; init; } = [];

    /// <summary>Addresses within <see cref="Ranges"/> that are never leased: routers, statically configured machines.</summary>
    public IReadOnlyList<IPAddress> Exclusions { get; init; } = [];

    /// <summary>Option 23 (RFC 3646): name servers, best first; none leaves it out.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    /// <summary>Option 24 (RFC 3646): the domains clients search short names in; none leaves it out.</summary>
    public IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>Option 56 (RFC 5908): NTP servers, for clients that request it; none leaves it out.</summary>
    public IReadOnlyList<IPAddress> TimeServers { get; init; } = [];

    /// <summary>
    /// Option 60 (RFC 5970): parameters for a boot file that <see cref="BootInstruction.Program"/> names, told to firmware with its URL.
    /// iPXE, which Boot names otherwise, takes none, and UEFI PXE gets none: EDK II takes the first one for the file's length. UEFI HTTP
    /// boot and U-Boot get them.
    /// </summary>
    public IReadOnlyList<string> BootFileParameters { get; init; } = [];

    /// <summary>
    /// How long an address stays valid without being renewed; 1 h unless told otherwise. It is preferred for five eighths of it.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The same for firmware; 10 min unless told otherwise. An installed system with another identifier soon leaves the address unused.
    /// </summary>
    public TimeSpan FirmwareLeaseTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an address that a client found in use is not offered; 1 h unless told otherwise.</summary>
    public TimeSpan QuarantineTime { get; init; } = TimeSpan.FromHours(1);

    internal bool IsStateless => Ranges.Count == 0 && Reservations.Count == 0;
}
