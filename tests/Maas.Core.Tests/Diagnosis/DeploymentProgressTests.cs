using Maas.Core.Diagnosis;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Diagnosis;

/// <summary>How far a deployment has come, step by step.</summary>
public class DeploymentProgressTests
{
    [Fact]
    public void The_steps_of_a_deployment_are_reached_one_after_the_other_each_with_its_time()
    {
        (string Expected, Func<BootStory> Story)[] moments =
        [
            ("PoweredOn", () => Story()),
            ("Firmware", () => Story().Wait(60).Discover()),
            ("Environment", () => Story().UpToKernel()),
            ("Environment", () => Story().UpToAgent()),
            ("Image 40", () => Image(Story().UpToAgent(), 40)),
            ("Restart", () => Story().UpToHandover()),
            ("FirstBoot modules-config", () => Story().UpToHandover().Wait(60)
                .Event(EventLevel.Debug, "cloud-init", "cloudinit modules-config/config-locale: running")),
            ("Deployed", () => Deployed(Story().UpToHandover().Wait(60))),
        ];
        foreach (var (expected, story) in moments)
        {
            var progress = Of(story());
            var current = progress.Current!; // a deployment has begun
            $"{current.Stage} {current.Percent}{current.Detail}".Trim().Should().Be(expected);
            progress.Steps.Select(step => step.Stage).Should().Equal(Enum.GetValues<DeploymentStage>());
            progress.Steps.TakeWhile(step => step.IsReached).Should().HaveCount((int)current.Stage + 1);
            progress.Steps.Select(step => step.At).OfType<DateTimeOffset>().Should().BeInAscendingOrder();
        }
    }

    [Fact]
    public void A_step_that_was_not_observed_is_reached_without_a_time_when_a_later_one_is()
    {
        var progress = Of(Deployed(Story().Is(machine => machine with { Netboot = false })
            .Event(EventLevel.Info, "Network boot", "Boots from its disk from now on.")));

        progress.Steps.Should().OnlyContain(step => step.IsReached);
        progress.Steps[(int)DeploymentStage.Firmware].At.Should().BeNull();
    }

    [Fact]
    public void A_machine_that_is_not_deployed_has_no_steps()
    {
        DeploymentProgress.Of(Story().Machine with { Status = MachineStatus.Ready }, Story().Timeline).Steps.Should().BeEmpty();
        DeploymentProgress.Of(Story().Machine, []).Steps.Should().BeEmpty();
    }

    [Fact]
    public async Task Operations_show_what_runs_with_step_deadline_and_cause_and_are_cancelled()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        (await test.Core.Operations.ListAsync()).Should().BeEmpty();
        test.Power.Answer = action => action is PowerAction.TurnOn ? new MachinePowerResult.Failed("no route to host") : null;
        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        await test.SettleAsync(machine.Id);

        var operation = (await test.Core.Operations.ListAsync()).Should().ContainSingle().Subject;

        operation.Machine.Status.Should().Be(MachineStatus.Deploying);
        (operation.Step, operation.Percent).Should().Be(("Allocated", null));
        operation.Deadline.Should().Be(operation.Since + TimeSpan.FromMinutes(30));
        operation.PowerFailure.Should().Be("no route to host");
        operation.Explanation!.Rule.Should().Be("bmc-unreachable");

        test.Power.Answer = _ => null;
        (await test.Core.Operations.CancelAsync(machine.Id, null)).Should().BeOfType<CommandResult.Done>();
        (await test.Core.Operations.ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_delivery_of_an_image_shows_in_the_status_message_and_renews_the_deadline()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        await test.SettleAsync(machine.Id);
        test.Clock.Advance(TimeSpan.FromMinutes(20));
        await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(0));

        machine = await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(30));

        machine.StatusMessage.Should().Be("Writing the image: 30 %");
        machine.Deadline.Should().Be(test.Clock.GetUtcNow() + TimeSpan.FromMinutes(30));
        var current = (await test.Core.Operations.ProgressAsync(machine)).Current!; // it is being deployed
        (current.Stage, current.Percent, current.At).Should().Be((DeploymentStage.Image, 30, test.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_transfer_that_comes_no_further_renews_no_deadline_and_writes_one_event_a_tenth()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync();
        var machine = await test.ReadyAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Deploy("bob"));
        await test.SettleAsync(machine.Id);
        await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(0));
        var deadline = (await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(30))).Deadline;
        for (var request = 0; request < 10; request++)
        {
            test.Clock.Advance(TimeSpan.FromMinutes(1));
            machine = await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(request % 2 == 0 ? 30 : 20) { IsResumed = true });
            machine = await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(0));
        }

        machine.Deadline.Should().Be(deadline);
        machine = await test.DoAsync(machine.Id, new MachineReport.ImageDelivered(40) { IsResumed = true });

        machine.Deadline.Should().Be(test.Clock.GetUtcNow() + TimeSpan.FromMinutes(30), "it came further");
        machine.Deployment!.ImageProgress.Should().Be(new ImageProgress(40, 11, 40));
        (await test.Core.Operations.ProgressAsync(machine)).Current!.Percent.Should().Be(40);
        (await test.Core.Events.QueryAsync(new EventQuery { MachineIds = [machine.Id] })).Select(happened => happened.Note.Description)
            .Where(text => text.Contains("broke off")).Should().BeEquivalentTo(
                "The transfer of custom/debian-12 broke off and goes on at 30 %.",
                "The transfer of custom/debian-12 broke off and goes on at 40 % (11 times so far).");
    }

    private static BootStory Story() => new();

    private static BootStory Image(BootStory story, int percent) => story.Event(EventLevel.Debug, "Image", "The machine fetches one.")
        .Is(machine => machine with { StatusMessage = $"Writing the image: {percent} %" });

    private static BootStory Deployed(BootStory story) => story.Event(EventLevel.Info, "Deployed", "Deploying → Deployed.")
        .Is(machine => machine with { Status = MachineStatus.Deployed, Deadline = null });

    private static DeploymentProgress Of(BootStory story) => DeploymentProgress.Of(story.Machine, story.Timeline);
}
