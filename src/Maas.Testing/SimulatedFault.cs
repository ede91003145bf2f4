namespace Maas.Testing;

/// <summary>What is wrong with a simulated machine.</summary>
[Flags]
public enum SimulatedFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its firmware has Secure Boot on and refuses every boot program but a shim.</summary>
    RefusesUnsignedPrograms = 1,

    /// <summary>The environment's kernel has no driver for its network card: the agent has no network.</summary>
    HasNoNetworkDriver = 2,

    /// <summary>What is installed on its disk does not boot: the firmware starts the machine again.</summary>
    DiskDoesNotBoot = 4,

    /// <summary>cloud-init fails in the stage <c>modules-config</c> of the installed system.</summary>
    CloudInitFails = 8,

    /// <summary>
    /// Its firmware (BIOS or UEFI) loads the boot program, which hangs: it does not know the network card, or is for another firmware.
    /// </summary>
    BootProgramHangs = 16,

    /// <summary>The agent hangs as soon as it knows its task.</summary>
    AgentHangs = 32,

    /// <summary>What is installed on its disk hangs before it has a network.</summary>
    SystemHangs = 64,

    /// <summary>What is installed on its disk has no cloud-init: the system asks for an address, and reports nothing.</summary>
    HasNoCloudInit = 128,

    /// <summary>The operating system's installer waits for a person once it has its answer files.</summary>
    InstallerWaits = 256,
}
