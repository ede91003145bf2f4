using Maas.Hosting.Policy;

namespace Maas.Hosting.Testing.Network;

/// <summary>
/// The ephemeral environment of a virtual MAAS, one for each architecture. Simulated machines fetch it and do not run it.
/// </summary>
internal sealed class VirtualEnvironment : IEphemeralEnvironment
{
    /// <summary>The names of its files.</summary>
    public const string Kernel = "ephemeral/kernel", InitialRamDisk = "ephemeral/initrd";

    /// <summary>The file by which a Raspberry Pi starts U-Boot.</summary>
    public const string BoardConfiguration = "config.txt";

    /// <summary>The firmware of a Raspberry Pi, and U-Boot.</summary>
    public static IReadOnlyList<string> BoardFiles { get; } = ["start4.elf", "u-boot.bin"];

    public IReadOnlyList<string> Architectures { get; } = ["amd64", "arm64", "armhf"];

    public EphemeralFileNames? FilesFor(string? architecture) => new(Kernel, InitialRamDisk);
}
