using Maas.Core.Power;

namespace SharedHosts;

/// <summary>Power that does at once what it is asked.</summary>
internal sealed class InstantPower : IMachinePower
{
    private static readonly Task<MachinePowerResult> On = Task.FromResult<MachinePowerResult>(
        new MachinePowerResult.Done(MachinePowerState.On));

    private static readonly Task<MachinePowerResult> Off = Task.FromResult<MachinePowerResult>(
        new MachinePowerResult.Done(MachinePowerState.Off));

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) => On;

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) => Off;

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) => Off;
}
