using Maas.Install.Recipes;

namespace Maas.Hosting;

/// <summary>
/// An install recipe in configuration. <see cref="Kind"/> decides on the properties that it needs. One that its kind does not read is an
/// error.
/// </summary>
public sealed class RecipeOptions
{
    /// <summary>The installer.</summary>
    public RecipeKind Kind { get; set; }

    /// <summary>
    /// Operating system, <c>rocky</c>. Needed by <see cref="RecipeKind.Kickstart"/> and <see cref="RecipeKind.Iso"/>; for
    /// <see cref="RecipeKind.Debian"/>, <c>debian</c> (default) or <c>ubuntu</c>. The other kinds have one of their own.
    /// </summary>
    public string OsSystem { get; set; } = "";

    /// <summary>Series, <c>bookworm</c>; for Ignition the stream or channel, <c>stable</c>. Every recipe needs it.</summary>
    public string Series { get; set; } = "";

    /// <summary>Architecture without the sub-architecture. Default <c>amd64</c>.</summary>
    public string Architecture { get; set; } = "amd64";

    /// <summary>
    /// The ISO that is served with <see cref="IsoChanges"/>: a name among the boot files (<c>iso/debian-12.iso</c>), or <c>sha256:</c> and
    /// the digest of a blob of the image library. The installer of <see cref="RecipeKind.Debian"/>, <see cref="RecipeKind.Autoinstall"/>
    /// and <see cref="RecipeKind.Kickstart"/> is started from it, in place of <see cref="Kernel"/> and <see cref="InitialRamDisk"/>;
    /// <see cref="RecipeKind.Iso"/> needs it or <see cref="Source"/>.
    /// </summary>
    public string Iso { get; set; } = "";

    /// <summary>What is changed in <see cref="Iso"/> for a machine, in this order. Default: nothing.</summary>
    public IList<IsoChangeOptions> IsoChanges { get; } = [];

    /// <summary>The installer's kernel: a name among the boot files, or an http URL. Not for Windows and ISOs.</summary>
    public string Kernel { get; set; } = "";

    /// <summary>The installer's initial RAM disk, as <see cref="Kernel"/>.</summary>
    public string InitialRamDisk { get; set; } = "";

    /// <summary>
    /// The URL of the live medium (<see cref="RecipeKind.Autoinstall"/>), of the installation source (<see cref="RecipeKind.Kickstart"/>),
    /// of the live root file system (<see cref="RecipeKind.FedoraCoreOS"/>), or of the ISO (<see cref="RecipeKind.Iso"/>).
    /// </summary>
    public Uri? Source { get; set; }

    /// <summary>For Windows: the folder of <c>wimboot</c>, <c>BCD</c>, <c>boot.sdi</c> and <c>boot.wim</c> among the boot files.</summary>
    public string Folder { get; set; } = "";

    /// <summary>For Windows: the share with the installation files, <c>\\10.0.0.1\windows</c>.</summary>
    public string Share { get; set; } = "";

    /// <summary>Where the installer gets packages; <see langword="null"/> for the recipe's own default.</summary>
    public Uri? Mirror { get; set; }

    /// <summary>The HTTP proxy for packages; <see langword="null"/> for the one of the settings, if any.</summary>
    public Uri? Proxy { get; set; }

    /// <summary>
    /// How long an installation may take, 1 minute to 7 days: then the installer's signs of life end. <see langword="null"/> for the
    /// recipe's own: 2 hours.
    /// </summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>
    /// How long an installation may be silent before it fails, at most 7 days. <see langword="null"/> for the recipe's own: the server's
    /// deadline of deployments, but an hour for Windows and twelve hours for an ISO.
    /// </summary>
    public TimeSpan? ReportTimeout { get; set; }

    /// <summary>
    /// Whether the installed system runs cloud-init with this server as data source, which applies the machine's network configuration and
    /// user data; without it, a deployment with either is refused. <see langword="null"/> for the recipe's own:
    /// <see langword="true"/> for Debian, Autoinstall and Kickstart, <see langword="false"/> for Ignition, Windows and an ISO.
    /// </summary>
    public bool? HasCloudInit { get; set; }

    /// <summary>
    /// What the templates read as <c>params</c>. A value takes the type of the recipe's own: <c>true</c> or <c>false</c>, a whole number,
    /// words for a list (<c>openssh-server htop</c>), or a text.
    /// </summary>
    public IDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The installers that configuration can name.</summary>
public enum RecipeKind
{
    /// <summary>The Debian installer with a preseed: <see cref="DebianInstaller"/>.</summary>
    Debian,

    /// <summary>Ubuntu's server installer: <see cref="Install.Recipes.Autoinstall"/>.</summary>
    Autoinstall,

    /// <summary>Anaconda: <see cref="Install.Recipes.Kickstart"/>.</summary>
    Kickstart,

    /// <summary>Fedora CoreOS: <see cref="Ignition"/>.</summary>
    FedoraCoreOS,

    /// <summary>Flatcar Container Linux: <see cref="Ignition"/>.</summary>
    Flatcar,

    /// <summary>Windows Setup: <see cref="WindowsSetup"/>.</summary>
    Windows,

    /// <summary>
    /// An ISO: as it is (<see cref="UnmodifiedIso"/>), or changed for each machine (<see cref="Install.Recipes.PatchedIso"/>).
    /// </summary>
    Iso,
}
