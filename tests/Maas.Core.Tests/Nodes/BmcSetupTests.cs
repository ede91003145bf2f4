using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

/// <summary>Commissioning sets up a machine's management controller where no user has said how it is turned on and off.</summary>
public class BmcSetupTests
{
    private const string Script = "30-maas-01-bmc-config";
    private const string Password = "Abcdefgh01234567";

    [Fact]
    public async Task A_machine_without_power_settings_reports_its_controller_and_is_turned_off_by_it()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test, PowerSettings.Manual);
        (await ScriptsAsync(test, id)).Should().Contain(Script);

        var machine = await test.DoAsync(id, new MachineReport.BmcFound(Ipmi("10.0.0.7")));

        (machine.Power.Type, machine.PowerDetected, machine.ConfiguresBmc).Should().Be(("ipmi", true, true));
        (await test.GetAsync(id)).Power.Parameters["power_pass"].Should().Be(Password);
        await test.RunScriptsAsync(id, Inventories.Small());
        await test.DoAsync(id, new MachineReport.Signal(SignalReport.Ok, null));
        await test.SettleAsync(id);
        test.Power.Asked.Should().Contain(PowerAction.TurnOff);
        test.Power.Target!.Power.Parameters["power_address"].Should().Be("10.0.0.7");
        var events = await test.Core.Events.QueryAsync(new() { MachineIds = [id] });
        events.Should().ContainSingle(each => each.Note.Description.Contains("has set up its management controller"));
        events.Should().NotContain(each => each.Note.Description.Contains(Password));
    }

    [Fact]
    public async Task Settings_of_a_user_are_never_replaced_and_the_script_does_not_run()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test, Ipmi("10.0.0.9"));

        (await ScriptsAsync(test, id)).Should().NotContain(Script);
        (await test.TellAsync(id, new MachineReport.BmcFound(Ipmi("10.0.0.7")))).Should().BeOfType<CommandResult.Refused>();
        (await test.GetAsync(id)).Power.Parameters["power_address"].Should().Be("10.0.0.9");
    }

    [Fact]
    public async Task Settings_that_commissioning_found_are_replaced_by_the_next_until_a_user_changes_them()
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test, PowerSettings.Manual);
        await test.DoAsync(id, new MachineReport.BmcFound(Ipmi("10.0.0.7")));
        await test.Machines.EditAsync(id, null, machine => machine with { Description = "the seventh" });
        await test.DoAsync(id, new MachineCommand.Abort());

        await test.DoAsync(id, new MachineCommand.Commission());
        await test.DoAsync(id, new MachineReport.BmcFound(Ipmi("10.0.0.8")));
        (await test.GetAsync(id)).Power.Parameters["power_address"].Should().Be("10.0.0.8");

        await test.Machines.EditAsync(id, null, machine => machine with { Power = Ipmi("10.0.0.9") });
        (await test.GetAsync(id)).PowerDetected.Should().BeFalse();
        (await test.TellAsync(id, new MachineReport.BmcFound(Ipmi("10.0.0.7")))).Should().BeOfType<CommandResult.Refused>();
    }

    [Fact]
    public async Task Commissioning_can_be_asked_to_leave_the_controller_alone()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await CreateAsync(test, PowerSettings.Manual);
        await test.DoAsync(machine.Id, new MachineCommand.Commission { SkipBmcConfig = true });

        (await ScriptsAsync(test, machine.Id)).Should().NotContain(Script);
        (await test.TellAsync(machine.Id, new MachineReport.BmcFound(Ipmi("10.0.0.7")))).Should().BeOfType<CommandResult.Refused>();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("10.0.0.7:80")]
    [InlineData("[2001:db8::5]:53")]
    [InlineData("bmc.example.com")]
    [InlineData("")]
    public async Task The_address_must_be_that_of_another_host(string address)
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test, PowerSettings.Manual);

        (await test.DoAsync(id, new MachineReport.BmcFound(Ipmi(address)))).Power.IsManual.Should().BeTrue();

        (await test.Core.Events.QueryAsync(new() { MachineIds = [id] })).Should().ContainSingle(each =>
            each.Note.Description.EndsWith("is not used: Its address is not the IP address of another host."));
    }

    [Theory]
    [InlineData("webhook", "power_user", "maas")]
    [InlineData("ipmi", "power_on_uri", "http://10.0.0.1/")]
    [InlineData("ipmi", "power_user", "a\nb")]
    [InlineData("ipmi", "power_pass", "")]
    public async Task A_machine_reports_nothing_but_a_controller_with_IPMI(string type, string name, string value)
    {
        await using var test = await TestCore.OpenAsync();
        var id = await CommissioningAsync(test, PowerSettings.Manual);
        var power = new PowerSettings(type, new Dictionary<string, string>(Ipmi("10.0.0.7").Parameters) { [name] = value });

        (await test.DoAsync(id, new MachineReport.BmcFound(power))).Power.IsManual.Should().BeTrue();
    }

    private static PowerSettings Ipmi(string address) => new("ipmi", new Dictionary<string, string>
    {
        ["power_address"] = address, ["power_user"] = "maas", ["power_pass"] = Password, ["power_driver"] = "LAN_2_0",
    });

    private static async Task<Machine> CreateAsync(TestCore test, PowerSettings power) =>
        (await test.Machines.EnlistAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")], Power = power }))
        .Should().BeOfType<CreateResult.Created>().Subject.Machine;

    private static async Task<SystemId> CommissioningAsync(TestCore test, PowerSettings power)
    {
        var machine = await CreateAsync(test, power);
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        return machine.Id;
    }

    private static async Task<IEnumerable<string>> ScriptsAsync(TestCore test, SystemId id) =>
        (await test.Core.ScriptResults.PendingAsync(id)).Select(script => script.Result.Name);
}
