using Maas.Hosting.Policy;

namespace Maas.Hosting.Testing.Network;

/// <summary>
/// The ephemeral environment of a virtual MAAS, one for each architecture. Simulated machines fetch it and do not run it.
/// </summary>
internal sealed class VirtualEnvironment : IEphemeralEnvironment
{
    /// <summary>The names of its files.</summary>
    public const string Kernel = "ephemeral/kernel", InitialRamDisk = "ephemeral/initrd";

    public IReadOnlyList<string> Architectures { get; } = ["amd64", "arm64"];

    public EphemeralFileNames? FilesFor(string? architecture) => new(Kernel, InitialRamDisk);
}
