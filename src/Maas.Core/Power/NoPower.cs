namespace Maas.Core.Power;

/// <summary>Stands in where the host has no power drivers.</summary>
internal sealed class NoPower : IMachinePower
{
    private static readonly Task<PowerReply> Nothing = Task.FromResult<PowerReply>(new PowerReply.Unsupported("this server has no power drivers."));

    public Task<PowerReply> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) => Nothing;

    public Task<PowerReply> TurnOffAsync(PowerTarget target, CancellationToken cancellationToken) => Nothing;

    public Task<PowerReply> QueryAsync(PowerTarget target, CancellationToken cancellationToken) => Nothing;
}
