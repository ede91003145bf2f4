using Maas.Core;
using Maas.Core.Power;
using Maas.Hosting.Power;
using Maas.Power;
using Maas.Power.Ipmi;
using Maas.Power.Manual;
using Maas.Power.WakeOnLan;
using CorePowerState = Maas.Core.Power.MachinePowerState;
using CorePowerTarget = Maas.Core.Power.MachinePowerTarget;

namespace Maas.Hosting.Tests.Power;

public class DriverPowerTests
{
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:00:00:01");

    public static TheoryData<PowerResult, MachinePowerResult> Answers => new()
    {
        { new PowerResult.Observed(Maas.Power.PowerState.On), new MachinePowerResult.Done(CorePowerState.On) },
        { new PowerResult.Observed(Maas.Power.PowerState.Off), new MachinePowerResult.Done(CorePowerState.Off) },
        { new PowerResult.Observed(Maas.Power.PowerState.Unknown), new MachinePowerResult.Done(CorePowerState.Unknown) },
        { new PowerResult.Accepted("sent"), new MachinePowerResult.Done(CorePowerState.Unknown) },
        { new PowerResult.LeftToOperator("press the button"), new MachinePowerResult.Unsupported("press the button") },
        { new PowerResult.Unsupported("cannot"), new MachinePowerResult.Unsupported("cannot") },
        { new PowerResult.Failed(PowerFailure.Unreachable, "no answer"), new MachinePowerResult.Failed("no answer") },
        { new PowerResult.Failed(PowerFailure.CredentialsRefused, "no"), new MachinePowerResult.Failed("no") { IsFinal = true } },
        { new PowerResult.Failed(PowerFailure.PermissionDenied, "no"), new MachinePowerResult.Failed("no") { IsFinal = true } },
        { new PowerResult.Failed(PowerFailure.BadParameters, "no"), new MachinePowerResult.Failed("no") { IsFinal = true } },
        { new PowerResult.Failed(PowerFailure.ToolMissing, "no"), new MachinePowerResult.Failed("no") { IsFinal = true } },
        { new PowerResult.Failed(PowerFailure.CommandRefused, "busy"), new MachinePowerResult.Failed("busy") },
    };

    [Theory, MemberData(nameof(Answers))]
    public void Every_answer_of_a_driver_has_one_meaning_for_Core(PowerResult answer, MachinePowerResult reply) =>
    DriverPower.ToReply(answer).Should().Be(reply);

    [Fact]
    public async Task A_next_boot_that_the_controller_refuses_is_told_with_the_machine_turned_on()
    {
        var power = new DriverPower(new PowerDrivers([new Stubborn()]));
        var target = new CorePowerTarget(SystemId.Parse("4y3h7q"), new PowerSettings("stubborn", new Dictionary<string, string>()), [Mac]);

        var reply = await power.TurnOnAsync(target, TestContext.Current.CancellationToken);

        reply.Should().BeOfType<MachinePowerResult.Done>().Which.Should()
            .Match<MachinePowerResult.Done>(done =>
            done.State == CorePowerState.On && done.Note != null && done.Note.EndsWith("no such device", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_controller_that_refuses_the_password_is_asked_once()
    {
        var locking = new Stubborn { Refusal = PowerFailure.CredentialsRefused };
        var power = new DriverPower(new PowerDrivers([locking]));
        var target = new CorePowerTarget(SystemId.Parse("4y3h7q"), new PowerSettings("stubborn", new Dictionary<string, string>()), [Mac]);

        var reply = await power.TurnOnAsync(target, TestContext.Current.CancellationToken);

        reply.Should().Be(new MachinePowerResult.Failed("no such device") { IsFinal = true });
        locking.Asked.Should().Be(1, "each refused login brings the account nearer to being locked");
    }

    [Fact]
    public void A_machine_is_woken_by_its_first_interface_unless_another_is_named()
    {
        var target = new CorePowerTarget(SystemId.Parse("4y3h7q"), new PowerSettings("wakeonlan", new Dictionary<string, string>()), [Mac]);
        DriverPower.ForDriver(target)["mac_address"].Should().Be("52:54:00:00:00:01");
        DriverPower.ForDriver(target)["system_id"].Should().Be(target.Id.ToString());
        var named = target with { Power =
            new PowerSettings("wakeonlan", new Dictionary<string, string> { ["mac_address"] = "52:54:00:00:00:99" }) };
        DriverPower.ForDriver(named)["mac_address"].Should().Be("52:54:00:00:00:99");
    }

    [Fact]
    public void A_machine_without_power_control_is_left_to_its_operator() =>
        DriverPower.ForDriver(
        new CorePowerTarget(SystemId.Parse("4y3h7q"), new PowerSettings("", new Dictionary<string, string>()), [])).PowerType.Should()
            .Be("manual");

    [Theory]
    [InlineData("manual", "", null, null)]
    [InlineData("", "", null, null)]
    [InlineData("nonsense", "", "power_type", "Select a valid choice. nonsense is not one of the available choices.")]
    [InlineData("ipmi", "", "power_parameters", "IP address: This field is required.")]
    [InlineData("ipmi", "power_address=10.0.0.7", null, null)]
    [InlineData("ipmi", "power_address=10.0.0.7 x", "power_parameters",
        "Parameter power_address must be a host name or an IP address, with or without a port.")]
    [InlineData("ipmi", "power_address=10.0.0.7,privilege_level=KING", "power_parameters",
        "Parameter privilege_level must be USER, OPERATOR or ADMIN.")]
    [InlineData("wakeonlan", "", null, null)] // the machine's first interface serves
    [InlineData("wakeonlan", "power_address=nowhere", "power_parameters",
        "Parameter power_address must be an IPv4 address, such as a network's broadcast address, with or without a port.")]
    public void Settings_that_cannot_work_are_known_before_the_hardware_is_asked(
    string type, string parameters, string? field, string? reason)
    {
        var power = new DriverPower(new PowerDrivers([new ManualDriver(), new WakeOnLanDriver(), new IpmiDriver()]));
        var given = parameters.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        var fault = power.Validate(new CorePowerTarget(SystemId.Parse("4y3h7q"), new PowerSettings(type, given), [Mac]));

        (fault?.Field, fault?.Reason).Should().Be((field, reason));
    }

    /// <summary>A controller that turns the machine on and off, and lets nobody choose what it boots.</summary>
    private sealed class Stubborn : IPowerDriver
    {
        public PowerFailure Refusal { get; init; } = PowerFailure.CommandRefused;

        public int Asked { get; private set; }

        public IReadOnlyList<string> PowerTypes => ["stubborn"];

        public Task<PowerResult> QueryAsync(Maas.Power.PowerTarget target, CancellationToken cancellationToken) =>
            Seen(Maas.Power.PowerState.On);

        public Task<PowerResult> TurnOnAsync(Maas.Power.PowerTarget target, CancellationToken cancellationToken) =>
            Seen(Maas.Power.PowerState.On);

        public Task<PowerResult> TurnOffAsync(Maas.Power.PowerTarget target, PowerOffMode mode, CancellationToken cancellationToken) =>
            Seen(Maas.Power.PowerState.Off);

        public Task<PowerResult> SetNextBootAsync(Maas.Power.PowerTarget target, NextBoot device, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult<PowerResult>(new PowerResult.Failed(Refusal, "no such device"));
        }

        private Task<PowerResult> Seen(Maas.Power.PowerState state)
        {
            Asked++;
            return Task.FromResult<PowerResult>(new PowerResult.Observed(state));
        }
    }
}
