using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Dhcp6.Leases;
using Microsoft.Extensions.Options;

namespace Maas.Hosting;

/// <summary>How <c>AddMaas</c> composes a server. Only <see cref="DataDirectory"/> is needed; the rest has defaults.</summary>
public sealed class MaasOptions
{
    static MaasOptions() => NetworkTypeConverters.Register();

    /// <summary>
    /// The folder of all state: the store, leases, images, the ephemeral environment. Made, readable to its owner alone, when missing.
    /// </summary>
    [Required]
    public string DataDirectory { get; set; } = "";

    /// <summary>The folder of the boot programs; what the operator puts there is served beside them.</summary>
    public string ProgramDirectory => Path.Combine(DataDirectory, "boot");

    /// <summary>The port on which the web host answers; it is named in the URLs that machines are given. Default 5240, MAAS's.</summary>
    [Range(1, 65535)]
    public int HttpPort { get; set; } = 5240;

    /// <summary>Below which path API, metadata and boot files are mounted. Default <c>/MAAS</c>.</summary>
    [Required]
    public string PathBase { get; set; } = "/MAAS";

    /// <summary>The network interface that machines boot from; <see langword="null"/>, the default, serves neither DHCP nor TFTP.</summary>
    public string? Interface { get; set; }

    /// <summary>
    /// Serve DHCP and TFTP at this address and these unprivileged ports instead of an interface: for demonstrations and tests on loopback.
    /// </summary>
    public LoopbackBoot? Loopback { get; set; }

    /// <summary>
    /// Whether addresses are leased (<see cref="DhcpMode.Full"/>), another server's offers are completed, or nothing is answered.
    /// </summary>
    public DhcpMode Mode { get; set; } = DhcpMode.Full;

    /// <summary>
    /// Whether addresses are leased although another DHCP server answers on the link. Default false: then DHCP alone waits and looks again,
    /// the first time after a
    /// second and later every half minute, and everything else is served.
    /// </summary>
    public bool AllowOtherDhcpServers { get; set; }

    /// <summary>
    /// What happens when DHCP, TFTP, DNS or another server on the link fails, because its port is taken for instance. Default: it is logged
    /// and started again, and
    /// the host with its web application goes on.
    /// </summary>
    public ServerFailureAction OnBootFailure { get; set; }

    /// <summary>The addresses leased in full mode, inside the interface's network.</summary>
    public AddressRange? Range { get; set; }

    /// <summary>
    /// The IPv6 prefix of the link, such as <c>fd00:77::/64</c>, of which <see cref="Interface"/> has an address: machines then boot over
    /// IPv6 too, by DHCPv6, router advertisements
    /// and TFTP. The web host must listen on IPv6 as well (<c>http://[::]:5240</c> takes both). <see langword="null"/>, the default, leaves
    /// IPv6 to others.
    /// </summary>
    public IPNetwork? Prefix6 { get; set; }

    /// <summary>
    /// The IPv6 addresses leased, inside <see cref="Prefix6"/>; <see langword="null"/>, the default, for the 4,096 from <c>::1000</c> on.
    /// </summary>
    public AddressRange6? Range6 { get; set; }

    /// <summary>The routers that leased machines are told, best first. Default none.</summary>
    public IList<IPAddress> Routers { get; } = [];

    /// <summary>
    /// The name servers that leased machines are told, best first. Default: this server, where it serves <see cref="LinkServices.Dns"/>.
    /// </summary>
    public IList<IPAddress> NameServers { get; } = [];

    /// <summary>
    /// The domain of the machines: what new ones are put in, what leased ones are told, what DNS answers for. Default <c>maas</c>.
    /// </summary>
    [Required]
    public string Domain { get; set; } = "maas";

    /// <summary>
    /// What else is served on the link. <see langword="null"/>, the default: everything in full mode, where the link is ours, and nothing
    /// in the others.
    /// </summary>
    public LinkServices? Services { get; set; }

    /// <summary>
    /// The resolvers that DNS asks for names outside of <see cref="Domain"/>, the first first; only machines on the link may ask for those.
    /// Default none: they are refused.
    /// </summary>
    public IList<IPEndPoint> DnsForwarders { get; } = [];

