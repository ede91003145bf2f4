using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Sqlite;

namespace Maas.Core.Tests.Nodes;

/// <summary>What strangers make known, and how it is got rid of.</summary>
public class NewMachineTests
{
    [Theory]
    [InlineData("ns")]
    [InlineData("WPAD")]
    [InlineData("isatap")]
    [InlineData("localhost")]
    [InlineData("myserver")]
    [InlineData("wpad.example.org")]
    public async Task A_name_that_clients_trust_is_no_machines_whoever_asks(string name)
    {
        await using var test = await TestCore.OpenAsync(options => options.ReservedHostnames = ["myserver"]);
        var wanted = new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")], Hostname = name };
        (await test.Machines.EnlistAsync(wanted)).Should().BeOfType<CreateResult.Refused>().Which.Field.Should().Be("hostname");
        (await test.Machines.CreateAsync(wanted, "admin")).Should().BeOfType<CreateResult.Refused>().Which.Reason.Should()
            .Contain("reserved");
        var machine = await test.EnlistAsync();
        (await test.Machines.EditAsync(machine.Id, null, each => each with { Hostname = name.Split('.')[0] })).Should()
            .BeOfType<EditResult.Refused>().Which.Field.Should().Be("hostname");
    }

    [Fact]
    public async Task A_machine_that_has_such_a_name_from_before_can_still_be_edited()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        (await test.Machines.EditAsync(machine.Id, null, each => each with { Hostname = "myserver" })).Should().BeOfType<EditResult.Done>();
        await test.Core.DisposeAsync();
        await using var core =
            await MaasCore.OpenAsync(
                new SqliteMaasStore(test.DataSource), new MaasCoreOptions { ReservedHostnames = ["myserver"] });
        (await core.Machines.EditAsync(machine.Id, null, each => each with { Description = "x" })).Should().BeOfType<EditResult.Done>();
    }

    [Fact]
    public async Task A_power_parameters_name_is_bounded()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        foreach (var name in new[] { "", new string('x', 65) })
            (await test.Machines.EditAsync(machine.Id, null, each =>
                each with { Power = new PowerSettings("ipmi", new Dictionary<string, string> { [name] = "" }) }))
                .Should().BeOfType<EditResult.Refused>().Which.Field.Should().Be("power_parameters");
    }

    [Fact]
    public async Task A_New_machine_that_made_itself_known_is_forgotten_when_nothing_is_heard_of_it_for_long()
    {
        await using var test = await TestCore.OpenAsync(options => options.NewMachineLifetime = TimeSpan.FromDays(30));
        var silent = await test.EnlistAsync("52:54:00:00:00:01");
        var heard = await test.EnlistAsync("52:54:00:00:00:02");
        var accepted = await test.EnlistAsync("52:54:00:00:00:03");
        await test.DoAsync(accepted.Id, new MachineCommand.Commission());
        var declared = (await test.Machines.CreateAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:04")] }, "admin"))
            .Should().BeOfType<CreateResult.Created>().Which.Machine;

        test.Clock.Advance(TimeSpan.FromDays(29));
        await test.Core.Timeline.ObserveAsync(new Observation(test.Clock.GetUtcNow(), heard.MacAddresses[0], "DHCP", "discover"));
        (await test.Machines.ForgetSilentAsync(default)).Should().Be(0);
        test.Clock.Advance(TimeSpan.FromDays(2));
        (await test.Machines.ForgetSilentAsync(default)).Should().Be(1);
        (await test.Machines.ListAsync()).Select(machine => machine.Id).Should().Equal(heard.Id, accepted.Id, declared.Id);
        (await test.Machines.GetAsync(silent.Id)).Should().BeNull();
        test.Clock.Advance(TimeSpan.FromDays(31));
        (await test.Machines.ForgetSilentAsync(default)).Should().Be(1);
    }
}
