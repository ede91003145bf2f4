namespace Maas.Testing;

/// <summary>How the installer of an operating system fares on a simulated machine.</summary>
/// <remarks>
/// The Debian installer, Ubuntu's autoinstall and Anaconda are recognized by the kernel's command line. What they do with the server
/// follows from the answer file that is served: a file that does not turn network boot off makes the machine boot the installer again.
/// </remarks>
public sealed record SimulatedInstaller
{
    /// <summary>How long it takes to install; 10 minutes. While it does, it reports as often as its answer file says.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The step that fails, after which the installer waits for a person; <see langword="null"/>, the default, for none.</summary>
    public SimulatedInstallStep? FailsAt { get; init; }

    /// <summary>
    /// The line of the installer's log that names the failure; <see langword="null"/>, the default, for one that the installer writes.
    /// </summary>
    public string? FailureLine { get; init; }
}

/// <summary>A step of an installation, in their order.</summary>
public enum SimulatedInstallStep
{
    /// <summary>The disk is partitioned.</summary>
    Partitioning = 0,

    /// <summary>The base system is fetched and unpacked.</summary>
    BaseSystem = 1,

    /// <summary>Further packages are installed.</summary>
    Packages = 2,

    /// <summary>The boot loader is written.</summary>
    BootLoader = 3,
}
