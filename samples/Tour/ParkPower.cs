using Maas.Boot;
using Maas.Power;
using Maas.Testing;

namespace Tour;

/// <summary>Power control of a kind of one's own: a driver over the park's switches.</summary>
internal sealed class ParkPower(SimulatedRack park) : IPowerDriver
{
    public IReadOnlyList<string> PowerTypes => ["simulated"];

    public Task<PowerResult> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(park.IsOn(MacOf(target)) is { } on ? Observed(on) : NoSuchMachine);

    public Task<PowerResult> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(park.TryTurnOn(MacOf(target)) ? Observed(true) : NoSuchMachine);

    public async Task<PowerResult> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        await park.TryTurnOffAsync(MacOf(target)) ? Observed(false) : NoSuchMachine;

    public Task<PowerResult> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerResult>(new PowerResult.Unsupported("The simulated firmware asks the network first."));

    private static PowerResult NoSuchMachine => new PowerResult.Failed(PowerFailure.Unreachable, "There is no such machine in the park.");

    private static PowerResult Observed(bool on) => new PowerResult.Observed(on ? PowerState.On : PowerState.Off);

    private static HardwareAddress MacOf(PowerTarget target) => HardwareAddress.Parse(target["mac_address"] ?? "");
}
