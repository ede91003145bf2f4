using System.Net;
using Maas.Boot;
using Maas.Power;
using Maas.Testing.Controllers;
using Maas.Testing.Virtual;

namespace Maas.Testing.Tests.Controllers;

public class VirtualControllerTests
{
    private static readonly IPAddress Controller = IPAddress.Parse("10.0.255.1");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => ["ipmi", "redfish"];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_driver_switches_a_machine_and_sees_it_switch_itself_off(string kind)
    {
        var network = new VirtualNetwork(seed: 1);
        await using var machine = new SimulatedMachine(new SimulatedMachineOptions
        {
            Mac = HardwareAddress.Parse("52:54:00:00:00:01"), Network = new SimulatedNetwork { Virtual = network },
        });
        var chassis = new SimulatedChassis(network.TimeProvider)
        {
            IsMachineOn = () => machine.IsOn, PowerSwitched = isOn => _ = isOn ? machine.BootAsync() : machine.TurnOffAsync(),
        };
        await using var controller = Start(kind, network, chassis);
        var driver = DriverOf(kind, network);

        (await network.RunAsync(() => driver.TurnOnAsync(Target(kind), Stop))).Should().Be(new PowerResult.Observed(PowerState.On));
        machine.IsOn.Should().BeTrue();
        await network.RunAsync(() => machine.TurnOffAsync("its system shut down"));
        (await network.RunAsync(() => driver.QueryAsync(Target(kind), Stop))).Should().Be(new PowerResult.Observed(PowerState.Off));
        (await network.RunAsync(() => driver.SetNextBootAsync(Target(kind), NextBoot.Network, Stop)))
            .Should().BeOfType<PowerResult.Accepted>();
        chassis.BootChoice!.Device.Should().Be("pxe");
        network.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_machine_that_takes_its_time_is_observed_by_the_networks_clock(string kind)
    {
        var network = new VirtualNetwork(seed: 1);
        List<bool> switched = [];
        var chassis = new SimulatedChassis(network.TimeProvider) { SwitchDelay = TimeSpan.FromSeconds(20), PowerSwitched = switched.Add };
        await using var controller = Start(kind, network, chassis);

        (await network.RunAsync(() => DriverOf(kind, network).TurnOnAsync(Target(kind), Stop)))
            .Should().Be(new PowerResult.Observed(PowerState.On));

        network.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(19)).And.BeLessThan(TimeSpan.FromSeconds(30));
        switched.Should().Equal(true);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_same_seed_loses_the_same_packets(string kind)
    {
        (await RunAsync()).Should().Equal(await RunAsync());

        async Task<List<string>> RunAsync()
        {
            List<string> sent = [];
            var network = new VirtualNetwork(seed: 11)
            {
                DatagramSent = datagram => sent.Add($"{datagram.At} {datagram.Source} {datagram.Destination} {datagram.Payload.Length}"),
            };
            var chassis = new SimulatedChassis(network.TimeProvider);
            await using var controller = Start(kind, network, chassis, new LinkConditions { Loss = 0.2 });
            var driver = DriverOf(kind, network);
            for (var turn = 0; turn < 3; turn++)
                sent.Add($"{await network.RunAsync(() => driver.QueryAsync(Target(kind), Stop))} {network.Elapsed}");
            return sent;
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_wrong_password_is_refused_and_silence_is_unreachable_or_timed_out(string kind)
    {
        var network = new VirtualNetwork(seed: 1);
        await using var controller = Start(kind, network, new SimulatedChassis(network.TimeProvider));
        var driver = DriverOf(kind, network);

        var refused = await network.RunAsync(() => driver.QueryAsync(Target(kind, password: "wrong"), Stop));
        var silent = await network.RunAsync(() => driver.QueryAsync(Target(kind, address: "10.0.255.9"), Stop));

        refused.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.CredentialsRefused);
        silent.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().BeOneOf(PowerFailure.Unreachable, PowerFailure.TimedOut);
    }

    [Theory]
    [InlineData("cycle")]
    [InlineData("reset")]
    public void A_restart_turns_a_machine_off_and_on(string command)
    {
        List<bool> switched = [];
        var chassis = new SimulatedChassis { PowerSwitched = switched.Add };

        chassis.Switch("on");
        chassis.Switch(command);

        switched.Should().Equal(true, false, true);
        chassis.IsOn.Should().BeTrue();
    }

    [Fact]
    public async Task A_machine_that_was_taken_out_of_a_rack_is_not_in_it()
    {
        var network = new VirtualNetwork(seed: 1);
        await using var rack = new SimulatedRack(network.TimeProvider);
        var (first, second) = (Add(1), Add(2));

        (await rack.RemoveAsync(first.Mac)).Should().BeTrue();
        (await rack.RemoveAsync(first.Mac)).Should().BeFalse();

        rack.Machines.Should().Equal(second);
        rack.IsOn(first.Mac).Should().BeNull();
        Add(1).Mac.Should().Be(first.Mac);

        SimulatedMachine Add(byte number) => rack.Add(new SimulatedMachineOptions
        {
            Mac = new HardwareAddress(HardwareAddress.Ethernet, [0x52, 0x54, 0, 0, 0, number]),
            Network = new SimulatedNetwork { Virtual = network },
        });
    }

    private static IAsyncDisposable Start(string kind, VirtualNetwork network, SimulatedChassis chassis, LinkConditions? link = null)
    {
        var host = network.AddHost("controller", Controller);
        host.Link = link ?? LinkConditions.Lan;
        return kind == "ipmi" ? host.ServeIpmi(chassis: chassis) : host.ServeRedfish(chassis: chassis);
    }

    private static IPowerDriver DriverOf(string kind, VirtualNetwork network)
    {
        var host = network.AddHost("server", IPAddress.Parse("10.0.0.1"));
        return kind == "ipmi" ? host.CreateIpmiDriver() : host.CreateRedfishDriver();
    }

    private static PowerTarget Target(string kind, string password = "secret", string? address = null) => new(
        kind,
        new Dictionary<string, string>
        {
            ["power_address"] = address ?? Controller.ToString(), ["power_user"] = "admin", ["power_pass"] = password,
        });
}
