namespace Maas.Images.Inspection;

/// <summary>What an image is.</summary>
public sealed record ImageDescription
{
    /// <summary>The operating system in it; <see langword="null"/> if no root file system that is read here has an os-release.</summary>
    public OsRelease? OperatingSystem { get; init; }

    /// <summary>
    /// The processor it is for, by Debian's name (<c>amd64</c>, <c>arm64</c>): that of its shell, else of its kernel, else of its boot
    /// loader; <see langword="null"/> if unknown.
    /// </summary>
    public string? Architecture { get; init; }

    /// <summary>The kernels that it boots.</summary>
    public IReadOnlyList<KernelFile> Kernels { get; init; } = [];

    /// <summary>Its cloud-init; <see langword="null"/> if it has none.</summary>
    public InstalledCloudInit? CloudInit { get; init; }

    /// <summary>Which firmware can start it from a disk or a medium of this image.</summary>
    public FirmwareBoot Boots { get; init; }

    /// <summary>The boot programs for UEFI, from the root of their file system: <c>EFI/BOOT/BOOTX64.EFI</c>.</summary>
    public IReadOnlyList<string> EfiPrograms { get; init; } = [];

    /// <summary>What an installer or live medium boots; <see langword="null"/> for other images.</summary>
    public InstallMedia? Medium { get; init; }

    /// <summary>
    /// What could not be looked into, and why: partitions that are damaged, encrypted or of a format that is not read here.
    /// </summary>
    public IReadOnlyList<string> Unread { get; init; } = [];
}
