namespace Maas.Core.Nodes;

/// <summary>Where a machine is in its life. The numbers are MAAS's own and are what API 2.0 shows.</summary>
public enum MachineStatus
{
    /// <summary>Enlisted, and not accepted yet.</summary>
    New = 0,

    /// <summary>In the ephemeral environment, taking inventory.</summary>
    Commissioning = 1,

    /// <summary>Commissioning went wrong.</summary>
    FailedCommissioning = 2,

    /// <summary>Known, and not to be found.</summary>
    Missing = 3,

    /// <summary>Free to be allocated.</summary>
    Ready = 4,

    /// <summary>Kept for a named purpose.</summary>
    Reserved = 5,

    /// <summary>Installed and in its owner's hands.</summary>
    Deployed = 6,

    /// <summary>Taken out of service.</summary>
    Retired = 7,

    /// <summary>Marked broken by a person.</summary>
    Broken = 8,

    /// <summary>Being installed.</summary>
    Deploying = 9,

    /// <summary>Owned, and not installed.</summary>
    Allocated = 10,

    /// <summary>The installation went wrong.</summary>
    FailedDeployment = 11,

    /// <summary>On its way back to Ready.</summary>
    Releasing = 12,

    /// <summary>It could not be released.</summary>
    FailedReleasing = 13,

    /// <summary>Its disks are being erased before it is free again.</summary>
    DiskErasing = 14,

    /// <summary>Its disks could not be erased.</summary>
    FailedDiskErasing = 15,

    /// <summary>In the ephemeral environment, for a person to look at it.</summary>
    RescueMode = 16,

    /// <summary>Booting into rescue mode.</summary>
    EnteringRescueMode = 17,

    /// <summary>Rescue mode could not be reached.</summary>
    FailedEnteringRescueMode = 18,

    /// <summary>Leaving rescue mode.</summary>
    ExitingRescueMode = 19,

    /// <summary>Rescue mode could not be left.</summary>
    FailedExitingRescueMode = 20,

    /// <summary>In the ephemeral environment, being tested.</summary>
    Testing = 21,

    /// <summary>A test failed.</summary>
    FailedTesting = 22,
}
