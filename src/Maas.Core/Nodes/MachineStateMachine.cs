using System.Diagnostics;
using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <summary>The functional core: what a command does to a machine, without a clock, a store or a wire.</summary>
internal static partial class MachineStateMachine
{
    /// <summary>Decides on a command or a report.</summary>
    /// <param name="machine">The machine as it is.</param>
    /// <param name="input">A command or a report.</param>
    /// <param name="now">The time; deadlines are counted from it.</param>
    /// <param name="deadlines">How long each status may wait; <see langword="null"/> for MAAS's own times.</param>
    public static Decision Decide(Machine machine, MachineInput input, DateTimeOffset now, MachineDeadlines? deadlines = null)
    {
        var move = new TransitionBuilder(machine, input, now, deadlines ?? new MachineDeadlines());
        if (machine.Locked && IsRefusedWhileLocked(input))
            return move.Refused(
                NameOf(input), $"The machine is locked; it is in the '{machine.Status.DisplayName}' state.", RefusalKind.Locked);

        return input switch
        {
            MachineCommand.Accept => Accept(move),
            MachineCommand.Commission commission => Commission(move, commission),
            MachineCommand.Test test => Test(move, test),
            MachineCommand.Allocate allocate => Allocate(move, allocate),
            MachineCommand.Deploy deploy => Deploy(move, deploy),
            MachineCommand.Release release => Release(move, release),
            MachineCommand.Abort => Abort(move),
            MachineCommand.MarkBroken => MarkBroken(move),
            MachineCommand.MarkFixed => Simple(move, MachineAction.MarkFixed, "mark fixed"),
            MachineCommand.OverrideFailedTesting => Simple(move, MachineAction.OverrideFailedTesting, "override failed testing"),
            MachineCommand.Lock => SetLocked(move, true),
            MachineCommand.Unlock => SetLocked(move, false),
            MachineCommand.EnterRescueMode => EnterRescueMode(move),
            MachineCommand.ExitRescueMode => ExitRescueMode(move),
            MachineCommand.TurnOn turnOn => TurnOn(move, turnOn),
            MachineCommand.TurnOff off => PowerOnly(move, off.Soft ? PowerAction.ShutDown : PowerAction.TurnOff),
            MachineCommand.QueryPower => PowerOnly(move, PowerAction.Query),
            MachineCommand.BootMedia boot => BootMedia(move, boot),
            MachineCommand.EjectMedia => EjectMedia(move),
            MachineReport.Signal signal => Signal(move, signal),
            MachineReport.BmcFound found => BmcFound(move, found),
            MachineReport.ImageDelivered delivered => ImageDelivered(move, delivered),
            MachineReport.NetbootOff => Netboot(move, false),
            MachineReport.NetbootOn => Netboot(move, true),
            MachineReport.UserDataFetched => UserDataFetched(move),
            MachineReport.HardwareReported => HardwareReported(move),
            MachineReport.StageFinished stage => StageFinished(move, stage),
            WorkerReport.DeadlinePassed passed => DeadlinePassed(move, passed),
            WorkerReport.Explained explained => Explained(move, explained),
            WorkerReport.PowerDone done => PowerDone(move, done),
            WorkerReport.PowerFailed failed => PowerFailed(move, failed),
            _ => throw new UnreachableException(),
        };
    }

    private static bool IsRefusedWhileLocked(MachineInput input) => input
        is MachineCommand.Commission or MachineCommand.Test or MachineCommand.Allocate or MachineCommand.Deploy or MachineCommand.Release
        or MachineCommand.Abort or MachineCommand.MarkBroken or MachineCommand.MarkFixed or MachineCommand.OverrideFailedTesting
        or MachineCommand.EnterRescueMode or MachineCommand.ExitRescueMode or MachineCommand.TurnOn or MachineCommand.TurnOff
        or MachineCommand.BootMedia or MachineCommand.EjectMedia;

    internal static string NameOf(MachineInput input) => input.GetType().Name;

    private static Decision.Refused WrongStatus(TransitionBuilder move, string action) =>
        move.Refused(action, $"Cannot {action} a machine that is in the '{move.Machine.Status.DisplayName}' state.");

    private static Decision Simple(TransitionBuilder move, MachineAction action, string name) =>
        move.TryMove(action) ? move.Done() : WrongStatus(move, name);

    private static Decision Accept(TransitionBuilder move) => move.Machine.Status switch
    {
        MachineStatus.Commissioning or MachineStatus.Ready => move.Done(),
        MachineStatus.New => Commission(move, new MachineCommand.Commission()),
        var status => move.Refused("accept", $"Cannot accept node enlistment: node {move.Machine.Id} is in state {status.DisplayName}."),
    };

