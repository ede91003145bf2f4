namespace Maas.Core.Nodes;

/// <summary>What is, or is being, installed on a machine.</summary>
public sealed record Deployment
{
    /// <summary>The family of the ephemeral environment itself as a system, <c>maas</c>.</summary>
    public const string EnvironmentSystem = "maas";

    /// <summary>The series of the ephemeral environment itself as a system, <c>ephemeral</c>.</summary>
    public const string EnvironmentSeries = "ephemeral";

    /// <summary>Operating system family, such as <c>ubuntu</c> or <c>custom</c>.</summary>
    public string OsSystem { get; init; } = "";

    /// <summary>Release within the family.</summary>
    public string DistroSeries { get; init; } = "";

    /// <summary>Kernel asked for; empty for the image's own.</summary>
    public string HweKernel { get; init; } = "";

    /// <summary>
    /// The image that is written, or run in memory; <see langword="null"/> when <see cref="Recipe"/> installs the system, or the
    /// ephemeral environment itself is the system.
    /// </summary>
    public ImageReference? Image { get; init; }

    /// <summary>
    /// Whether the system runs in memory: the machine boots the ephemeral environment each time, which starts <see cref="Image"/>, a root
    /// archive, or stays up itself. No disk is written. Default <see langword="false"/>.
    /// </summary>
    public bool Ephemeral { get; init; }

    /// <summary>
    /// Name of the recipe whose installer installs the system, such as <c>debian/bookworm</c>; <see langword="null"/> when
    /// <see cref="Image"/> is written.
    /// </summary>
    public string? Recipe { get; init; }

    /// <summary>
    /// How long the installation may be silent before it fails; <see langword="null"/> for <see cref="MachineDeadlines.Deploy"/>, which
    /// also applies when it is longer.
    /// </summary>
    public TimeSpan? ReportTimeout { get; init; }

    /// <summary>The disk it is installed to; without a name when nothing is written.</summary>
    public required InstallDisk Disk { get; init; }

    /// <summary>
    /// Lower-case hex SHA-256 of the user data; <see langword="null"/> when it does not exist. The bytes:
    /// <see cref="Machines.GetUserDataAsync"/>.
    /// </summary>
    public string? UserDataSha256 { get; init; }

    /// <summary>How the installed system reports its hardware; <see langword="null"/> when it does not.</summary>
    public HardwareSync? HardwareSync { get; init; }

    /// <summary>Whether the machine is handed over as soon as cloud-init has finished (<see cref="Machines.HandOverAsync"/>).</summary>
    public bool HandOver { get; init; }

    /// <summary>How far the transfer of <see cref="Image"/> got; <see langword="null"/> until it begins, and after a retry.</summary>
    public ImageProgress? ImageProgress { get; init; }

    /// <summary>When the installed system first took its user data; <see langword="null"/> until then.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>An image in the library, enough of it to fetch and check it.</summary>
/// <param name="ResourceId">Id of the boot resource.</param>
/// <param name="FileId">Id of the file within it.</param>
/// <param name="Name">The resource's name, such as <c>custom/debian-12</c>.</param>
/// <param name="FileType">MAAS's file type: <c>ddraw</c>, <c>ddgz</c>, <c>tgz</c>, <c>squashfs</c> …</param>
/// <param name="Size">Bytes of the file as stored.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of the file as stored.</param>
public sealed record ImageReference(long ResourceId, long FileId, string Name, string FileType, long Size, string Sha256)
{
    /// <summary>
    /// Whether it is the archive of a root file system, which is unpacked onto the machine's storage configuration; otherwise it is an
    /// image of a whole disk.
    /// </summary>
    public bool IsRootArchive => IsArchive(FileType);

    internal static bool IsArchive(string fileType) => fileType is "tgz" or "root-tgz" or "tbz" or "txz" or "tzst" or "squashfs";
}

/// <summary>How far the transfer of an image to a machine got.</summary>
/// <param name="Percent">The most of it that was delivered, 0 to 100. The deadline of the deployment is renewed when it grows.</param>
/// <param name="Breaks">How often the transfer broke off.</param>
/// <param name="NotedAt">
/// Where it last broke off with an event, in percent; <see langword="null"/> when it has not. Later breaks that are no further on are
/// counted only.
/// </param>
public sealed record ImageProgress(int Percent, int Breaks = 0, int? NotedAt = null);

/// <summary>The disk to install to.</summary>
/// <param name="Name">The kernel's name during commissioning, without <c>/dev/</c>.</param>
/// <param name="Serial">Serial number, the surer name; empty when the disk has none.</param>
public sealed record InstallDisk(string Name, string Serial);

/// <summary>How disks are erased before a machine is free again.</summary>
public enum EraseMode
{
    /// <summary>Signatures and the first and last MiB of each disk and partition: fast, and not safe against a determined reader.</summary>
    Quick,

    /// <summary>The disk's own secure erase; falls back to <see cref="Full"/>.</summary>
    Secure,

    /// <summary>Every block discarded or overwritten.</summary>
    Full,
}
