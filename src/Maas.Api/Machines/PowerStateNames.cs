using Maas.Core.Power;

namespace Maas.Api.Machines;

/// <summary>MAAS's words for a power state.</summary>
internal static class PowerStateNames
{
    public static string Of(PowerState state) => state switch
    {
        PowerState.On => "on",
        PowerState.Off => "off",
        PowerState.Error => "error",
        _ => "unknown",
    };
}
