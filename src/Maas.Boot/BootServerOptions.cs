using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Server;
using Maas.Boot.Dns;
using Maas.Boot.Ntp;
using Maas.Boot.RouterAdvertisement;
using Maas.Boot.Syslog;
using Maas.Boot.Tftp;

namespace Maas.Boot;

/// <summary>What a <see cref="BootServer"/> answers, and on which link.</summary>
public sealed class BootServerOptions
{
    static BootServerOptions() => NetworkTypeConverters.Register();

    /// <summary>
    /// The network interface, such as <c>eth0</c>, that the servers are bound to unless their own options name one;
    /// <see langword="null"/> leaves it to them.
    /// </summary>
    public string? Interface { get; set; }

    /// <summary>
    /// The address that <see cref="Interface"/> must have: while it does not, the servers wait, so that nothing is answered in the name of
    /// an address that is gone.
    /// <see langword="null"/>, the default, serves with the address that the interface has.
    /// </summary>
    public IPAddress? Address { get; set; }

    /// <summary>What happens when a server fails; unless told otherwise it is started again, and the others go on.</summary>
    public ServerFailureAction OnFailure { get; set; }

    /// <summary>
    /// Where the last datagrams of each machine are kept, unless DHCP's and TFTP's own options name a place; <see langword="null"/>, the
    /// default, for nowhere.
    /// </summary>
    public PacketRing? Capture { get; set; }

    /// <summary>DHCP or proxy-DHCP; <see langword="null"/> when another server names this one's boot files itself.</summary>
    public DhcpServerOptions? Dhcp { get; set; } = new();

    /// <summary>
    /// TFTP; <see langword="null"/> for none. With <see cref="Dhcp6"/> it listens on IPv6 too, unless told on which address.
    /// </summary>
    public TftpServerOptions? Tftp { get; set; } = new();

    /// <summary>DNS for the machines' domain; <see langword="null"/>, the default, for none.</summary>
    public DnsServerOptions? Dns { get; set; }

    /// <summary>
    /// DNS at a second address, such as that of IPv6, which works and fails apart from the first; <see langword="null"/>, the default, for
    /// none.
    /// </summary>
    public DnsServerOptions? Dns6 { get; set; }

    /// <summary>The time, by SNTP; <see langword="null"/>, the default, for none.</summary>
    public SntpServerOptions? Sntp { get; set; }

    /// <summary>
    /// Receives what machines log and reports it to the <see cref="IBootObserver"/>; <see langword="null"/>, the default, for none.
    /// </summary>
    public SyslogServerOptions? Syslog { get; set; }

    /// <summary>DHCPv6; <see langword="null"/>, the default, where machines do not boot over IPv6.</summary>
    public Dhcp6ServerOptions? Dhcp6 { get; set; }

    /// <summary>
    /// Router advertisements, without which clients do not start DHCPv6; <see langword="null"/>, the default, where the site's router sends
    /// them.
    /// </summary>
    public RouterAdvertiserOptions? RouterAdvertisement { get; set; }
}
