using Maas.Boot;
using Maas.Power;
using Maas.Testing;

namespace Tour;

/// <summary>Power control of a kind of one's own: a driver over the park's switches.</summary>
internal sealed class ParkPower(SimulatedPark park) : IPowerDriver
{
    public IReadOnlyList<string> PowerTypes => ["simulated"];

    public Task<PowerAnswer> QueryAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult<PowerAnswer>(park.IsOn(MacOf(target)) is { } on ? Observed(on) : NoSuchMachine);

    public Task<PowerAnswer> TurnOnAsync(PowerTarget target, CancellationToken cancellationToken) =>
        Task.FromResult(park.TryTurnOn(MacOf(target)) ? Observed(true) : NoSuchMachine);

    public async Task<PowerAnswer> TurnOffAsync(PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
        await park.TryTurnOffAsync(MacOf(target)) ? Observed(false) : NoSuchMachine;

    public Task<PowerAnswer> SetNextBootAsync(PowerTarget target, NextBoot device, CancellationToken cancellationToken) =>
        Task.FromResult<PowerAnswer>(new PowerAnswer.Unsupported("The simulated firmware asks the network first."));

    private static PowerAnswer NoSuchMachine => new PowerAnswer.Failed(PowerFailure.Unreachable, "There is no such machine in the park.");

    private static PowerAnswer Observed(bool on) => new PowerAnswer.Observed(on ? PowerState.On : PowerState.Off);

    private static HardwareAddress MacOf(PowerTarget target) => HardwareAddress.Parse(target["mac_address"] ?? "");
}
