using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Maas.Boot.RouterAdvertisement;

/// <summary>What a <see cref="RouterAdvertiser"/> tells, and where.</summary>
public sealed class RouterAdvertiserOptions
{
    static RouterAdvertiserOptions() => NetworkTypeConverters.Register();

    /// <summary>The defaults.</summary>
    public RouterAdvertiserOptions()
    {
    }

    /// <summary>A copy.</summary>
    internal RouterAdvertiserOptions(RouterAdvertiserOptions other)
    {
        ManagedAddresses = other.ManagedAddresses;
        OtherConfiguration = other.OtherConfiguration;
        RouterLifetimeSeconds = other.RouterLifetimeSeconds;
        Mtu = other.Mtu;
        LongestIntervalSeconds = other.LongestIntervalSeconds;
        foreach (var item in other.Interfaces) Interfaces.Add(item);
        foreach (var item in other.Prefixes) Prefixes.Add(item);
        foreach (var item in other.NameServers) NameServers.Add(item);
        foreach (var item in other.SearchDomains) SearchDomains.Add(item);
    }

    /// <summary>The network interfaces to advertise on, such as <c>eth0</c>.</summary>
    public IList<string> Interfaces { get; } = [];

    /// <summary>M: whether hosts ask DHCPv6 for an address; on unless told otherwise.</summary>
    public bool ManagedAddresses { get; set; } = true;

    /// <summary>O: whether hosts ask DHCPv6 for the rest, a boot file among it; on unless told otherwise.</summary>
    public bool OtherConfiguration { get; set; } = true;

    /// <summary>
    /// For how long this host is a default router, 0 to 9,000 s; zero unless told otherwise: it tells about the link and forwards nothing.
    /// </summary>
    [Range(0, 9000)]
    public int RouterLifetimeSeconds { get; set; }

    /// <summary>The prefixes of the link; none is well, too: iPXE and others wait for an advertisement, whatever it says.</summary>
    public IList<AdvertisedPrefix> Prefixes { get; } = [];

    /// <summary>
    /// Name servers (RFC 8106 section 5.1). None, the default, names those of the subnets that <see cref="BootServices.Addresses6"/> leases
    /// on <see cref="Prefixes"/>, as they are when it is sent: at most 8, and none where it leases none.
    /// </summary>
    public IList<IPAddress> NameServers { get; } = [];

    /// <summary>Domains that short names are searched in (RFC 8106 section 5.2); none leaves them out.</summary>
    public IList<string> SearchDomains { get; } = [];

    /// <summary>The MTU of the link, 1,280 or more; <see langword="null"/> leaves it out.</summary>
    [Range(1280, 65535)]
    public int? Mtu { get; set; }

    /// <summary>
    /// The longest time between two unasked advertisements, 4 to 1,800 s; 600 s unless told otherwise (RFC 4861 section 6.2.1). The
    /// shortest is a third of it.
    /// </summary>
    [Range(4, 1800)]
    public int LongestIntervalSeconds { get; set; } = 600;
}

[OptionsValidator]
internal sealed partial class RouterAdvertiserOptionsValidator : IValidateOptions<RouterAdvertiserOptions>;
