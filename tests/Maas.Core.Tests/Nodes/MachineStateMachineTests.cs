using Maas.Core.Nodes;
using Maas.Core.Inventory;
using Maas.Core.Events;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

public class MachineStateMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImageReference Image = new(1, 1, "custom/x", "ddraw", 1000, new string('a', 64));

    private static readonly Machine Ready = new()
    {
        Id = SystemId.Parse("abc346"),
        Hostname = "one",
        Status = MachineStatus.Ready,
        Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
        Hardware = new Hardware { Disks = [new Disk { Name = "vda", Size = 4000 }] },
    };

    private static readonly Machine Deployed = Ready with
    {
        Status = MachineStatus.Deployed,
        Owner = "bob",
        Deployment = new Deployment { Image = Image, Disk = new InstallDisk("vda", ""), FinishedAt = Now },
    };

    [Fact]
    public void A_refusal_names_the_state()
    {
        var refused = Refuse(Ready with { Status = MachineStatus.Commissioning }, new MachineCommand.Deploy("bob") { Image = Image });
        refused.From.Should().Be(MachineStatus.Commissioning);
        refused.Reason.Should().Be("Can't deploy a machine that is in the 'Commissioning' state");

        Refuse(Ready with { Status = MachineStatus.New }, new MachineCommand.Release()).Reason
            .Should().Be("Machine cannot be released in its current state ('New').");
        Refuse(Ready, new MachineCommand.Abort()).Reason.Should().Contain("'Ready'");
        Refuse(Deployed, new MachineCommand.Accept()).Reason.Should()
            .Be("Cannot accept node enlistment: node abc346 is in state Deployed.");
        Refuse(Ready with { Status = MachineStatus.Allocated }, new MachineReport.Signal(SignalReport.Ok, null)).Reason
            .Should().Be("Machine status isn't valid (status is Allocated)");
    }

    [Theory]
    [InlineData("failed: 00-maas-inventory", "failed: 00-maas-inventory")]
    [InlineData("out of memory", "out of memory Failed scripts: 00-maas-inventory.")]
    [InlineData(null, "Commissioning failed. Failed scripts: 00-maas-inventory.")]
    public void A_failed_script_is_named_once(string? error, string message)
    {
        var signal = new MachineReport.Signal(SignalReport.Failed, error) { FailedScripts = ["00-maas-inventory"] };
        Move(Ready with { Status = MachineStatus.Commissioning }, signal).Machine.StatusMessage.Should().Be(message);
    }

    [Theory]
    [InlineData(MachineStatus.Ready)]
    [InlineData(MachineStatus.Releasing)]
    public void Releasing_what_is_free_changes_nothing(MachineStatus status)
    {
        var machine = Ready with { Status = status };
        Move(machine, new MachineCommand.Release()).Should()
            .BeEquivalentTo(new { Machine = machine, Events = Array.Empty<object>(), Effects = Array.Empty<object>() });
    }

    [Fact]
    public void A_locked_machine_refuses_its_owner_and_still_reports()
    {
        var locked = Move(Deployed, new MachineCommand.Lock { By = "bob" }).Machine;
        foreach (MachineInput input in new MachineCommand[]
        {
            new MachineCommand.Release(), new MachineCommand.TurnOff(), new MachineCommand.MarkBroken(),
        })
            Refuse(locked, input).Because.Should().Be(RefusalKind.Locked);
        Refuse(locked, new MachineCommand.Lock()).Because.Should().Be(RefusalKind.Status, "MAAS answers 409");
        Move(locked, new MachineReport.Signal(SignalReport.Working, null));
        Move(locked, new MachineCommand.Unlock()).Machine.Locked.Should().BeFalse();
        Refuse(Deployed, new MachineCommand.Unlock()).Reason.Should().Be("Machine is not locked");
    }

    [Fact]
    public void Another_users_machine_is_not_deployed()
    {
        var allocated = Move(Ready, new MachineCommand.Allocate("eve")).Machine;
        Refuse(allocated, new MachineCommand.Deploy("bob") { Image = Image }).Because.Should().Be(RefusalKind.Owner);
    }

    [Fact]
    public void Without_an_image_nothing_is_deployed()
    {
        var refused = Refuse(Ready, new MachineCommand.Deploy("bob") { DistroSeries = "noble" });
        refused.Because.Should().Be(RefusalKind.Missing);
        refused.Reason.Should().Be("There is no complete image 'noble' for amd64/generic.");
    }

    [Fact]
    public void Where_the_disk_is_in_doubt_none_is_overwritten()
    {
        var two = Ready with { Hardware =
            new Hardware { Disks =
            [new Disk { Name = "sda", Size = 4000, Serial = "S1" }, new Disk { Name = "sdb", Size = 4000 },
            new Disk { Name = "sdc", Size = 4000, Removable = true }] } };
        Refuse(two, new MachineCommand.Deploy("bob") { Image = Image }).Reason.Should()
            .Be("The machine has 2 disks (sda S1, sdb): say which one is its boot disk.");
        Move(two with { BootDisk = "S1" }, new MachineCommand.Deploy("bob") { Image = Image }).Machine.Deployment!.Disk.Name.Should()
            .Be("sda");
        var twins = two with { BootDisk = "S1", Hardware =
            two.Hardware! with { Disks = [.. two.Hardware!.Disks, new Disk { Name = "sdd", Size = 4000, Serial = "S1" }] } };
        Refuse(twins, new MachineCommand.Deploy("bob") { Image = Image }).Reason.Should()
            .Be("The machine has 2 disks (sda S1, sdd S1): say which one is its boot disk.");
        Move(twins with { BootDisk = "sdd" }, new MachineCommand.Deploy("bob") { Image = Image }).Machine.Deployment!.Disk.Should()
            .Be(new InstallDisk("sdd", "S1"));
        Refuse(two with { BootDisk = "sdc" }, new MachineCommand.Deploy("bob") { Image = Image }).Reason.Should().Contain("'sdc'");
        Refuse(Ready with { Hardware = null }, new MachineCommand.Deploy("bob") { Image = Image }).Reason.Should()
            .Contain("commission it first");
        Refuse(Ready, new MachineCommand.Deploy("bob") { Image = Image with { Size = 5000 } }).Reason.Should().Contain("does not fit");
    }

    [Fact]
    public void Fetching_user_data_before_the_installer_is_done_deploys_nothing()
    {
        var deploying = Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Machine;
        Move(deploying, new MachineReport.UserDataFetched()).Machine.Status.Should().Be(MachineStatus.Deploying);
        var installed = Move(deploying, new MachineReport.NetbootOff()).Machine;
        Move(installed, new MachineReport.StageFinished("modules-final", true, "")).Machine.IsInstalled.Should().BeTrue();
    }

    [Fact]
    public void A_part_of_a_stage_that_fails_is_an_event_and_a_whole_stage_a_failure()
    {
        var deploying = Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Machine;
        Move(deploying, new MachineReport.StageFinished("init-network/activate", false, "x")).Machine.Status.Should()
            .Be(MachineStatus.Deploying);
        var failed = Move(deploying, new MachineReport.StageFinished("modules-final", false, "x")).Machine;
        failed.Status.Should().Be(MachineStatus.FailedDeployment);
        failed.StatusMessage.Should().Be("'modules-final' failed: x");
        failed.Owner.Should().Be("bob", "the owner may look, and release it");
    }

    [Fact]
    public void A_deployed_machine_returns_to_its_owner_after_tests_rescue_and_repair()
    {
        var testing = Move(Deployed, new MachineCommand.Test()).Machine with { CheckedIn = true };
        Move(testing, new MachineReport.Signal(SignalReport.Ok, null)).Machine.Should()
            .Match<Machine>(machine => machine.Status == MachineStatus.Deployed && machine.Owner == "bob");
        var failed = Move(testing, new MachineReport.Signal(SignalReport.Failed, null)).Machine;
        Move(failed, new MachineCommand.OverrideFailedTesting()).Machine.Status.Should().Be(MachineStatus.Deployed);

        var entering = Move(Deployed, new MachineCommand.EnterRescueMode()).Machine;
        var rescue = Move(entering with { CheckedIn = true }, new MachineReport.Signal(SignalReport.Working, null)).Machine;
        rescue.Status.Should().Be(MachineStatus.RescueMode);
        var exiting = Move(rescue, new MachineCommand.ExitRescueMode());
        exiting.Effects.Should()
            .Equal(new MachineEffect.Power(PowerAction.TurnOff), new MachineEffect.Power(PowerAction.TurnOn, Finishes: true));
        Move(exiting.Machine, new WorkerReport.PowerDone(new(PowerAction.TurnOff), MachinePowerState.Off, null)).Machine.Status.Should()
            .Be(MachineStatus.ExitingRescueMode);
        Move(exiting.Machine,
            new WorkerReport.PowerDone(new(PowerAction.TurnOn, true), MachinePowerState.On, null)).Machine.Status.Should()
                .Be(MachineStatus.Deployed);

        var broken = Move(Deployed, new MachineCommand.MarkBroken { Comment = "smoke" }).Machine;
        broken.StatusMessage.Should().Be("smoke");
        Move(broken, new MachineCommand.MarkFixed()).Machine.Should()
            .Match<Machine>(machine => machine.Status == MachineStatus.Deployed && machine.Owner == "bob");
    }

    [Fact]
    public void A_sign_of_life_renews_the_deadline_and_silence_fails_by_name()
    {
        var deploying = Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Machine;
        var later = Now.AddMinutes(20);
        var alive = ((Decision.Moved)MachineStateMachine.Decide(
            deploying, new MachineReport.Signal(SignalReport.Working, null), later)).Machine;
        alive.Deadline.Should().Be(later.AddMinutes(30));
        ((Decision.Moved)MachineStateMachine.Decide(alive, new WorkerReport.DeadlinePassed(), later.AddMinutes(29))).Machine.Should()
            .Be(alive, "it is not due yet");
        var failed = ((Decision.Moved)MachineStateMachine.Decide(alive, new WorkerReport.DeadlinePassed(), later.AddMinutes(30))).Machine;
        failed.Status.Should().Be(MachineStatus.FailedDeployment);
        failed.StatusMessage.Should().Be("Node operation 'Deploying' timed out after 50 minutes.");
    }

    [Fact]
    public void The_words_of_a_sign_of_life_are_the_status_message_until_others_replace_them()
    {
        var deploying = Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Machine;

        var working = Move(deploying, new MachineReport.Signal(SignalReport.Working, "Finished 1 of\n3")).Machine;

        working.StatusMessage.Should().Be("Finished 1 of 3");
        Move(working, new MachineReport.Signal(SignalReport.Working, null)).Machine.StatusMessage.Should().Be("Finished 1 of 3");
        Move(working, new MachineReport.Signal(SignalReport.Working, "")).Machine.StatusMessage.Should().BeEmpty();
        Move(working, new MachineReport.Signal(SignalReport.Failed, "no space")).Machine.StatusMessage.Should().Be("no space");
    }

    [Fact]
    public void What_its_controller_would_not_do_is_told_when_the_machine_is_never_heard_of()
    {
        var deploying = Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Machine;
        var on = Move(deploying,
            new WorkerReport.PowerDone(new(PowerAction.TurnOn), MachinePowerState.On, "No boot from the network: refused."));
        on.Machine.StatusMessage.Should().Be("No boot from the network: refused.");
        on.Events.Should().Contain(note => note.Level == EventLevel.Warning && note.Description == "No boot from the network: refused.");

        Silent(on.Machine).StatusMessage.Should()
            .Be("Node operation 'Deploying' timed out after 30 minutes. No boot from the network: refused.");
        Silent(on.Machine with { CheckedIn = true }).StatusMessage.Should()
            .Be("Node operation 'Deploying' timed out after 30 minutes.", "it did boot");

        static Machine Silent(Machine machine) =>
            ((Decision.Moved)MachineStateMachine.Decide(machine, new WorkerReport.DeadlinePassed(), Now.AddMinutes(30))).Machine;
    }

    [Fact]
    public void A_machines_own_words_are_bounded_and_plain()
    {
        var deploying = Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Machine;
        var failed = Move(
            deploying, new MachineReport.Signal(SignalReport.Failed, "no\r\nspace \u001b[31m" + new string('x', 100_000))).Machine;
        failed.StatusMessage.Should().StartWith("no  space [31mx").And.HaveLength(1000);
    }

    [Fact]
    public void Powering_on_needs_an_owner()
    {
        var refused = Refuse(Ready, new MachineCommand.TurnOn());
        refused.Because.Should().Be(RefusalKind.Owner);
        refused.Reason.Should().Be("Can't start node: it hasn't been allocated.");
        Move(Deployed, new MachineCommand.TurnOn()).Effects.Should().Equal(new MachineEffect.Power(PowerAction.TurnOn));
    }

    [Theory]
    [InlineData(MachineStatus.Commissioning)]
    [InlineData(MachineStatus.Testing)]
    [InlineData(MachineStatus.Deploying)]
    [InlineData(MachineStatus.DiskErasing)]
    [InlineData(MachineStatus.EnteringRescueMode)]
    public void A_machine_that_a_boot_is_waited_of_is_not_powered_off(MachineStatus status) =>
        Refuse(Deployed with { Status = status }, new MachineCommand.TurnOff()).Should()
        .BeEquivalentTo(new { From = status, Because = RefusalKind.Status });

    [Fact]
    public void The_owners_system_that_still_runs_cannot_pass_its_own_tests()
    {
        var testing = Move(Deployed with { CheckedIn = true }, new MachineCommand.Test());
        testing.Machine.CheckedIn.Should().BeFalse("it booted for its deployment, not for this");
        testing.Effects.Should().Contain(new MachineEffect.RevokeBootTokens());
        foreach (var report in Enum.GetValues<SignalReport>())
        {
            Refuse(testing.Machine, new MachineReport.Signal(report, null)).Reason.Should()
                .Be("The machine has not booted for the 'Testing' state yet.");
            Refuse(Move(Deployed, new MachineCommand.EnterRescueMode()).Machine, new MachineReport.Signal(report, null));
        }
    }

    [Fact]
    public void Whoever_had_the_machine_is_locked_out_when_it_changes_hands()
    {
        Move(Deployed, new MachineCommand.Release()).Effects.Should().Contain(new MachineEffect.RevokeCredentials());
        Move(Ready, new MachineCommand.Deploy("bob") { Image = Image }).Effects.Should().Contain(new MachineEffect.RevokeCredentials());
        Move(Deployed, new MachineCommand.Test()).Effects.Should()
            .NotContain(new MachineEffect.RevokeCredentials(), "the owner's system still needs its token");
    }

    [Fact]
    public void A_machine_with_release_scripts_boots_for_them_and_is_free_when_they_have_passed()
    {
        var releasing = Release();
        releasing.Effects.Should().Contain(effect => effect is MachineEffect.ScheduleScripts).And
            .NotContain(effect => effect is MachineEffect.Power && ((MachineEffect.Power)effect).Finishes);
        releasing.Machine.Should().BeEquivalentTo(
            new { Status = MachineStatus.Releasing, Owner = "bob", Deadline = Now.AddMinutes(30), ReleaseTask = ReleaseTask.Scripts });
        releasing.Machine.NextBoot.Should().Be(new BootIntent.Ephemeral(EphemeralTask.Release));

        Move(releasing.Machine, Signal(SignalReport.Working)).Machine.Status.Should().Be(MachineStatus.Releasing);
        var free = Move(releasing.Machine, Signal(SignalReport.Ok));
        free.Machine.Should().BeEquivalentTo(new { Status = MachineStatus.Ready, Owner = (string?)null, ReleaseTask = (ReleaseTask?)null });
        free.Effects.Should().Contain(new MachineEffect.Power(PowerAction.TurnOff));
    }

    [Fact]
    public void A_failed_release_script_keeps_the_machine_its_owners()
    {
        foreach (var report in (SignalReport[])[SignalReport.Ok, SignalReport.Failed])
            Move(Release(EraseMode.Full).Machine, Signal(report) with { FailedScripts = ["restore"] }).Machine.Should().BeEquivalentTo(
                new { Status = MachineStatus.FailedReleasing, Owner = "bob", ReleaseTask = ReleaseTask.Scripts });
        Move(Release().Machine, new MachineCommand.Abort()).Machine.Status.Should().Be(MachineStatus.FailedReleasing);
        ((Decision.Moved)MachineStateMachine.Decide(Release().Machine, new WorkerReport.DeadlinePassed(), Now.AddMinutes(30)))
            .Machine.StatusMessage.Should().Be("Node operation 'Releasing' timed out after 30 minutes.");
        Refuse(Move(Deployed, new MachineCommand.Release()).Machine, new MachineCommand.Abort()).Reason.Should().Contain("'Releasing'");
    }

    [Fact]
    public void The_disks_are_erased_after_the_release_scripts_and_no_repeated_report_of_these_ends_that()
    {
        var erasing = Move(Release(EraseMode.Full).Machine, Signal(SignalReport.Ok)).Machine;
        erasing.NextBoot.Should().Be(new BootIntent.Ephemeral(EphemeralTask.Erase));
        erasing.Status.Should().Be(MachineStatus.Releasing, "MAAS has no way from there to Disk erasing");

        Move(erasing, Signal(SignalReport.Ok)).Machine.ReleaseTask.Should().Be(ReleaseTask.Erase);
        Move(erasing, Signal(SignalReport.Erased)).Machine.Status.Should().Be(MachineStatus.Ready);
        Move(erasing, Signal(SignalReport.Failed)).Machine.Status.Should().Be(MachineStatus.FailedReleasing);
        Move(Release(EraseMode.Full).Machine, Signal(SignalReport.Erased)).Machine.ReleaseTask.Should().Be(
            ReleaseTask.Scripts, "they have not run");
        Move(Move(Deployed, new MachineCommand.Release { Erase = EraseMode.Full }).Machine, Signal(SignalReport.Erased)).Machine.Status
            .Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public void Nothing_but_the_report_that_the_disks_are_erased_ends_an_erasure()
    {
        var erasing = Move(Deployed, new MachineCommand.Release { Erase = EraseMode.Full }).Machine with { CheckedIn = true };
        foreach (var input in (MachineReport[])
        [
            Signal(SignalReport.Ok), Signal(SignalReport.Working), Signal(SignalReport.Testing), new MachineReport.NetbootOff(),
            new MachineReport.UserDataFetched(), new MachineReport.StageFinished("modules-final", true, ""),
        ])
            Move(erasing, input).Machine.Status.Should().Be(MachineStatus.DiskErasing, $"{input} tells nothing of the disks");
        Move(erasing, Signal(SignalReport.Erased)).Machine.Status.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public void An_erasure_may_take_hours_while_the_agent_reports_and_ends_when_it_does_not()
    {
        var (machine, now) = (Move(Deployed, new MachineCommand.Release { Erase = EraseMode.Full }).Machine, Now);
        for (var percent = 10; percent < 100; percent += 10)
        {
            now += TimeSpan.FromMinutes(29);
            var report = new MachineReport.Signal(SignalReport.Working, $"sda: overwriting, {percent} %");
            machine = ((Decision.Moved)MachineStateMachine.Decide(machine, report, now)).Machine;
            machine = ((Decision.Moved)MachineStateMachine.Decide(machine, new WorkerReport.DeadlinePassed(), now)).Machine;
            (machine.Status, machine.StatusMessage).Should().Be((MachineStatus.DiskErasing, $"sda: overwriting, {percent} %"));
        }

        now += TimeSpan.FromMinutes(30);
        ((Decision.Moved)MachineStateMachine.Decide(machine, new WorkerReport.DeadlinePassed(), now)).Machine.Status.Should()
            .Be(MachineStatus.FailedDiskErasing);
    }

    private static Decision.Moved Release(EraseMode? erase = null) =>
        Move(Deployed, new MachineCommand.Release { Scripts = ["restore"], Erase = erase });

    private static MachineReport.Signal Signal(SignalReport report) => new(report, null);

    private static Decision.Moved Move(Machine machine, MachineInput input) =>
        MachineStateMachine.Decide(machine, input, Now).Should().BeOfType<Decision.Moved>().Subject;

    private static Decision.Refused Refuse(Machine machine, MachineInput input) =>
        MachineStateMachine.Decide(machine, input, Now).Should().BeOfType<Decision.Refused>().Subject;
}
