namespace Maas.Core.Power;

/// <summary>Used when the host has no power drivers.</summary>
internal sealed class NullMachinePower : IMachinePower
{
    private static readonly Task<MachinePowerResult> Nothing =
        Task.FromResult<MachinePowerResult>(new MachinePowerResult.Unsupported("this server has no power drivers."));

    public Task<MachinePowerResult> TurnOnAsync(MachinePowerTarget target, CancellationToken cancellationToken) => Nothing;

    public Task<MachinePowerResult> TurnOffAsync(MachinePowerTarget target, CancellationToken cancellationToken) => Nothing;

    public Task<MachinePowerResult> QueryAsync(MachinePowerTarget target, CancellationToken cancellationToken) => Nothing;
}
