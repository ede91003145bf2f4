using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Dhcp.Firmware;
using Maas.Boot.Dhcp6.Wire;

namespace Maas.Boot.Dhcp6;

/// <summary>Where and how a <see cref="Dhcp6Server"/> answers.</summary>
public sealed class Dhcp6ServerOptions
{
    /// <summary>
    /// The network interfaces to serve, such as <c>eth0</c>: a socket for each, bound to the device and a member of ff02::1:2 (and of ff05::1:3, for
    /// relays) there. Empty when only <see cref="ListenOn"/> is served.
    /// </summary>
    public IList<string> Interfaces { get; } = [];

    /// <summary>
    /// A local address and port to serve without a device: loopback and an unprivileged port in tests, or an address that relays send to. Port 0
    /// takes a free one (<see cref="Dhcp6Server.EndPoints"/> tells which). <see langword="null"/> for none.
    /// </summary>
    public IPEndPoint? ListenOn { get; set; }

    /// <summary>This server's address as clients reach it, which URLs name; <see langword="null"/> takes the interface's, one that is not link-local if it has one.</summary>
    public IPAddress? ServerAddress { get; set; }

    /// <summary>What this server calls itself, for ever: clients renew with it by that name. <see langword="null"/> makes it of the first interface's hardware address.</summary>
    public Duid? ServerIdentifier { get; set; }

    /// <summary>The port served on <see cref="Interfaces"/>; 547 unless told otherwise.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 547;

    /// <summary>The port clients listen on; 546 unless told otherwise.</summary>
    [Range(1, 65535)]
    public int ClientPort { get; set; } = 546;

    /// <summary>Which boot program each firmware gets.</summary>
    [Required]
    public BootProgramTable Programs { get; set; } = BootProgramTable.Default;

    /// <summary>
    /// Where boot files are served over HTTP, such as <c>http://[::]:5240/MAAS/boot/</c>; a wildcard host stands for this server's address on the
    /// client's link. <see langword="null"/> when there is no HTTP server: then iPXE fetches its script by TFTP, and UEFI HTTP boot is not answered.
    /// </summary>
    public Uri? HttpBase { get; set; }

    /// <summary>The TFTP server named to clients; <see langword="null"/> for this server.</summary>
    public IPAddress? TftpServer { get; set; }

    /// <summary>
    /// How long the boot policy may think; 3 s unless told otherwise. When it takes longer, or throws, the request is not answered: firmware asks
    /// again, whereas an answer without a boot file makes it give up network boot.
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

    /// <summary>
    /// Whether a client that offers to take an address at once (option 14) gets it at once. Off unless told otherwise: where two servers do so, each keeps
    /// an address for every client.
    /// </summary>
    public bool RapidCommit { get; set; }

    /// <summary>Option 7: how much clients shall prefer this server to others; 0, the default, leaves it out, and at 255 they wait for no other.</summary>
    public byte Preference { get; set; }

    /// <summary>How many requests may wait for the boot policy or the disk at once, in all; more are dropped and counted. 1,024 unless told otherwise.</summary>
    [Range(16, 1_000_000)]
    public int MaxInFlight { get; set; } = 1024;
}
