using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp.Firmware;

namespace Maas.Boot.Dhcp;

/// <summary>The options of DHCP servers of both versions: the links they serve, and the boot parameters of firmware.</summary>
public abstract class DhcpLinkOptions
{
    static DhcpLinkOptions() => NetworkTypeConverters.Register();

    private protected DhcpLinkOptions(int port, int clientPort, int maxInFlight) =>
        (Port, ClientPort, MaxInFlight) = (port, clientPort, maxInFlight);

    /// <summary>A copy.</summary>
    private protected DhcpLinkOptions(DhcpLinkOptions other)
    {
        ListenOn = other.ListenOn;
        ServerAddress = other.ServerAddress;
        Port = other.Port;
        ClientPort = other.ClientPort;
        AllowOtherServers = other.AllowOtherServers;
        Programs = other.Programs;
        HttpBase = other.HttpBase;
        TftpServer = other.TftpServer;
        PolicyTimeout = other.PolicyTimeout;
        Capture = other.Capture;
        MaxInFlight = other.MaxInFlight;
        foreach (var item in other.Interfaces) Interfaces.Add(item);
    }

    /// <summary>
    /// The network interfaces to serve, such as <c>eth0</c>: a socket for each, bound to the device (Linux; needs
    /// <c>CAP_NET_BIND_SERVICE</c> and, before Linux 5.7, <c>CAP_NET_RAW</c>) and, for DHCPv6, a member of ff02::1:2 and, for relays,
    /// ff05::1:3 there. Empty when only <see cref="ListenOn"/> is served.
    /// </summary>
    public IList<string> Interfaces { get; } = [];

    /// <summary>
    /// A local address and port to serve without binding to a device: loopback and an unprivileged port in tests, or an address that relays
    /// send to. Port 0 takes a free one (the server's <c>Listening</c> tells which). <see langword="null"/> for none.
    /// </summary>
    public IPEndPoint? ListenOn { get; set; }

    /// <summary>
    /// This server's address as clients reach it; <see langword="null"/> takes the interface's (or <see cref="ListenOn"/>'s) own, of IPv6
    /// one that is not link-local if there is one.
    /// </summary>
    public IPAddress? ServerAddress { get; set; }

    /// <summary>The port served on <see cref="Interfaces"/>; unless told otherwise 67, and 547 for DHCPv6.</summary>
    [Range(1, 65535)]
    public int Port { get; set; }

    /// <summary>The port clients listen on; unless told otherwise 68, and 546 for DHCPv6.</summary>
    [Range(1, 65535)]
    public int ClientPort { get; set; }

    /// <summary>
    /// Whether a server that leases addresses runs beside others on <see cref="Interfaces"/>. Off unless told otherwise: it asks each link
    /// first, for 1.5 s, and does not start where another server answers.
    /// </summary>
    public bool AllowOtherServers { get; set; }

    /// <summary>Which boot program each firmware gets.</summary>
    [Required]
    public BootProgramTable Programs { get; set; } = BootProgramTable.Default;

    /// <summary>
    /// Where boot files are served over HTTP, such as <c>http://0.0.0.0:5240/MAAS/boot/</c>; a wildcard host means this server's
    /// address on the client's link. <see langword="null"/> when there is no HTTP server: then iPXE fetches its script by TFTP, and UEFI
    /// HTTP boot is not answered.
    /// </summary>
    public Uri? HttpBase { get; set; }

    /// <summary>The TFTP server named to clients; <see langword="null"/> for this server.</summary>
    public IPAddress? TftpServer { get; set; }

    /// <summary>
    /// How long the boot policy may think; 3 s unless told otherwise. When it takes longer, or throws, the request is not answered:
    /// firmware asks again, whereas an answer without a boot file makes it give up network boot.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to less than 10 ms or more than a minute.</exception>
    public TimeSpan PolicyTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(10));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(3);

    /// <summary>Where the last datagrams of each machine are kept; <see langword="null"/>, the default, for nowhere.</summary>
    public PacketRing? Capture { get; set; }

    /// <summary>
    /// How many requests may wait for the boot policy, the addresses or the disk at once, in all; more are dropped and counted. Unless told
    /// otherwise 4,096, and 1,024 for DHCPv6.
    /// </summary>
    [Range(16, 1_000_000)]
    public int MaxInFlight { get; set; }
}
