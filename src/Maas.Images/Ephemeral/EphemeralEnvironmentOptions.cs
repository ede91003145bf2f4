using Maas.Images.Archives;

namespace Maas.Images.Ephemeral;

/// <summary>What goes into an ephemeral environment. The defaults serve any x86-64 machine.</summary>
public sealed record EphemeralEnvironmentOptions
{
    /// <summary>
    /// The kernel's package; a meta package is followed. Default <c>linux-image-amd64</c>, Debian's kernel for all hardware;
    /// <c>linux-image-cloud-amd64</c> is a third of it and knows only virtual machines.
    /// </summary>
    public string KernelPackage { get; init; } = "linux-image-amd64";

    /// <summary>Which of the kernel's modules go in; what they depend on follows. Default: network, storage, file systems, IPMI.</summary>
    public KernelModuleSelection Modules { get; init; } = KernelModuleSelection.Default;

    /// <summary>Programs beside busybox; the shared libraries they need follow. Default: what the agent itself calls.</summary>
    public IReadOnlyList<EphemeralProgram> Programs { get; init; } = EphemeralProgram.Defaults;

    /// <summary>
    /// Programs that a machine boots beside the environment when a root archive is unpacked onto its disks, or when these erase themselves,
    /// in an archive of their own.
    /// Default: <see cref="EphemeralProgram.InstallDefaults"/>. Without any, no root archive can be deployed.
    /// </summary>
    public IReadOnlyList<EphemeralProgram> InstallPrograms { get; init; } = EphemeralProgram.InstallDefaults;

    /// <summary>
    /// Programs that a machine boots beside the environment in rescue mode, in an archive of their own. Default:
    /// <see cref="EphemeralProgram.RescueDefaults"/>. Without them, rescue mode has a shell on the machine's console only.
    /// </summary>
    public IReadOnlyList<EphemeralProgram> RescuePrograms { get; init; } = EphemeralProgram.RescueDefaults;

    /// <summary>
    /// Programs that a machine boots beside the environment when it is commissioned and may set up its management controller, in an
    /// archive of their own. Default: <see cref="EphemeralProgram.BmcDefaults"/>. Without them, controllers are not set up.
    /// </summary>
    public IReadOnlyList<EphemeralProgram> BmcPrograms { get; init; } = EphemeralProgram.BmcDefaults;

    /// <summary>
    /// Packages with firmware files (<c>firmware-bnx2x</c>, from the component non-free-firmware); of each, what a chosen module asks for
    /// goes in. Default: none.
    /// </summary>
    public IReadOnlyList<string> FirmwarePackages { get; init; } = [];

    /// <summary>
    /// Files of your own, by their path in the environment (<c>usr/bin/burn-in</c>), executable. They may replace one of ours.
    /// </summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>>();

    /// <summary>
    /// How the initrd is packed: <see cref="CompressionFormat.Zstandard"/> (default), <see cref="CompressionFormat.Gzip"/> for kernels that
    /// cannot unpack it, or <see cref="CompressionFormat.None"/>.
    /// </summary>
    public CompressionFormat Compression { get; init; } = CompressionFormat.Zstandard;
}
