using Maas.Boot;
using Maas.Power;

namespace Maas.Testing;

/// <summary>The power control of a rack's machines, power type <c>simulated</c>: a machine is found by the target's MAC address.</summary>
/// <param name="rack">The machines.</param>
/// <example>
/// <code>
/// builder.Services.AddSingleton&lt;IPowerDriver&gt;(new SimulatedRackPower(rack));
/// </code>
/// </example>
public sealed class SimulatedRackPower(SimulatedRack rack) : IPowerDriver
{
    /// <summary>The power type, <c>simulated</c>.</summary>
    public const string PowerType = "simulated";

    /// <inheritdoc/>
    public IReadOnlyList<string> PowerTypes { get; } = [PowerType];

    private static PowerResult NoSuchMachine =>
        new PowerResult.Failed(PowerFailure.Unreachable, "The rack has no machine with this MAC address.");

    /// <inheritdoc/>
    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(MacOf(target) is { } mac && rack.IsOn(mac) is { } on ? Observed(on) : NoSuchMachine);

    /// <inheritdoc/>
    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(MacOf(target) is { } mac && rack.TryTurnOn(mac) ? Observed(true) : NoSuchMachine);

    /// <inheritdoc/>
    public async Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        MacOf(target) is { } mac && await rack.TryTurnOffAsync(mac).ConfigureAwait(false) ? Observed(false) : NoSuchMachine;

    /// <inheritdoc/>
    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported("The firmware asks the network first."));

    private static PowerResult Observed(bool on) => new PowerResult.Observed(on ? PowerState.On : PowerState.Off);

    private static HardwareAddress? MacOf(PowerTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return HardwareAddress.TryParse(target["mac_address"] ?? "", out var mac) ? mac : null;
    }
}
