using System.Net;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Events;
using Maas.Core.Power;

namespace Maas.Core.Tests.Power;

public class PowerQueueWorkerTests
{
    [Fact]
    public async Task Commissioning_turns_a_machine_off_and_then_on()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOn);
    }

    [Fact]
    public async Task What_fails_is_tried_again_later_each_time()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        test.Power.Answer = _ => new MachinePowerResult.Failed("busy");
        await test.DoAsync(machine.Id, new MachineCommand.Commission());

        await test.SettleAsync(machine.Id);
        test.Power.Asked.Should().HaveCount(1);
        test.Clock.Advance(TimeSpan.FromSeconds(2));
        await test.SettleAsync(machine.Id);
        test.Power.Asked.Should().HaveCount(2);
        test.Clock.Advance(TimeSpan.FromSeconds(3));
        await test.SettleAsync(machine.Id);
        test.Power.Asked.Should().HaveCount(2, "the second wait is four seconds");
        test.Power.Answer = _ => null;
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        (await test.SettleAsync(machine.Id)).PowerState.Should().Be(MachinePowerState.On);
    }

    [Fact]
    public async Task What_keeps_failing_fails_the_machine_by_name()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        test.Power.Answer = action => action is PowerAction.TurnOn ? new MachinePowerResult.Failed("no such chassis") : null;
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        for (var attempt = 0; attempt < 6; attempt++)
        {
            machine = await test.SettleAsync(machine.Id);
            test.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        machine.Status.Should().Be(MachineStatus.FailedCommissioning);
        machine.StatusMessage.Should().Be("Powering on failed: no such chassis");
        machine.PowerState.Should().Be(MachinePowerState.Error);
        (await test.Core.PowerQueue.PassAsync()).Should().Be(0, "nothing is left in the queue");
    }

    [Fact]
    public async Task What_is_final_is_not_tried_again_so_that_a_wrong_password_locks_no_account()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        test.Power.Answer = _ => new MachinePowerResult.Failed("The service refuses the user or the password.") { IsFinal = true };
        await test.DoAsync(machine.Id, new MachineCommand.Commission());

        machine = await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().HaveCount(1);
        machine.Status.Should().Be(MachineStatus.FailedCommissioning);
        machine.StatusMessage.Should().Be("Powering off failed: The service refuses the user or the password.");
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        (await test.Core.PowerQueue.PassAsync()).Should().Be(0, "nothing is left in the queue");
    }

    [Fact]
    public async Task A_machine_that_is_not_off_in_time_tells_why_its_power_did_not_obey()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        test.Power.Answer = _ =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(100)); // As long as a driver may take to find out.
            return new MachinePowerResult.Failed("10.0.0.9 does not answer");
        };
        await test.DoAsync(machine.Id, new MachineCommand.Release());
        for (var second = 0; second < 300 && machine.Status is not MachineStatus.FailedReleasing; second++)
        {
            await test.SettleAsync(machine.Id);
            test.Clock.Advance(TimeSpan.FromSeconds(1));
            await test.Core.Deadlines.PassAsync();
            machine = await test.GetAsync(machine.Id);
        }

        machine.Status.Should().Be(MachineStatus.FailedReleasing);
        machine.StatusMessage.Should()
            .Be("Node operation 'Releasing' timed out after 5 minutes. Its power did not obey: 10.0.0.9 does not answer");
    }

    [Fact]
    public async Task A_controller_that_does_not_answer_holds_no_other_machine_up()
    {
        await using var test = await TestCore.OpenAsync();
        using var dead = new ManualResetEventSlim();
        var on = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = 0;
        test.Power.Answer = action =>
        {
            if (Interlocked.Increment(ref asked) == 1) dead.Wait();
            if (action is PowerAction.TurnOn) on.TrySetResult();
            return null;
        };
        foreach (var mac in new[] { "52:54:00:00:00:01", "52:54:00:00:00:02" })
            await test.DoAsync((await test.EnlistAsync(mac)).Id, new MachineCommand.Commission());

        using var stop = new CancellationTokenSource();
        var working = test.Core.PowerQueue.RunAsync(stop.Token);
        try
        {
            await on.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            dead.Set();
            await stop.CancelAsync();
            await working;
        }
    }

    [Fact]
    public async Task A_driver_that_throws_does_not_tell_its_secrets()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        test.Power.Answer = _ => throw new InvalidOperationException("ipmitool -P hunter2 failed");
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        for (var attempt = 0; attempt < 6; attempt++)
        {
            await test.SettleAsync(machine.Id);
            test.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var events = await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Debug });
        (await test.Machines.GetAsync(machine.Id)).Should().Match<Machine>(failed =>
            failed.Status == MachineStatus.FailedCommissioning
            && failed.StatusMessage == "Powering off failed: the power driver broke (InvalidOperationException)"); // off and on again
        events.Should().Contain(happened => happened.Note.Description.Contains("InvalidOperationException"))
            .And.NotContain(happened => happened.Note.Description.Contains("hunter2"));
        machine.Power.ToString().Should().Be("ipmi(power_pass)");
        machine.ToString().Should().NotContain("hunter2");
    }

    [Fact]
    public async Task A_driver_that_cancels_by_itself_is_not_told_as_one_that_took_too_long()
    {
        await using var test = await TestCore.OpenAsync(options => options.PowerAttempts = 1);
        var machine = await test.EnlistAsync();
        test.Power.Answer = _ => throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout");
        await test.DoAsync(machine.Id, new MachineCommand.Commission());

        var failed = await test.SettleAsync(machine.Id);
        failed.StatusMessage.Should().EndWith("failed: the power driver broke (TaskCanceledException)");
    }

    [Fact]
    public async Task What_a_power_type_cannot_do_is_left_to_a_person_and_holds_nothing_up()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync(powerType: "wakeonlan");
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        test.Power.Answer =
            action => action is PowerAction.TurnOff ? new MachinePowerResult.Unsupported("Wake-on-LAN cannot turn off.") : null;
        await test.DoAsync(machine.Id, new MachineCommand.Release());

        (await test.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
        var events = await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Warning });
        events.Should().ContainSingle().Which.Note.Description.Should().Contain("by hand");
    }

    [Fact]
    public async Task An_operation_asks_once_to_turn_the_machine_off_by_hand_and_the_next_one_asks_again()
    {
        await using var test = await TestCore.OpenAsync();
        test.Power.Answer =
            action => action is PowerAction.TurnOn ? null : new MachinePowerResult.Unsupported("Wake-on-LAN cannot turn off.");
        var machine = await test.ReadyAsync(powerType: "wakeonlan");
        (await AskedAsync()).Should().Be(1, "commissioning turns the machine off before its inventory and after it");
        await test.ReopenAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        await test.SettleAsync(machine.Id);
        (await AskedAsync()).Should().Be(2);
        await test.RunScriptsAsync(machine.Id, Inventories.Small("52:54:00:00:00:01", 2, 2048));
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        (await test.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
        (await AskedAsync()).Should().Be(2);
        test.Power.Asked.Count(action => action is PowerAction.TurnOff or PowerAction.ShutDown).Should()
            .BeGreaterThan(2, "each time the driver is asked");

        async Task<int> AskedAsync() => (await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Warning }))
            .Count(happened => happened.Note.Description.Contains("off by hand", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wake_up_that_nobody_answers_is_sent_again_until_the_machine_has_booted()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync(powerType: "wakeonlan");
        test.Power.Answer =
            action => action is PowerAction.TurnOff ? new MachinePowerResult.Unsupported("Wake-on-LAN cannot turn off.")
                : new MachinePowerResult.Done(MachinePowerState.Unknown);
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        await test.SettleAsync(machine.Id);
        await ElapseAsync(19);
        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOn);
        await ElapseAsync(1);
        await test.ReopenAsync();
        await ElapseAsync(20);
        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOn, PowerAction.TurnOn, PowerAction.TurnOn);

        var token = await test.Core.BootTokens.IssueAsync(machine.Id, null);
        (await test.Core.BootTokens.RedeemAsync(token!.Value, IPAddress.Loopback)).Should().BeOfType<BootTokenResult.Accepted>();
        await ElapseAsync(60);

        test.Power.Asked.Should().HaveCount(4);
        (await test.GetAsync(machine.Id)).CheckedIn.Should().BeTrue();
        (await test.Core.PowerQueue.PassAsync()).Should().Be(0);

        async Task ElapseAsync(int seconds)
        {
            test.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await test.SettleAsync(machine.Id);
        }
    }

    [Fact]
    public async Task A_wake_up_is_not_repeated_for_a_machine_that_was_given_up()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync(powerType: "wakeonlan");
        test.Power.Answer = _ => new MachinePowerResult.Done(MachinePowerState.Unknown);
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        await test.SettleAsync(machine.Id);
        test.Clock.Advance(TimeSpan.FromMinutes(31));
        await test.Core.Deadlines.PassAsync();
        test.Power.Asked.Clear();
        await test.SettleAsync(machine.Id);
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff);
    }

    [Fact]
    public async Task A_later_wish_takes_the_place_of_one_that_waits()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        await test.DoAsync(machine.Id, new MachineCommand.Abort());
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff);
        test.Power.StateOf(machine.Id).Should().Be(MachinePowerState.Off);
    }

    [Fact]
    public async Task Turning_on_what_is_about_to_restart_leaves_the_restart_whole()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        test.Power.Asked.Clear();
        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        await test.DoAsync(machine.Id, new MachineCommand.TurnOn());
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOn);
    }

    [Fact]
    public async Task Turning_on_takes_the_place_of_turning_off()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        test.Power.Asked.Clear();
        await test.DoAsync(machine.Id, new MachineCommand.TurnOff());
        await test.DoAsync(machine.Id, new MachineCommand.TurnOn());
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOn);
    }

    [Fact]
    public async Task A_wish_that_was_withdrawn_while_it_was_carried_out_changes_nothing()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        await test.DoAsync(machine.Id, new MachineCommand.Release());

        // While the controller works, a person marks the machine broken.
        test.Power.Answer = action =>
        {
            test.Power.Answer = _ => null;
            test.DoAsync(machine.Id, new MachineCommand.MarkBroken()).GetAwaiter().GetResult();
            return new MachinePowerResult.Done(MachinePowerState.Off);
        };
        (await test.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Broken);
    }

    [Fact]
    public async Task A_host_that_was_paused_after_its_claim_does_not_turn_on_what_was_released_since()
    {
        PausedPowerQueue queue = null!;
        await using var test = await TestCore.OpenAsync(wrap: store => PausedPowerQueue.Over(store, out queue));
        var machine = await test.ReadyAsync();
        await test.Machines.AllocateAsync(new AllocationRequest { Owner = "bob" });
        await test.DoAsync(machine.Id, new MachineCommand.TurnOn());
        test.Power.Asked.Clear();
        queue.Pause = async () =>
        {
            test.Clock.Advance(TimeSpan.FromMinutes(5));
            await test.SettleAsync(machine.Id); // as another host does
            await test.DoAsync(machine.Id, new MachineCommand.Release());
            await test.SettleAsync(machine.Id);
        };
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOn, PowerAction.TurnOff);
        (await test.GetAsync(machine.Id)).Should().Match<Machine>(released =>
            released.Status == MachineStatus.Ready && released.PowerState == MachinePowerState.Off);
    }

    [Theory]
    [InlineData(29)]
    [InlineData(31)]
    public async Task An_action_whose_claim_is_about_to_end_is_claimed_again(int seconds)
    {
        PausedPowerQueue queue = null!;
        await using var test = await TestCore.OpenAsync(wrap: store => PausedPowerQueue.Over(store, out queue));
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        queue.Pause = () =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(seconds));
            return Task.CompletedTask;
        };
        (await test.Core.PowerQueue.PassAsync()).Should().Be(1);
        test.Power.Asked.Should().HaveCount(seconds < 30 ? 1 : 0);
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOn);
    }

    [Fact]
    public async Task An_action_whose_claim_was_made_longer_does_not_begin_after_its_end_either()
    {
        PausedPowerQueue queue = null!;
        await using var test = await TestCore.OpenAsync(wrap: store => PausedPowerQueue.Over(store, out queue));
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.TurnOff { Soft = true });
        queue.PauseAfterExtension = () =>
        {
            test.Clock.Advance(TimeSpan.FromMinutes(10));
            return Task.CompletedTask;
        };
        (await test.Core.PowerQueue.PassAsync()).Should().Be(1);
        (await test.Store.PowerQueue.CountAsync(default)).Should().Be(1, "it was given back");
        await test.SettleAsync(machine.Id);

        (await test.Store.PowerQueue.CountAsync(default)).Should().Be(0, "it was claimed again");
    }

    [Fact]
    public void A_claim_ends_by_the_clock_of_the_store_where_the_timer_stood_still()
    {
        var clock = new SuspendedClock();
        var term = PowerClaimTerm.Begin(clock);
        term.AllowsStart(clock).Should().BeTrue();
        clock.Now += TimeSpan.FromSeconds(29);
        term.AllowsStart(clock).Should().BeTrue();
        clock.Now += TimeSpan.FromSeconds(1);
        term.AllowsStart(clock).Should().BeFalse();
    }

    /// <summary>The clock of a machine that was suspended, after a transaction has set it.</summary>
    private sealed class SuspendedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => 0;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_acts_on_a_machine_while_a_withdrawn_action_is_under_way(bool succeeds)
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        test.Power.Answer = _ =>
        {
            test.Power.Answer = _ => null;
            test.DoAsync(machine.Id, new MachineCommand.Abort()).GetAwaiter().GetResult();
            test.Core.PowerQueue.PassAsync().GetAwaiter().GetResult().Should()
                .Be(0, "two commands at once would cross on their way to one controller");
            return succeeds ? null : new MachinePowerResult.Failed("busy");
        };
        await test.SettleAsync(machine.Id);

        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.TurnOff);
        (await test.GetAsync(machine.Id)).Status.Should().Be(MachineStatus.New);
    }

    [Fact]
    public async Task A_withdrawn_action_that_never_ends_holds_its_machine_only_for_its_lease()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Commission());
        using var crash = new CancellationTokenSource();
        test.Power.Answer = _ =>
        {
            test.Power.Answer = _ => null;
            test.DoAsync(machine.Id, new MachineCommand.Abort()).GetAwaiter().GetResult();
            crash.Cancel();
            throw new OperationCanceledException(crash.Token);
        };
        var pass = () => test.Core.PowerQueue.PassAsync(crash.Token);
        await pass.Should().ThrowAsync<OperationCanceledException>();

        (await test.Core.PowerQueue.PassAsync()).Should().Be(0);
        test.Clock.Advance(TimeSpan.FromMinutes(10));
        (await test.Core.PowerQueue.PassAsync()).Should().Be(1);
    }

    [Fact]
    public async Task Asking_for_the_power_state_is_no_event_when_it_is_as_known()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, new MachineCommand.QueryPower());
        var before = await test.GetAsync(machine.Id);

        (await test.SettleAsync(machine.Id)).Version.Should().Be(before.Version);
    }

    [Fact]
    public async Task A_client_that_polls_does_not_fill_the_queue()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.ReadyAsync();
        test.Power.Asked.Clear();
        for (var poll = 0; poll < 10; poll++) await test.DoAsync(machine.Id, new MachineCommand.QueryPower());
        await test.SettleAsync(machine.Id);
        test.Power.Asked.Should().Equal(PowerAction.Query);
    }
}
