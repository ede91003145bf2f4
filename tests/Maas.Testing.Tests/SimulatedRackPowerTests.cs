using System.Net;
using Maas.Boot;
using Maas.Power;

namespace Maas.Testing.Tests;

public sealed class SimulatedRackPowerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_found_by_its_MAC_address_and_switched()
    {
        await using var rack = new SimulatedRack();
        var network = new SimulatedNetwork { DhcpServers = [new IPEndPoint(IPAddress.Loopback, 9)], DhcpPatience = TimeSpan.FromHours(1) };
        rack.Add(new SimulatedMachineOptions { Mac = HardwareAddress.Parse("52:54:00:00:00:01"), Network = network });
        var power = new SimulatedRackPower(rack);
        var target = Target("52-54-00-00-00-01");

        (await power.QueryAsync(target, Cancellation)).Should().Be(new PowerResult.Observed(PowerState.Off));
        (await power.TurnOnAsync(target, Cancellation)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await power.QueryAsync(target, Cancellation)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await power.TurnOffAsync(target, PowerOffMode.Hard, Cancellation)).Should().Be(new PowerResult.Observed(PowerState.Off));
        (await power.SetNextBootAsync(target, NextBoot.Network, Cancellation)).Should().BeOfType<PowerResult.Unsupported>();
    }

    [Theory]
    [InlineData("52:54:00:00:00:02")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Another_machine_is_unreachable(string? mac)
    {
        await using var rack = new SimulatedRack();
        var power = new SimulatedRackPower(rack);

        foreach (var result in (PowerResult[])
        [
            await power.QueryAsync(Target(mac), Cancellation), await power.TurnOnAsync(Target(mac), Cancellation),
            await power.TurnOffAsync(Target(mac), PowerOffMode.Soft, Cancellation),
        ])
        {
            result.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.Unreachable);
        }
    }

    private static PowerTarget Target(string? mac) => new(
        SimulatedRackPower.PowerType, mac is null ? [] : new Dictionary<string, string> { ["mac_address"] = mac });
}
