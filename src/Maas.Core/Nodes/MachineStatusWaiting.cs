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

    extension(Machine machine)
    {
        /// <summary>Whether it was restarted and goes on only when it boots and reports.</summary>
        public bool WaitsForBoot => machine.Status.WaitsForBoot || machine is { Status: MachineStatus.Releasing, ReleaseTask: not null };

        /// <summary>Whether it waits for its power to change, and for nothing else.</summary>
        public bool WaitsForPower => machine is { Status: MachineStatus.Releasing, ReleaseTask: null }
            or { Status: MachineStatus.ExitingRescueMode };
    }
}
