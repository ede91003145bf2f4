using System.Diagnostics;
using Maas.Core.Power;
using Maas.Power;

namespace Maas.Hosting.Power;

/// <summary>Serial consoles, opened by the drivers of <c>Maas.Power</c>.</summary>
internal sealed class DriverConsoles(PowerDrivers drivers) : IMachineConsoles
{
    /// <inheritdoc/>
    public bool HasConsole(MachinePowerTarget target) => drivers.HasSerialConsole(DriverPower.ForDriver(target).PowerType);

    /// <inheritdoc/>
    public async Task<MachineConsoleResult> OpenAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        await drivers.OpenSerialAsync(DriverPower.ForDriver(target), cancellationToken).ConfigureAwait(false) switch
        {
            SerialConsoleResult.Opened opened => new MachineConsoleResult.Opened(opened.Stream),
            SerialConsoleResult.Failed failed => new MachineConsoleResult.Failed(failed.Reason),
            _ => throw new UnreachableException(),
        };
}