    private static Decision Commission(TransitionBuilder move, MachineCommand.Commission command)
    {
        if (!move.TryMove(MachineAction.Commission)) return WrongStatus(move, "commission");
        move.BeginOperation();
        move.Machine = move.Machine with
        {
            SkipNetworking = command.SkipNetworking, SkipStorage = command.SkipStorage, SkipBmcConfig = command.SkipBmcConfig,
            SshEnabledBy = command.EnableSsh ? move.Input.By : null,
        };
        move.ForgetOwner();
        move.Add(new MachineEffect.RevokeCredentials());
        move.Add(new MachineEffect.CloseScripts(ScriptStatus.Aborted));
        move.Add(new MachineEffect.ScheduleScripts(ScriptKind.Commissioning)
        {
            Names = command.CommissioningScripts, Values = command.ScriptValues,
        });
        move.Add(new MachineEffect.ScheduleScripts(ScriptKind.Testing) { Names = command.TestingScripts, Values = command.ScriptValues });
        move.Restart();
        return move.Done();
    }

    private static Decision Test(TransitionBuilder move, MachineCommand.Test command)
    {
        // Commissioning goes over into testing by the machine's own report, never by a person's wish.
        if (move.Machine.Status is MachineStatus.Commissioning || !move.TryMove(MachineAction.Test)) return WrongStatus(move, "test");
        move.BeginOperation();
        move.Machine = move.Machine with { SshEnabledBy = command.EnableSsh ? move.Input.By : null };
        move.Add(new MachineEffect.CloseScripts(ScriptStatus.Aborted));
        move.Add(new MachineEffect.ScheduleScripts(ScriptKind.Testing) { Names = command.TestingScripts, Values = command.ScriptValues });
        move.Restart();
        return move.Done();
    }

    private static Decision Abort(TransitionBuilder move)
    {
        var stopped = move.Machine.Status;
        if (move.Machine.WaitsForPower || !move.TryMove(MachineAction.Abort, $"{stopped.DisplayName} was aborted."))
            return move.Refused("abort", $"Cannot abort in current state: nothing to abort in the '{stopped.DisplayName}' state.");
        move.Add(new MachineEffect.CloseScripts(ScriptStatus.Aborted));
        if (stopped is MachineStatus.Deploying)
        {
            move.Machine = move.Machine with { Deployment = null, Netboot = true };
            move.Add(new MachineEffect.ForgetUserData());
            move.Add(new MachineEffect.RevokeCredentials());
        }

        if (move.Machine.Status is MachineStatus.Deployed) move.Restart();
        else move.Add(new MachineEffect.Power(PowerAction.TurnOff));
        return move.Done();
    }

    private static Decision MarkBroken(TransitionBuilder move)
    {
        var busy = move.Machine.Deadline is not null;
        if (!move.TryMove(MachineAction.MarkBroken, move.Input.UsersReason ?? "")) return WrongStatus(move, "mark broken");
        if (busy)
        {
            move.Add(new MachineEffect.CancelPower());
            move.Add(new MachineEffect.CloseScripts(ScriptStatus.Aborted));
            move.Add(new MachineEffect.Power(PowerAction.TurnOff));
        }

        // An installed system stays its owner's, so that marking it fixed gives it back; anything less ends here.
        if (!move.Machine.IsInstalled)
        {
            move.ForgetOwner();
            move.Add(new MachineEffect.RevokeCredentials());
        }

        return move.Done();
    }

    private static Decision SetLocked(TransitionBuilder move, bool locked)
    {
        if (move.Machine.Locked == locked)
        {
            return move.Refused(locked ? "lock" : "unlock", locked ? "Machine is already locked" : "Machine is not locked");
        }

        move.Machine = move.Machine with { Locked = locked };
        move.Note(EventLevel.Info, locked ? "Locked" : "Unlocked", locked ? "Locked." : "Unlocked.");
        return move.Done();
    }

    private static Decision EnterRescueMode(TransitionBuilder move)
    {
        if (!move.TryMove(MachineAction.EnterRescueMode)) return WrongStatus(move, "enter rescue mode on");
        move.BeginOperation();
        move.Machine = move.Machine with { RescuedBy = move.Input.By };
        move.Restart();
        return move.Done();
    }

    private static Decision ExitRescueMode(TransitionBuilder move)
    {
        if (!move.TryMove(MachineAction.ExitRescueMode)) return WrongStatus(move, "exit rescue mode on");
        if (move.Machine.CameFrom is MachineStatus.Deployed) move.Restart(finishes: true);
        else move.Add(new MachineEffect.Power(PowerAction.TurnOff, Finishes: true));
        return move.Done();
    }
}