    /// <summary>The boot program of each firmware. Default: iPXE everywhere.</summary>
    public BootProgramTable Programs { get; set; } = BootProgramTable.Default;

    /// <summary>Whether an unknown machine is booted to enlist itself. Default true.</summary>
    public bool EnlistUnknownMachines { get; set; } = true;

    /// <summary>Appended to the ephemeral kernel's command line, such as <c>console=ttyS0,115200</c>. Default empty.</summary>
    public string KernelOptions { get; set; } = "";

    /// <summary>
    /// Of how many machines the last datagrams are kept in memory, 64 KiB each, for <see cref="Maas.Core.Nodes.IMachineCaptures"/>; those
    /// heard last. Default 256; 0 keeps none.
    /// </summary>
    [Range(0, 1_000_000)]
    public int CapturedMachines { get; set; } = 256;

    /// <summary>Where the ephemeral environment and the boot programs come from.</summary>
    [ValidateObjectMembers]
    public EphemeralImageOptions Ephemeral { get; set; } = new();
}

/// <summary>Ports on loopback in the place of a network interface.</summary>
/// <param name="Address">Where DHCP and TFTP listen.</param>
/// <param name="DhcpPort">The DHCP port; 0 takes a free one.</param>
/// <param name="TftpPort">The TFTP port; 0 takes a free one.</param>
/// <param name="Network">The network that clients, who come through a relay, are leased addresses of.</param>
public sealed record LoopbackBoot(IPAddress Address, int DhcpPort, int TftpPort, IPNetwork Network)
{
    /// <summary>The port of DNS, UDP and TCP; 0, the default, takes a free one.</summary>
    public int DnsPort { get; init; }

    /// <summary>The port of SNTP; 0, the default, takes a free one.</summary>
    public int TimePort { get; init; }

    /// <summary>The port of syslog; 0, the default, takes a free one.</summary>
    public int SyslogPort { get; init; }
}

/// <summary>What is served on the link beside DHCP and TFTP.</summary>
[Flags]
public enum LinkServices
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>DNS on port 53: the machines' names and addresses.</summary>
    Dns = 1,

    /// <summary>SNTP on port 123: the time.</summary>
    Time = 2,

    /// <summary>Syslog on port 514: what machines log goes to their timelines.</summary>
    Syslog = 4,

    /// <summary>All of them.</summary>
    All = Dns | Time | Syslog,
}

/// <summary>Where the ephemeral environment and the boot programs come from.</summary>
public sealed class EphemeralImageOptions
{
    /// <summary>
    /// A Debian mirror, the folder that holds <c>dists/</c>; <see langword="null"/>, the default, takes apt's own sources where there are
    /// any.
    /// </summary>
    public Uri? Mirror { get; set; }

    /// <summary>The suite taken from <see cref="Mirror"/>, and its <c>-updates</c>. Default <c>bookworm</c>.</summary>
    [Required]
    public string Suite { get; set; } = "bookworm";

    /// <summary>A folder of <c>.deb</c> files in the place of a mirror; <see langword="null"/>, the default, for none.</summary>
    public string? PackageDirectory { get; set; }

    /// <summary>The OpenPGP keyring that signs the mirror; <see langword="null"/>, the default, for the host's own of Debian.</summary>
    public string? Keyring { get; set; }

    /// <summary>
    /// The kernel's package. Default <c>linux-image-amd64</c>, for all hardware; <c>linux-image-cloud-amd64</c> knows only virtual machines
    /// and is a third of it.
    /// </summary>
    [Required]
    public string KernelPackage { get; set; } = "linux-image-amd64";

    /// <summary>
    /// An environment of the host's own, by the names its <c>IBootFiles</c> knows; then nothing is fetched or built.
    /// <see langword="null"/>, the default, for ours.
    /// </summary>
    public CustomEnvironment? Own { get; set; }
}

/// <summary>An ephemeral environment that the host brings.</summary>
/// <param name="Kernel">The kernel's name among the boot files.</param>
/// <param name="InitialRamDisk">The initial ram disk's.</param>
public sealed record CustomEnvironment(string Kernel, string InitialRamDisk);

/// <summary>Checks the options as their attributes say.</summary>
[OptionsValidator]
internal sealed partial class MaasOptionsValidator : IValidateOptions<MaasOptions>;
