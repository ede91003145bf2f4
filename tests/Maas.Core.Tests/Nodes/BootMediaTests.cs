using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;

namespace Maas.Core.Tests.Nodes;

/// <summary>Machines that are started from virtual media.</summary>
public sealed class BootMediaTests
{
    private static readonly Uri Iso = new("https://images.example/rescue.iso");
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("http://10.0.0.1/a.iso", "")]
    [InlineData("https://[fd00::1]/a%20b.iso", "")]
    [InlineData("ftp://10.0.0.1/a.iso", "The controller fetches the image over http or https.")]
    [InlineData("file:///etc/shadow", "The controller fetches the image over http or https.")]
    [InlineData("a.iso", "This is not the URL of an image.")]
    [InlineData("http://maas:hunter2@10.0.0.1/a.iso", "The URL has no user, query or fragment: it is no place for a secret.")]
    [InlineData("http://10.0.0.1/a.iso?token=hunter2", "The URL has no user, query or fragment: it is no place for a secret.")]
    [InlineData(
        "http://localhost/a.iso", "The controller fetches the image: name a host that it reaches, not this one by its loopback address.")]
    public void The_image_is_a_URL_that_a_controller_can_fetch(string text, string expected)
    {
        MachineCommand.BootMedia.TryParseImage(text, out var image, out var problem).Should().Be(expected.Length == 0);

        problem.Should().Be(expected);
        (image is null).Should().Be(expected.Length > 0);
    }

    [Fact]
    public void A_machine_that_rests_is_restarted_from_it_and_one_in_an_operation_is_not()
    {
        foreach (var status in Enum.GetValues<MachineStatus>())
        {
            var deadline = new MachineDeadlines().For(status) is { } longest ? Now + longest : (DateTimeOffset?)null;
            var machine = Of(status) with { Deadline = deadline };

            var decision = MachineStateMachine.Decide(machine, new MachineCommand.BootMedia(Iso), Now);

            if (deadline is not null || status is MachineStatus.RescueMode)
            {
                decision.Should().BeOfType<Decision.Refused>(status.ToString()).Which.Reason.Should().Contain(status.DisplayName);
                continue;
            }

            var moved = decision.Should().BeOfType<Decision.Moved>(status.ToString()).Subject;
            moved.Machine.Status.Should().Be(status);
            moved.Machine.BootMedia.Should().Be(Iso);
            moved.Effects.Should().Equal(new MachineEffect.Power(PowerAction.TurnOff), new MachineEffect.Power(PowerAction.BootMedia));
            moved.Events.Should().ContainSingle().Which.Description.Should().Contain(Iso.AbsoluteUri);
        }
    }

    [Fact]
    public void A_locked_machine_is_not_started_from_it()
    {
        var locked = Of(MachineStatus.Deployed) with { Locked = true };

        MachineStateMachine.Decide(locked, new MachineCommand.BootMedia(Iso), Now)
            .Should().BeOfType<Decision.Refused>().Which.Because.Should().Be(RefusalKind.Locked);
    }

    [Fact]
    public void It_is_ejected_on_release_and_before_the_next_boot()
    {
        var allocated = Of(MachineStatus.Allocated) with { Owner = "bob", BootMedia = Iso };

        Move(allocated, new MachineCommand.Release()).Effects.OfType<MachineEffect.Power>().Should().Equal(
            new MachineEffect.Power(PowerAction.TurnOff, Finishes: true), new MachineEffect.Power(PowerAction.EjectMedia));
        Move(Of(MachineStatus.Ready) with { BootMedia = Iso }, new MachineCommand.Commission()).Effects.OfType<MachineEffect.Power>()
            .Should().Equal(
                new MachineEffect.Power(PowerAction.TurnOff), new MachineEffect.Power(PowerAction.EjectMedia),
                new MachineEffect.Power(PowerAction.TurnOn));
        Move(Of(MachineStatus.Ready), new MachineCommand.Commission()).Effects
            .Should().NotContain(new MachineEffect.Power(PowerAction.EjectMedia));
    }

    [Fact]
    public void What_became_of_the_ejection_leaves_the_operation_and_the_power_state_as_they_are()
    {
        var eject = new MachineEffect.Power(PowerAction.EjectMedia);
        var commissioning = Move(Of(MachineStatus.Ready) with { BootMedia = Iso, PowerState = MachinePowerState.Off },
            new MachineCommand.Commission()).Machine;

        var done = Move(commissioning, new WorkerReport.PowerDone(eject, MachinePowerState.Unknown, null)).Machine;
        var failed = Move(commissioning, new WorkerReport.PowerFailed(eject, "busy"));

        done.Should().Be(commissioning with { BootMedia = null });
        failed.Machine.Should().Be(commissioning, "the next operation tries again");
        failed.Events.Should().ContainSingle().Which.Description.Should().Be("Ejecting the virtual media failed: busy");
    }

    [Fact]
    public void To_eject_withdraws_a_start_from_the_image_and_no_other_action()
    {
        MachineEffect[] eject = [new MachineEffect.Power(PowerAction.EjectMedia)];

        PowerQueueUpdate.For([new(PowerAction.TurnOff, Finishes: true)], eject).WithdrawsAll.Should().BeFalse();
        PowerQueueUpdate.For([new(PowerAction.TurnOff), new(PowerAction.BootMedia)], eject).WithdrawsAll.Should().BeTrue();
    }

    [Fact]
    public async Task A_machine_is_started_and_the_image_is_ejected_when_it_is_released()
    {
        await using var test = await TestCore.OpenAsync();
        test.Power.HasMedia = true;
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        test.Power.Asked.Clear();

        await test.DoAsync(machine.Id, new MachineCommand.BootMedia(Iso));
        var started = await test.SettleAsync(machine.Id);
        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.BootMedia);
        test.Power.Image.Should().Be(Iso);
        started.Should().Match<Machine>(each =>
            each.PowerState == MachinePowerState.On && each.BootMedia == Iso && each.Status == MachineStatus.Allocated);

        await test.DoAsync(machine.Id, new MachineCommand.Release());
        var released = await test.SettleAsync(machine.Id);
        test.Power.Asked.Should().Equal(PowerAction.TurnOff, PowerAction.BootMedia, PowerAction.TurnOff, PowerAction.EjectMedia);
        released.Should().Match<Machine>(each => each.BootMedia == null && each.Status == MachineStatus.Ready);
    }

    [Fact]
    public async Task A_controller_that_refuses_the_image_leaves_the_machine_where_it_is_and_says_why()
    {
        await using var test = await TestCore.OpenAsync();
        test.Power.HasMedia = true;
        test.Power.Answer = action => action is PowerAction.BootMedia
            ? new MachinePowerResult.Failed("The service refuses the user or the password.") { IsFinal = true } : null;
        var machine = await test.EnlistAsync();

        await test.DoAsync(machine.Id, new MachineCommand.BootMedia(Iso));
        machine = await test.SettleAsync(machine.Id);

        machine.Status.Should().Be(MachineStatus.New);
        machine.PowerState.Should().Be(MachinePowerState.Error);
        (await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [machine.Id] })).Should().Contain(each =>
            each.Note.Description == "Starting from virtual media failed: The service refuses the user or the password.");
    }

    [Fact]
    public async Task A_power_type_without_virtual_media_is_named()
    {
        await using var test = await TestCore.OpenAsync();
        var machine = await test.EnlistAsync();

        foreach (var command in new MachineCommand[] { new MachineCommand.BootMedia(Iso), new MachineCommand.EjectMedia() })
            (await test.Core.Machines.ExecuteAsync(machine.Id, command)).Should().BeOfType<CommandResult.Refused>()
                .Which.Reason.Should().Contain("has no virtual media");
        test.Power.Asked.Should().BeEmpty();
    }

    private static Machine Of(MachineStatus status) => new()
    {
        Id = SystemId.Parse("4y3h7q"),
        Hostname = "alpha",
        Status = status,
        StatusSince = Now,
        Power = new PowerSettings("redfish", new Dictionary<string, string>()),
    };

    private static Decision.Moved Move(Machine machine, MachineInput input) =>
        MachineStateMachine.Decide(machine, input, Now).Should().BeOfType<Decision.Moved>().Subject;
}
