namespace Maas.Power.Manual;

/// <summary>MAAS's power type <c>manual</c>: a person switches the machine.</summary>
public sealed class ManualDriver : IPowerDriver
{
    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = ["manual"];

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Answer(new PowerResult.Unsupported("Nobody but the person at the machine knows whether it is on."));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Answer(new PowerResult.LeftToOperator("Turn the machine on by hand."));

    /// <inheritdoc/>
    public Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        Answer(new PowerResult.LeftToOperator(mode == PowerOffMode.Soft
            ? "Shut the machine down by hand."
            : "Turn the machine off by hand."));

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Answer(new PowerResult.LeftToOperator(
            $"Choose the {(device == NextBoot.Network ? "network" : "disk")} in the firmware's boot menu."));

    private static Task<PowerResult> Answer(PowerResult answer) => Task.FromResult(answer);
}
