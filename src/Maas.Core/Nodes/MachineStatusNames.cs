namespace Maas.Core.Nodes;

/// <summary>MAAS's words for the statuses, as clients compare them.</summary>
public static class MachineStatusNames
{
    extension(MachineStatus status)
    {
        /// <summary>The display name (<c>status_name</c> of API 2.0), such as <c>Failed commissioning</c>.</summary>
        public string DisplayName => status switch
        {
            MachineStatus.FailedCommissioning => "Failed commissioning",
            MachineStatus.FailedDeployment => "Failed deployment",
            MachineStatus.FailedReleasing => "Releasing failed",
            MachineStatus.DiskErasing => "Disk erasing",
            MachineStatus.FailedDiskErasing => "Failed disk erasing",
            MachineStatus.RescueMode => "Rescue mode",
            MachineStatus.EnteringRescueMode => "Entering rescue mode",
            MachineStatus.FailedEnteringRescueMode => "Failed to enter rescue mode",
            MachineStatus.ExitingRescueMode => "Exiting rescue mode",
            MachineStatus.FailedExitingRescueMode => "Failed to exit rescue mode",
            MachineStatus.FailedTesting => "Failed testing",
            _ => status.ToString(),
        };

        /// <summary>The group a status belongs to (<c>simple_status</c>), such as <c>Failed</c> for all failures.</summary>
        public string Simplified => status switch
        {
            MachineStatus.FailedCommissioning or MachineStatus.FailedDeployment or MachineStatus.FailedReleasing
                or MachineStatus.FailedDiskErasing or MachineStatus.FailedEnteringRescueMode
                or MachineStatus.FailedExitingRescueMode or MachineStatus.FailedTesting => "Failed",
            MachineStatus.Missing or MachineStatus.Reserved or MachineStatus.Retired => "Other",
            MachineStatus.DiskErasing => "Releasing",
            MachineStatus.RescueMode or MachineStatus.EnteringRescueMode or MachineStatus.ExitingRescueMode => "Rescue Mode",
            _ => status.ToString(),
        };
    }
}
