using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Power;

/// <summary>The process ends between any two steps, and the next one goes on from the store.</summary>
public class CrashTests
{
    [Fact]
    public async Task A_wish_outlives_the_process_that_took_it_down()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());

        await test.ReopenAsync();
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOn);
    }

    [Theory]
    [InlineData(PowerAction.TurnOff)]
    [InlineData(PowerAction.TurnOn)]
    public async Task A_crash_between_doing_and_recording_repeats_that_step_and_no_other(PowerAction crashAfter)
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        using var crash = new CancellationTokenSource();
        test.Power.Answer = action =>
        {
            if (action != crashAfter) return null;
            crash.Cancel(); // Done at the machine; the record never gets to disk.
            return null;
        };
        var work = async () =>
        {
            while (await test.Core.PowerQueue.PassAsync(crash.Token) > 0)
            {
                // Until the crash.
            }
        };
        await work.Should().ThrowAsync<OperationCanceledException>();

        test.Power.Answer = _ => null;
        await test.ReopenAsync();
        machine = await test.SettleAsync(machine.Id);

        machine.PowerState.Should().Be(MachinePowerState.On);
        PowerAction[] once = [PowerAction.TurnOff, PowerAction.TurnOn];
        test.Power.Asked.Should().Equal(once.SelectMany(action => action == crashAfter ? [action, action] : new[] { action }),
            "turning off comes never after turning on: a machine that is under way is not interrupted");
    }

    [Fact]
    public async Task Every_phase_of_a_life_survives_a_restart()
    {
        await using var test = await TestCore.OpenInFileAsync();
        await test.UploadAsync();
        var id = (await test.EnlistAsync()).Id;
        await Step(new MachineCommand.Accept());
        await test.RunScriptsAsync(id, Inventories.Small());
        await Step(new MachineReport.Signal(SignalReport.Ok, null));
        await Step(new MachineCommand.Deploy("bob") { UserData = new byte[] { 1, 2 } });
        (await test.Machines.GetUserDataAsync(id))!.Value.ToArray().Should().Equal(1, 2);
        await Step(new MachineReport.NetbootOff());
        await Step(new MachineReport.UserDataFetched());
        await Step(new MachineCommand.Release { Erase = EraseMode.Full });
        await Step(new MachineReport.Signal(SignalReport.Erased, null));
        (await test.GetAsync(id)).Status.Should().Be(MachineStatus.Ready);

        async Task Step(MachineInput input)
        {
            var after = await test.DoAsync(id, input);
            await test.ReopenAsync();
            (await test.GetAsync(id)).Should().BeEquivalentTo(after, options => options.ComparingByMembers<Machine>());
            await test.SettleAsync(id);
            await test.ReopenAsync();
        }
    }

    [Fact]
    public async Task A_deadline_passes_though_nobody_was_there_to_see_it()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        await test.SettleAsync(machine.Id);
        test.Clock.Advance(TimeSpan.FromMinutes(29));
        (await test.Core.Deadlines.PassAsync()).Should().Be(0);

        test.Clock.Advance(TimeSpan.FromMinutes(2));
        await test.ReopenAsync();
        (await test.Core.Deadlines.PassAsync()).Should().Be(1);
        machine = await test.SettleAsync(machine.Id);

        machine.Status.Should().Be(MachineStatus.FailedCommissioning);
        machine.StatusMessage.Should().StartWith("Node operation 'Commissioning' timed out after 30 minutes.")
            .And.Contain("Likely cause: No DISCOVER of the machine arrives");
        test.Power.StateOf(machine.Id).Should().Be(MachinePowerState.Off, "a machine that hangs is not left running");
        (await test.Core.ScriptResults.ListAsync(machine.Id)).Should()
            .OnlyContain(result => result.Status == Core.Scripts.ScriptStatus.TimedOut);
    }
}
