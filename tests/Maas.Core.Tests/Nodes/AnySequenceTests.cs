using CsCheck;
using Maas.Core.Nodes;
using Maas.Core.Inventory;
using Maas.Core.Power;

namespace Maas.Core.Tests.Nodes;

/// <summary>Whatever people and machines say, in whatever order, a machine's life stays within the table.</summary>
public class AnySequenceTests
{
    private static readonly ImageReference Image = new(1, 1, "custom/x", "ddgz", 10, new string('a', 64));
    private static readonly MachineEffect.Power TurnOff = new(PowerAction.TurnOff);

    private static readonly MachineInput[] Commands =
    [
        new MachineCommand.Accept(),
        new MachineCommand.Commission(),
        new MachineCommand.Test(),
        new MachineCommand.Allocate("bob"),
        new MachineCommand.Allocate("eve"),
        new MachineCommand.Deploy("bob") { Image = Image, UserData = new byte[] { 1 } },
        new MachineCommand.Deploy("eve"),
        new MachineCommand.Release(),
        new MachineCommand.Release { Erase = EraseMode.Full },
        new MachineCommand.Abort(),
        new MachineCommand.MarkBroken { Comment = "smoke" },
        new MachineCommand.MarkFixed(),
        new MachineCommand.Lock(),
        new MachineCommand.Unlock(),
        new MachineCommand.OverrideFailedTesting(),
        new MachineCommand.EnterRescueMode(),
        new MachineCommand.ExitRescueMode(),
        new MachineCommand.TurnOn(),
        new MachineCommand.TurnOff(),
        new MachineCommand.QueryPower(),
        new MachineCommand.BootMedia(new Uri("http://10.0.0.1/rescue.iso")),
        new MachineCommand.EjectMedia(),
        new MachineReport.Signal(SignalReport.Working, null),
        new MachineReport.Signal(SignalReport.Ok, null),
        new MachineReport.Signal(SignalReport.Ok, null) { FailedScripts = ["20-maas-disk-read"] },
        new MachineReport.Signal(SignalReport.Erased, null),
        new MachineReport.Signal(SignalReport.Failed, "broke"),
        new MachineReport.Signal(SignalReport.Testing, null),
        new MachineReport.NetbootOff(),
        new MachineReport.NetbootOn(),
        new MachineReport.UserDataFetched(),
        new MachineReport.StageFinished("modules-final", true, ""),
        new MachineReport.StageFinished("modules-config", false, "no"),
        new WorkerReport.DeadlinePassed(),
        new WorkerReport.PowerDone(TurnOff, MachinePowerState.Off, null),
        new WorkerReport.PowerDone(TurnOff with { Finishes = true }, MachinePowerState.Off, null),
        new WorkerReport.PowerFailed(TurnOff, "no answer"),
    ];

    [Fact]
    public void No_sequence_of_commands_leaves_the_table() =>
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, Commands.Length - 1], Gen.Int[0, 40]).List[1, 60]).Sample((manual, steps) =>
        {
            var machine = Newcomer(manual ? "manual" : "ipmi");
            var now = machine.Created;
            foreach (var (number, minutes) in steps)
            {
                now = now.AddMinutes(minutes);
                if (MachineStateMachine.Decide(
                    machine, Commands[number] with { OperationId = Guid.CreateVersion7(now) }, now) is not Decision.Moved moved) continue;
                CheckStep(machine, moved);
                machine = moved.Machine;
                CheckState(machine);
            }
        });

    private static void CheckStep(Machine before, Decision.Moved moved)
    {
        var reachable = new HashSet<MachineStatus> { before.Status };

        // A deployment allocates first, and a manual release finishes at once: at most two rows in one decision.
        for (var step = 0; step < 2; step++)
            reachable.UnionWith([.. MachineLifecycle.Table.Where(row => reachable.Contains(row.From)).Select(row => row.To)]);
        reachable.Should().Contain(moved.Machine.Status);
        if (moved.Machine.Status != before.Status) moved.Events.Should().NotBeEmpty("a move is written down");
        if (moved.Machine.Power.IsManual) moved.Effects.OfType<MachineEffect.Power>().Should().BeEmpty();
    }

    private static void CheckState(Machine machine)
    {
        (machine.Deadline is not null).Should().Be(new MachineDeadlines().For(machine.Status) is not null, $"{machine.Status} waits");
        if (machine.Status is MachineStatus.Ready or MachineStatus.New)
        {
            machine.Owner.Should().BeNull();
            machine.Deployment.Should().BeNull();
            machine.OwnerData.Should().BeEmpty();
        }

        if (machine.Status is MachineStatus.Allocated or MachineStatus.Deploying or MachineStatus.Deployed)
            machine.Owner.Should().NotBeNull();
        if (machine.Status is MachineStatus.Deployed) machine.IsInstalled.Should().BeTrue();
        if (machine.Status is MachineStatus.Deploying) machine.Deployment.Should().NotBeNull();
        if (machine.Power.IsManual) machine.Status.Should().NotBe(MachineStatus.Releasing).And.NotBe(MachineStatus.ExitingRescueMode);
        machine.NextBoot.Should().NotBeNull();
    }

    private static Machine Newcomer(string power) => new()
    {
        Id = SystemId.Parse("abc346"),
        Hostname = "one",
        Created = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero),
        Power = new PowerSettings(power, new Dictionary<string, string>()),
        Hardware = new Hardware { Disks = [new Disk { Name = "vda", Size = 1 << 30 }] },
    };
}
