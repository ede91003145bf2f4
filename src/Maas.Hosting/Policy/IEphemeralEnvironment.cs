namespace Maas.Hosting.Policy;

/// <summary>The ephemeral environment as boot files.</summary>
internal interface IEphemeralEnvironment
{
    /// <summary>
    /// The architectures that there are environments for, in Debian's and MAAS's words (<c>amd64</c>); empty when only the maker of the
    /// environment knows: then it is offered to every machine.
    /// </summary>
    IReadOnlyList<string> Architectures { get; }

    /// <summary>
    /// The files' names; <see langword="null"/> while there is no environment: machines that need it are left waiting.
    /// </summary>
    /// <param name="architecture">
    /// One of <see cref="Architectures"/>; <see langword="null"/> for a client of which none is known, which gets the first.
    /// </param>
    EphemeralFileNames? FilesFor(string? architecture);
}

/// <summary>
/// The names under which an environment's files are served. They carry the build, so that a kernel and its ram disk always fit each other.
/// </summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="InitialRamDisk">Its initial ram disk.</param>
/// <param name="InstallTools">
/// A second initial ram disk for machines onto whose disks a root archive is unpacked; <see langword="null"/> for none.
/// </param>
/// <param name="RootFileSystem">
/// The squashfs that the kernel's initramfs fetches as its root; <see langword="null"/> for an environment that is all in its ram disk.
/// </param>
/// <param name="RescueTools">A second initial ram disk for machines in rescue mode; <see langword="null"/> for none.</param>
/// <param name="BmcTools">
/// A second initial ram disk for machines that set up their management controller; <see langword="null"/> for none.
/// </param>
internal sealed record EphemeralFileNames(
    string Kernel, string InitialRamDisk, string? InstallTools = null, string? RootFileSystem = null, string? RescueTools = null,
    string? BmcTools = null)
{
    /// <summary>The initial ram disks of a task, in their order.</summary>
    public IReadOnlyList<string> InitialRamDisks(EphemeralTools tools)
    {
        List<string> disks = [InitialRamDisk];
        if (tools.HasFlag(EphemeralTools.Install) && InstallTools is { } install) disks.Add(install);
        if (tools.HasFlag(EphemeralTools.Rescue) && RescueTools is { } rescue) disks.Add(rescue);
        if (tools.HasFlag(EphemeralTools.Bmc) && BmcTools is { } bmc) disks.Add(bmc);
        return disks;
    }
}

/// <summary>What a machine boots beside the environment.</summary>
[Flags]
internal enum EphemeralTools
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The programs that prepare disks, unpack root archives and let disks erase themselves.</summary>
    Install = 1,

    /// <summary>The SSH server of rescue mode, and of scripts whose environment stays on.</summary>
    Rescue = 2,

    /// <summary>The program that talks to the machine's management controller.</summary>
    Bmc = 4,
}
