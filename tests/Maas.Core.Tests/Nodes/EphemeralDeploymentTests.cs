using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

/// <summary>A system that runs in memory, from the deployment to the release.</summary>
public sealed class EphemeralDeploymentTests
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ImageReference Archive = new(1, 1, "custom/live", "squashfs", 300 << 20, new string('a', 64));
    private static readonly MachineCommand.Deploy InMemory = new("bob") { Ephemeral = true };

    private static readonly Machine Ready = new()
    {
        Id = SystemId.Parse("abc346"), Hostname = "one", Status = MachineStatus.Ready, MemoryMiB = 2048,
        Power = new PowerSettings("ipmi", new Dictionary<string, string>()),
    };

    private static MachineCommand.Deploy Environment => InMemory with
    {
        OsSystem = Deployment.EnvironmentSystem, DistroSeries = Deployment.EnvironmentSeries,
    };

    [Fact]
    public void A_machine_without_a_disk_runs_its_system_in_memory_at_each_boot()
    {
        var deploying = Move(Ready, InMemory with { Image = Archive, UserData = new byte[] { 1 } });
        deploying.Machine.Should().BeEquivalentTo(new { Status = MachineStatus.Deploying, Netboot = true });
        deploying.Machine.NextBoot.Should().Be(new BootIntent.Ephemeral(EphemeralTask.Run));
        deploying.Effects.Should().Contain(effect => effect is MachineEffect.KeepUserData).And
            .Contain(effect => effect is MachineEffect.ScheduleScripts, "deployment scripts run before its system starts");

        var deployed = Move(deploying.Machine, new MachineReport.UserDataFetched()).Machine;
        deployed.Should().BeEquivalentTo(new { Status = MachineStatus.Deployed, Netboot = true, IsInstalled = true });
        Move(deployed, new MachineReport.NetbootOff()).Machine.NextBoot.Should().Be(
            new BootIntent.Ephemeral(EphemeralTask.Run), "there is no disk to boot from");
        Move(deployed, new MachineReport.Signal(SignalReport.Ok, null)).Machine.Status.Should().Be(
            MachineStatus.Deployed, "it booted again");
        Move(deployed, new MachineReport.Signal(SignalReport.Failed, "the archive could not be mounted")).Events.Should()
            .ContainSingle().Which.Should().BeEquivalentTo(
                new { Level = EventLevel.Error, Description = "the archive could not be mounted" });
        Move(Move(deployed, new MachineCommand.MarkBroken()).Machine, new MachineCommand.MarkFixed()).Machine.Status.Should()
            .Be(MachineStatus.Deployed);

        var released = Move(deployed, new MachineCommand.Release());
        released.Machine.Should().BeEquivalentTo(new { Status = MachineStatus.Releasing, Deployment = (Deployment?)null });
        released.Effects.Should().Contain(new MachineEffect.Power(PowerAction.TurnOff, Finishes: true), "no disk is erased");
    }

    [Fact]
    public void The_environment_itself_and_a_system_without_cloud_init_are_deployed_when_the_agent_says_so()
    {
        var deploying = Move(Ready, Environment).Machine;
        deploying.Deployment.Should().BeEquivalentTo(new { OsSystem = "maas", DistroSeries = "ephemeral", Image = (ImageReference?)null });

        Move(deploying, new MachineReport.Signal(SignalReport.Working, null)).Machine.Status.Should().Be(MachineStatus.Deploying);
        Move(deploying, new MachineReport.Signal(SignalReport.Ok, null)).Machine.Should().BeEquivalentTo(
            new { Status = MachineStatus.Deployed, PowerState = MachinePowerState.On });
        Move(deploying, new MachineReport.Signal(SignalReport.Failed, "no room")).Machine.Status.Should()
            .Be(MachineStatus.FailedDeployment);
        Move(deploying, new MachineReport.StageFinished("modules-final", true, "")).Machine.Status.Should().Be(MachineStatus.Deployed);
    }

    [Fact]
    public void What_cannot_run_in_memory_is_refused_with_the_reason()
    {
        Refuse(InMemory with { Image = Archive with { FileType = "ddgz" } }).Should().StartWith("custom/live is an image of a disk. ");
        Refuse(InMemory with { Image = Archive with { Size = 4L << 30 } }).Should()
            .Be("Image custom/live has 4096 MiB and does not fit in the machine's memory of 2048 MiB.");
        Refuse(InMemory with { Recipe = "debian/bookworm" }).Should().StartWith("The installer of debian/bookworm writes to a disk");
        Refuse(Environment with { HandOver = true }).Should().Contain("cannot be handed over");
        Refuse(InMemory with { OsSystem = "ubuntu", DistroSeries = "noble" }).Should()
            .StartWith("There is no complete image 'ubuntu/noble' for ");
    }

    [Fact]
    public async Task Without_a_root_archive_the_default_is_the_environment_itself_and_what_is_named_is_never_replaced()
    {
        await using var test = await TestCore.OpenAsync();
        await test.UploadAsync(); // an image of a disk
        var machine = await test.ReadyAsync();

        var deployed = await test.DoAsync(machine.Id, InMemory);
        deployed.Deployment.Should().BeEquivalentTo(new { OsSystem = "maas", DistroSeries = "ephemeral", Ephemeral = true });
        await test.ReopenAsync();
        (await test.GetAsync(machine.Id)).Deployment!.Ephemeral.Should().BeTrue("it is stored");

        var other = await test.ReadyAsync("52:54:00:00:00:02");
        (await test.TellAsync(other.Id, InMemory with { OsSystem = "custom" })).Should().BeOfType<CommandResult.Refused>()
            .Which.Reason.Should().Contain("is an image of a disk");
    }

    private static string Refuse(MachineCommand.Deploy command) =>
        MachineStateMachine.Decide(Ready, command, Now).Should().BeOfType<Decision.Refused>().Subject.Reason;

    private static Decision.Moved Move(Machine machine, MachineInput input) =>
        MachineStateMachine.Decide(machine, input, Now).Should().BeOfType<Decision.Moved>().Subject;
}
