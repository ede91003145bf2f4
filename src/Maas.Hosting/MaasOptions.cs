using System.ComponentModel.DataAnnotations;
using Maas.Boot.Dhcp.Firmware;
using Microsoft.Extensions.Options;

namespace Maas.Hosting;

/// <summary>
/// How <c>AddMaas</c> composes a server. <see cref="DataDirectory"/> must be set; machines boot from <see cref="Networks"/>.
/// </summary>
public sealed class MaasOptions
{
    static MaasOptions() => NetworkTypeConverters.Register();

    /// <summary>
    /// The folder of all state: the store, leases, images, the ephemeral environment. It is created at the start when it is missing, and
    /// closed to other users.
    /// </summary>
    [Required]
    public string DataDirectory { get; set; } = "";

    /// <summary>The folder of the boot programs; what the operator puts there is served beside them.</summary>
    public string ProgramDirectory => Path.Combine(DataDirectory, "boot");

    /// <summary>
    /// The networks that machines boot from, by a name of your choice. Default none: then the API alone is served. Ranges, reservations,
    /// relays, routers and name servers that change in the configuration are used at once, everything else from the next start on.
    /// </summary>
    public IDictionary<string, MaasNetworkOptions> Networks { get; } =
        new Dictionary<string, MaasNetworkOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The port of the URLs that machines are given. <see langword="null"/>, the default, takes the port of the first plain-HTTP address
    /// on which the host listens and that the machines can reach. Set it when another program forwards a port to this host.
    /// </summary>
    [Range(1, 65535)]
    public int? HttpPort { get; set; }

    /// <summary>
    /// The path below which machines reach the API and the boot files. <see langword="null"/>, the default, takes the path that
    /// <c>app.MapMaas()</c> maps. Set it when another program adds a prefix, or the mapping is inside of a branch of the application.
    /// </summary>
    public string? PathBase { get; set; }

    /// <summary>
    /// What happens when a network cannot be served: its interface is missing, a port is taken, another DHCP server answers. By default
    /// it is logged and tried again, and the host continues.
    /// </summary>
    public BootFailureAction OnBootFailure { get; set; }

    /// <summary>
    /// The domain of the machines: the domain of new machines, of leases, and of DNS. Default <c>maas</c>.
    /// </summary>
    [Required]
    public string Domain { get; set; } = "maas";

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

    /// <summary>
    /// The file with the key that the secrets of API keys and power parameters are encrypted with in the store; it is made at the first
    /// start. <see langword="null"/>, the default, takes <c>secret.key</c> in <see cref="DataDirectory"/>. A file elsewhere is not part of
    /// a copy of the data directory. Without it the server does not start: keep a copy apart from copies of the store.
    /// </summary>
    public string? SecretKeyFile { get; set; }

    /// <summary>
    /// The file that the store's first start writes the administrator's API key to, readable for this user alone; its folder must exist.
    /// <see langword="null"/>, the default, takes <c>admin.apikey</c> in <see cref="DataDirectory"/>. A file elsewhere that exists already
    /// is refused. Further hosts of the store write none.
    /// </summary>
    public string? AdministratorKeyFile { get; set; }

    /// <summary>
    /// The Launchpad that users import SSH keys from; <see langword="null"/> for none. Default <c>https://launchpad.net/</c>.
    /// </summary>
    public Uri? Launchpad { get; set; } = new("https://launchpad.net/");

    /// <summary>
    /// The API of GitHub that users import SSH keys from; <see langword="null"/> for none. Default <c>https://api.github.com/</c>.
    /// </summary>
    public Uri? GitHub { get; set; } = new("https://api.github.com/");

    /// <summary>Where the ephemeral environment and the boot programs come from.</summary>
    [ValidateObjectMembers]
    public EphemeralImageOptions Ephemeral { get; set; } = new();

    /// <summary>What the package proxy fetches and keeps, with <c>AddPackageProxy()</c>.</summary>
    [ValidateObjectMembers]
    public PackageProxyOptions Packages { get; set; } = new();

    /// <summary>How this host shares images with the other hosts of its store.</summary>
    [ValidateObjectMembers]
    public ImagePeerOptions ImagePeers { get; set; } = new();

