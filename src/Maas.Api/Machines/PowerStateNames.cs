using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>MAAS's words for a power state.</summary>
internal static class PowerStateNames
{
    public static string Of(MachinePowerState state) => state switch
    {
        MachinePowerState.On => "on",
        MachinePowerState.Off => "off",
        MachinePowerState.Error => "error",
        _ => "unknown",
    };
}
