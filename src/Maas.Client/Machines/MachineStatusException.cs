namespace Maas.Client.Machines;

/// <summary>A machine has a status from which it does not get to the expected one by itself.</summary>
/// <param name="machine">The machine.</param>
/// <param name="expected">The status that was waited for.</param>
public sealed class MachineStatusException(MaasMachine machine, MaasMachineStatus expected)
    : Exception($"{machine.Hostname} ({machine.SystemId}) is {machine.StatusName}, and {expected} was expected: {machine.StatusMessage}")
{
    /// <summary>The machine as it was read last.</summary>
    public MaasMachine Machine { get; } = machine;

    /// <summary>The status that was waited for.</summary>
    public MaasMachineStatus Expected { get; } = expected;
}
