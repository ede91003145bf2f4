using Maas.Core.Power;

namespace Maas.Conformance.Tests;

/// <summary>Power that a person switches; the types of MAAS are known, and no controller answers.</summary>
internal sealed class ManualPower : IMachinePower
{
    private static readonly MachinePowerResult Unsupported = new MachinePowerResult.Unsupported("a person switches the machine");

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(Unsupported);

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(Unsupported);

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(Unsupported);

    public PowerSettingsFault? Validate(MachinePowerTarget target) =>
        target.Power.Type is "manual" or "ipmi" or "redfish" ? null : new("power_type", $"'{target.Power.Type}' is not a power type.");
}
