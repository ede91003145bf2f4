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
}
