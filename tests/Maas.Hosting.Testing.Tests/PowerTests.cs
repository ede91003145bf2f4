using Maas.Core.Nodes;
using Maas.Testing;

namespace Maas.Hosting.Testing.Tests;

public class PowerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(VirtualPower.Ipmi)]
    [InlineData(VirtualPower.Redfish)]
    public async Task A_controller_switches_a_machine_through_its_life(VirtualPower power)
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        await maas.AddImageAsync("custom/app", cancellationToken: Stop);
        var machine = maas.AddMachine(power: power);

        (await maas.CommissionAsync(machine)).Status.Should().Be(MachineStatus.Ready);
        var deployed = await maas.DeployAsync(machine, new DeployRequest { OsSystem = "custom", DistroSeries = "app" });
        deployed.Status.Should().Be(MachineStatus.Deployed);
        (await maas.ReleaseAsync(machine)).Status.Should().Be(MachineStatus.Ready);

        machine.IsOn.Should().BeFalse();
        var story = await StoryAsync(machine);
        story.Should().Contain("power on: switched on by its controller");
        story.Should().Contain("power off: switched off by its controller");
    }

    [Theory]
    [InlineData(VirtualPower.Ipmi)]
    [InlineData(VirtualPower.Redfish)]
    public async Task A_controller_that_loses_datagrams_is_asked_again(VirtualPower power)
    {
        await using var maas = await VirtualMaas.StartAsync(new VirtualMaasOptions { Seed = 3 }, Stop);
        var machine = maas.AddMachine(power: power);
        maas.ControllerOf(machine)!.Link = new LinkConditions { Loss = 0.15 };

        (await maas.CommissionAsync(machine)).Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task A_controller_that_does_not_answer_fails_its_machine_and_no_other()
    {
        await using var maas = await VirtualMaas.StartAsync(cancellationToken: Stop);
        var (dead, healthy) = (maas.AddMachine(power: VirtualPower.Ipmi), maas.AddMachine(power: VirtualPower.Ipmi));
        maas.ControllerOf(dead)!.Link = new LinkConditions { Loss = 1 };

        var (failed, ready) = await maas.RunAsync(async () =>
        {
            var (first, second) = (maas.CommissionAsync(dead), maas.CommissionAsync(healthy));
            return (await first, await second);
        });

        ready.Status.Should().Be(MachineStatus.Ready);
        failed.Status.Should().Be(MachineStatus.FailedCommissioning);
        maas.ControllerOf(maas.AddMachine()).Should().BeNull();
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run_over_controllers()
    {
        (await RunAsync()).Should().Equal(await RunAsync());

        static async Task<List<string>> RunAsync()
        {
            await using var maas = await VirtualMaas.StartAsync(new VirtualMaasOptions { Seed = 5 }, Stop);
            foreach (var power in (VirtualPower[])[VirtualPower.Ipmi, VirtualPower.Redfish, VirtualPower.Ipmi])
                maas.ControllerOf(maas.AddMachine(power: power))!.Link = new LinkConditions { Loss = 0.1 };
            await maas.RunAsync(() => Task.WhenAll(maas.Rack.Machines.Select(maas.CommissionAsync)), Stop);
            List<string> story = [$"{maas.Network.Elapsed}"];
            foreach (var machine in maas.Rack.Machines) story.AddRange(await StoryAsync(machine, withTime: true));
            return story;
        }
    }

    private static async Task<List<string>> StoryAsync(SimulatedMachine machine, bool withTime = false)
    {
        await machine.DisposeAsync();
        return await machine.WatchAsync(Stop)
            .Select(each => withTime ? $"{each.At:O} {each.GetType().Name}" : $"{each}")
            .ToListAsync(Stop);
    }
}