    /// <summary>
    /// Installers beside those that <c>AddInstall(…)</c> is given. <c>AddInstall()</c> must be called for them to be used. Default: none.
    /// </summary>
    public IList<RecipeOptions> Recipes { get; } = [];

    /// <summary>
    /// The URLs to which changes of machines are posted, by a name of your choice: letters, digits, <c>_</c> and <c>-</c>, at most 50. The
    /// position is stored by this name. Default: none. <c>AddWebhook(…)</c> adds one in code.
    /// </summary>
    public IDictionary<string, WebhookEndpointOptions> Webhooks { get; } =
        new Dictionary<string, WebhookEndpointOptions>(StringComparer.OrdinalIgnoreCase);
}

/// <summary>What happens when a network cannot be served.</summary>
public enum BootFailureAction
{
    /// <summary>It is logged and tried again, later each time up to half a minute; the host and its web application continue.</summary>
    Retry = 0,

    /// <summary>The host stops with the error: for a machine whose only purpose is to boot others.</summary>
    StopHost = 1,
}

/// <summary>What is served on a network beside DHCP and TFTP.</summary>
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
    /// The architectures that environments are built for, in Debian's words: <c>amd64</c> (the default) and <c>arm64</c>. Each is a few
    /// minutes of work and 40 MB. The boot programs of arm64 are Debian's signed shim and GRUB; its iPXE has none.
    /// </summary>
    public IList<string> Architectures { get; } = ["amd64"];

    /// <summary>
    /// The kernel's package. Default <c>linux-image-amd64</c>, for all hardware; <c>linux-image-cloud-amd64</c> knows only virtual machines
    /// and is a third of it. For another architecture its name replaces <c>amd64</c>.
    /// </summary>
    [Required]
    public string KernelPackage { get; set; } = "linux-image-amd64";

    /// <summary>
    /// Programs beside those that the agent needs, each <c>PACKAGE:PATH</c>, such as <c>socat:usr/bin/socat</c>. Their libraries follow.
    /// One whose package no source has is left out, with a warning. Default: <c>smartmontools:usr/sbin/smartctl</c>, for
    /// <c>smartctl-validate</c>. In configuration a list replaces the default, and an empty text takes it away.
    /// </summary>
    public IList<string> Programs { get; } = ["smartmontools:usr/sbin/smartctl"];

    /// <summary>
    /// Kernel modules beside the usual ones: names (<c>mlx4_en</c>), or folders below <c>kernel/</c> of the kernel's package
    /// (<c>drivers/infiniband</c>). What they depend on follows. Default none.
    /// </summary>
    public IList<string> Modules { get; } = [];

    /// <summary>
    /// Packages with firmware files, such as <c>firmware-bnx2x</c>; of each, what a module asks for goes in. The mirror's component
    /// <c>non-free-firmware</c> has them. One that no source has is left out, with a warning. Default none.
    /// </summary>
    public IList<string> FirmwarePackages { get; } = [];

    /// <summary>
    /// A folder whose files go into the environment by their paths (<c>FOLDER/usr/bin/burn-in</c> is <c>/usr/bin/burn-in</c> there),
    /// executable; 64 MiB together at most. They may replace ours. <see langword="null"/>, the default, for none.
    /// </summary>
    public string? FileDirectory { get; set; }

    /// <summary>
    /// An environment of the host's own, by the names its <c>IBootFiles</c> knows; then nothing is fetched or built.
    /// <see langword="null"/>, the default, for ours.
    /// </summary>
    public CustomEnvironment? Own { get; set; }
}

/// <summary>An ephemeral environment that the host brings.</summary>
/// <param name="Kernel">The kernel's name among the boot files.</param>
/// <param name="InitialRamDisk">The initial ram disk's.</param>
/// <param name="RootFileSystem">
/// The name of a squashfs, which the initial ram disk of MAAS's own ephemeral images fetches as its root (<c>root=squash:http://…</c>); the
/// kernel's command line is then theirs. <see langword="null"/>, the default, for an environment that reads the command line of ours.
/// </param>
public sealed record CustomEnvironment(string Kernel, string InitialRamDisk, string? RootFileSystem = null);
