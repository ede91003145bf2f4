namespace Maas.Core.Nodes;

/// <summary>What a status waits for.</summary>
internal static class MachineStatusWaiting
{
    extension(MachineStatus status)
    {
        /// <summary>Whether it was restarted and goes on only when the machine boots and reports.</summary>
        public bool WaitsForBoot => status is MachineStatus.Commissioning or MachineStatus.Testing or MachineStatus.Deploying
            or MachineStatus.DiskErasing or MachineStatus.EnteringRescueMode;
    }
}
