using Maas.Boot;
using Maas.Testing.Hardware;

namespace Maas.Testing;

/// <summary>What a simulated machine is and how it is connected.</summary>
public sealed record SimulatedMachineOptions
{
    /// <summary>The address of the interface it boots from.</summary>
    public required HardwareAddress Mac { get; init; }

    /// <summary>How it reaches the servers.</summary>
    public required SimulatedNetwork Network { get; init; }

    /// <summary>Its firmware; BIOS with an iPXE ROM.</summary>
    public SimulatedFirmware Firmware { get; init; } = SimulatedFirmware.BiosIpxe;

    /// <summary>Its SMBIOS UUID; all zeros for a machine that has none.</summary>
    public Guid Uuid { get; init; }

    /// <summary>What it is made of.</summary>
    public SimulatedHardware Hardware { get; init; } = new();

    /// <summary>
    /// Whether the firmware tries the disk before the network; <see langword="false"/>, as servers are set up for provisioning.
    /// </summary>
    public bool DiskFirst { get; init; }

    /// <summary>
    /// How long its firmware tests the hardware at each start before it boots; zero. Servers take up to five minutes.
    /// </summary>
    public TimeSpan SelfTest { get; init; }

    /// <summary>
    /// How long each kernel (of the ephemeral environment, of an installer, of the installed system) runs until it asks for an address;
    /// zero.
    /// </summary>
    public TimeSpan KernelStart { get; init; }

    /// <summary>How far the machine's clock is ahead (or, negative, behind); zero. Signed requests carry its time.</summary>
    public TimeSpan ClockError { get; init; }

    /// <summary>What is wrong with it; nothing.</summary>
    public SimulatedFault Faults { get; init; }

    /// <summary>How operating systems' own installers fare on it; they succeed in 10 minutes.</summary>
    public SimulatedInstaller Installer { get; init; } = new();

    /// <summary>
    /// Where the disks' content is kept while the machine exists; the folder for temporary files. <see langword="null"/> keeps length and
    /// hash only.
    /// </summary>
    public string? DiskFolder { get; init; } = Path.GetTempPath();

    /// <summary>
    /// Runs a commissioning or test script in place of the machine; <see langword="null"/> from it, or no function, leaves it to the
    /// machine, whose inventory is its <see cref="Hardware"/> and whose tests pass.
    /// </summary>
    public Func<SimulatedScript, SimulatedScriptResult?>? RunScript { get; init; }
}
