using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

/// <summary>A machine that stays on for a person when its scripts have ended.</summary>
public sealed class EnableSshTests
{
    private static readonly MachineActor Alice = new("alice", IsAdministrator: true);

    [Fact]
    public async Task A_machine_stays_on_after_commissioning_until_it_is_turned_off()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission { EnableSsh = true, TestingScripts = [] }, Alice);
        await test.SettleAsync(machine.Id);
        await test.RunScriptsAsync(machine.Id, Inventories.Small("52:54:00:00:00:01", 2, 2048));

        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));

        var ready = await test.SettleAsync(machine.Id);
        ready.Should().BeEquivalentTo(new { Status = MachineStatus.Ready, SshEnabledBy = "alice", PowerState = MachinePowerState.On });
        (await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [machine.Id] })).Should()
            .Contain(each => each.Note.Type == "Stays on");
        await test.DoAsync(machine.Id, new MachineCommand.TurnOff());
        (await test.SettleAsync(machine.Id)).Should().BeEquivalentTo(
            new { SshEnabledBy = (string?)null, PowerState = MachinePowerState.Off });
    }

    [Fact]
    public async Task It_stays_on_when_a_script_failed_and_the_next_operation_ends_that()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.Machines.ExecuteAsync(machine.Id, new MachineCommand.Test { EnableSsh = true }, Alice);
        await test.SettleAsync(machine.Id);

        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Failed, "memory"));

        (await test.SettleAsync(machine.Id)).Should().BeEquivalentTo(
            new { Status = MachineStatus.FailedTesting, SshEnabledBy = "alice", PowerState = MachinePowerState.On });
        (await test.DoAsync(machine.Id, new MachineCommand.Test())).SshEnabledBy.Should().BeNull();
    }

    [Fact]
    public async Task Without_it_the_machine_is_turned_off()
    {
        await using var test = await TestCore.OpenAsync();

        (await test.ReadyAsync()).Should().BeEquivalentTo(new { SshEnabledBy = (string?)null, PowerState = MachinePowerState.Off });
    }
}
