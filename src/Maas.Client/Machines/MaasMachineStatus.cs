namespace Maas.Client.Machines;

/// <summary>The status of a machine. A server may send a number that has no name here.</summary>
public enum MaasMachineStatus
{
    /// <summary>Enlisted, not accepted.</summary>
    New = 0,

    /// <summary>Inventory and tests are running.</summary>
    Commissioning = 1,

    /// <summary>Commissioning has failed.</summary>
    FailedCommissioning = 2,

    /// <summary>The machine cannot be contacted.</summary>
    Missing = 3,

    /// <summary>Free.</summary>
    Ready = 4,

    /// <summary>Kept for a user.</summary>
    Reserved = 5,

    /// <summary>Installed.</summary>
    Deployed = 6,

    /// <summary>Not used any more.</summary>
    Retired = 7,

    /// <summary>Marked as broken.</summary>
    Broken = 8,

    /// <summary>Being installed.</summary>
    Deploying = 9,

    /// <summary>Allocated to a user, not installed.</summary>
    Allocated = 10,

    /// <summary>The installation has failed.</summary>
    FailedDeployment = 11,

    /// <summary>Being released.</summary>
    Releasing = 12,

    /// <summary>Releasing has failed.</summary>
    FailedReleasing = 13,

    /// <summary>The disks are being erased.</summary>
    DiskErasing = 14,

    /// <summary>Erasing the disks has failed.</summary>
    FailedDiskErasing = 15,

    /// <summary>In rescue mode.</summary>
    RescueMode = 16,

    /// <summary>Booting into rescue mode.</summary>
    EnteringRescueMode = 17,

    /// <summary>Entering rescue mode has failed.</summary>
    FailedEnteringRescueMode = 18,

    /// <summary>Leaving rescue mode.</summary>
    ExitingRescueMode = 19,

    /// <summary>Leaving rescue mode has failed.</summary>
    FailedExitingRescueMode = 20,

    /// <summary>Tests are running.</summary>
    Testing = 21,

    /// <summary>A test has failed.</summary>
    FailedTesting = 22,
}
