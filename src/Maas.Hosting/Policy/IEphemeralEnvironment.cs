namespace Maas.Hosting.Policy;

/// <summary>The ephemeral environment as boot files.</summary>
internal interface IEphemeralEnvironment
{
    /// <summary>The files' names; <see langword="null"/> while there is no environment: machines that need it are left waiting.</summary>
    EphemeralFileNames? Files { get; }

    /// <summary>
    /// The architecture it is for, in Debian's and MAAS's word (<c>amd64</c>); <see langword="null"/> when only its maker knows: then it is
    /// offered to every machine.
    /// </summary>
    string? Architecture { get; }
}

/// <summary>
/// The names under which an environment's files are served. They carry the build, so that a kernel and its ram disk always fit each other.
/// </summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="InitialRamDisk">Its initial ram disk.</param>
/// <param name="InstallTools">
/// A second initial ram disk for machines onto whose disks a root archive is unpacked; <see langword="null"/> for none.
/// </param>
internal sealed record EphemeralFileNames(string Kernel, string InitialRamDisk, string? InstallTools = null)
{
    /// <summary>The initial ram disks of a task, in their order.</summary>
    public IReadOnlyList<string> InitialRamDisks(bool withInstallTools) =>
        withInstallTools && InstallTools is { } tools ? [InitialRamDisk, tools] : [InitialRamDisk];
}
