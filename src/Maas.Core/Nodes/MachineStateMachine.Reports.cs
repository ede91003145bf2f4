using System.Globalization;
using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <content>What a machine reports about itself, and what is not heard of it.</content>
internal static partial class MachineStateMachine
{
    /// <summary>The type of the event with which the delivery of an image begins.</summary>
    internal const string ImageEvent = "Image";

    /// <summary>How a status message says how much of an image was delivered, before the number.</summary>
    internal const string ImageMessage = "Writing the image: ";

    private const int LongestWords = 1000;

    private static Decision Signal(TransitionBuilder move, MachineReport.Signal signal)
    {
        if (move.Machine.MayStillRunItsOwnersSystem)
            return move.Refused("signal", $"The machine has not booted for the '{move.Machine.Status.DisplayName}' state yet.");

        switch (move.Machine.Status)
        {
            case MachineStatus.Commissioning or MachineStatus.Testing:
                SignalScripts(move, signal);
                return move.Done();
            case MachineStatus.Deploying when signal.Report is SignalReport.Failed:
                move.Fail(WithScripts(Words(signal.Error, "Installation failed."), signal.FailedScripts));
                return move.Done();
            case MachineStatus.Deploying when signal is { Report: SignalReport.Ok, FailedScripts.Count: > 0 }:
                move.Fail(WithScripts(Words(signal.Error, ""), signal.FailedScripts));
                return move.Done();
            case MachineStatus.Deploying:
                ShowProgress(move, signal);
                if (signal.Report is SignalReport.Ok && move.Machine.IsEphemeral)
                {
                    move.Add(new MachineEffect.CloseScripts(ScriptStatus.Skipped));
                    FinishDeployment(move);
                }
                else if (signal.Report is SignalReport.Ok)
                {
                    move.Add(new MachineEffect.CloseScripts(ScriptStatus.Skipped));
                    move.Note(EventLevel.Info, "Installed", "The installer is done.");
                }

                return move.Done();
            case MachineStatus.Releasing when signal.Report is SignalReport.Failed:
                move.Fail(WithScripts(Words(signal.Error, "Releasing failed."), signal.FailedScripts));
                return move.Done();
            case MachineStatus.Releasing when move.Machine.ReleaseTask is { } task:
                SignalRelease(move, signal, task);
                return move.Done();
            case MachineStatus.DiskErasing:
                SignalErase(move, signal);
                return move.Done();
            case MachineStatus.EnteringRescueMode when signal.Report is SignalReport.Failed:
                move.Fail(Words(signal.Error, "Rescue mode failed."));
                return move.Done();
            case MachineStatus.EnteringRescueMode:
                move.TryMove(MachineAction.Finish, Words(signal.Error, ""));
                return move.Done();

            // At a later boot, which the machine's status does not wait for.
            case MachineStatus.Deployed when move.Machine.IsEphemeral && signal.Report is SignalReport.Failed:
                move.Note(EventLevel.Error, "Node report", Words(signal.Error, "The system could not be started in memory."));
                return move.Done();

            // Late or repeated reports of something that is over.
            case MachineStatus.New or MachineStatus.Releasing or MachineStatus.RescueMode or MachineStatus.Deployed or MachineStatus.Broken
                or MachineStatus.Ready
                or MachineStatus.FailedCommissioning or MachineStatus.FailedDeployment or MachineStatus.FailedEnteringRescueMode
                or MachineStatus.FailedTesting:
                return move.Done();
            case var status:
                return move.Refused("signal", $"Machine status isn't valid (status is {status.DisplayName})");
        }
    }

    private static void SignalScripts(TransitionBuilder move, MachineReport.Signal signal)
    {
        switch (signal.Report)
        {
            case SignalReport.Working:
                ShowProgress(move, signal);
                break;
            case SignalReport.Testing when move.Machine.Status is MachineStatus.Commissioning:
                move.TryMove(MachineAction.Test);
                break;
            case SignalReport.Testing:
                ShowProgress(move, signal);
                break;
            case SignalReport.Failed:
                BeginTestsIfOneFailed(move, signal);
                move.Fail(
                    WithScripts(Words(signal.Error, $"{move.Machine.Status.DisplayName} failed."), signal.FailedScripts),
                    turnOff: move.Machine.SshEnabledBy is null);
                break;
            case SignalReport.Ok when signal.FailedScripts.Count > 0:
                BeginTestsIfOneFailed(move, signal);
                move.Fail(WithScripts(Words(signal.Error, ""), signal.FailedScripts), turnOff: move.Machine.SshEnabledBy is null);
                break;
            default:
                move.TryMove(MachineAction.Finish);
                move.Add(new MachineEffect.CloseScripts(ScriptStatus.Skipped));
                if (move.Machine.SshEnabledBy is { } user)
                    move.Note(
                        EventLevel.Info, "Stays on", $"The machine stays on, and {user} may sign in over SSH, until it is turned off.");
                else if (move.Machine.Status is MachineStatus.Deployed) move.Restart();
                else move.Add(new MachineEffect.Power(PowerAction.TurnOff));
                break;
        }
    }

    /// <summary>
    /// An agent says TESTING before its first test. One that does not (an older environment) must not end in Failed commissioning because
    /// of a
    /// failed test: the inventory is there, and a person may override the test.
    /// </summary>
    private static void BeginTestsIfOneFailed(TransitionBuilder move, MachineReport.Signal signal)
    {
        if (move.Machine.Status is MachineStatus.Commissioning && signal.OnlyTestsFailed) move.TryMove(MachineAction.Test);
    }

    private static void SignalRelease(TransitionBuilder move, MachineReport.Signal signal, ReleaseTask task)
    {
        switch ((task, signal.Report))
        {
            case (ReleaseTask.Scripts, SignalReport.Ok) when signal.FailedScripts.Count > 0:
                move.Fail(WithScripts(Words(signal.Error, ""), signal.FailedScripts));
                break;
            case (ReleaseTask.Scripts, SignalReport.Ok) when move.Machine.Erase is not null:
                move.Add(new MachineEffect.CloseScripts(ScriptStatus.Skipped));
                move.Machine = move.Machine with { ReleaseTask = ReleaseTask.Erase, StatusMessage = "" };
                move.RenewDeadline();
                move.Note(EventLevel.Info, "Releasing", "The release scripts have passed; the disks are erased next.");
                break;
            case (ReleaseTask.Scripts, SignalReport.Ok):
                move.Add(new MachineEffect.CloseScripts(ScriptStatus.Skipped));
                move.TryMove(MachineAction.Finish, "The release scripts have passed.");
                move.Add(new MachineEffect.Power(PowerAction.TurnOff));
                break;
            case (ReleaseTask.Erase, SignalReport.Erased):
                move.TryMove(MachineAction.Finish, "The disks are erased.");
                move.Add(new MachineEffect.Power(PowerAction.TurnOff));
                break;
            default:
                // A repeated end of the scripts is a sign of life, and not the end of the erasure.
                ShowProgress(move, signal);
                break;
        }
    }

    private static void SignalErase(TransitionBuilder move, MachineReport.Signal signal)
    {
        switch (signal.Report)
        {
            case SignalReport.Erased:
                move.TryMove(MachineAction.Finish, "The disks are erased.");
                move.Add(new MachineEffect.Power(PowerAction.TurnOff));
                break;
            case SignalReport.Failed:
                move.Fail(Words(signal.Error, "Erasing the disks failed."));
                break;
            default:
                // An OK that does not say that the disks are erased may be that of another task.
                ShowProgress(move, signal);
                break;
        }
    }

    /// <summary>A sign of life. MAAS's runner says in <c>error</c> what it does at present; an empty text ends that.</summary>
    private static void ShowProgress(TransitionBuilder move, MachineReport.Signal signal)
    {
        move.RenewDeadline();
        if (signal.Error is { } words) move.Machine = move.Machine with { StatusMessage = Words(words, "") };
    }

    // More of the image is a sign of life; it is not the machine that says it, but only the machine has the key to fetch the image. A
    // machine that asks again and again without coming further fails at its deadline, and its breaks are one event a tenth of the image.
    private static Decision ImageDelivered(TransitionBuilder move, MachineReport.ImageDelivered delivered)
    {
        if (move.Machine is not { Status: MachineStatus.Deploying, Netboot: true, Deployment: { Image: { } image } deployment })
            return move.Done();
        var percent = Math.Clamp(delivered.Percent, 0, 100);
        var shown = string.Create(CultureInfo.InvariantCulture, $"{percent} %");
        var before = deployment.ImageProgress;
        var progress = before ?? new ImageProgress(percent);
        if (delivered.IsResumed)
        {
            progress = progress with { Breaks = progress.Breaks + 1 };
            if (progress.NotedAt is not { } noted || percent / 10 > noted / 10)
            {
                progress = progress with { NotedAt = percent };
                var count = progress.Breaks > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({progress.Breaks} times so far)") : "";
                move.Note(EventLevel.Info, ImageEvent, $"The transfer of {image.Name} broke off and goes on at {shown}{count}.");
            }
        }
        else if (before is null && percent == 0)
        {
            move.Note(EventLevel.Debug, ImageEvent, $"The machine fetches {image.Name}.");
        }

        progress = progress with { Percent = Math.Max(progress.Percent, percent) };
        move.Machine = move.Machine with
        {
            StatusMessage = ImageMessage + shown, Deployment = deployment with { ImageProgress = progress },
        };
        if (before is null || progress.Percent > before.Percent) move.RenewDeadline();
        return move.Done();
    }

    // Only the environment that the machine booted for this commissioning has the key.
    private static Decision BmcFound(TransitionBuilder move, MachineReport.BmcFound found)
    {
        if (!move.Machine.ConfiguresBmc)
            return move.Refused("set the power type of", "Commissioning does not change how this machine is turned on and off.");
        if (found.Fault is { } fault)
        {
            move.Note(EventLevel.Warning, "Power", $"The management controller that the machine reported is not used: {fault}");
            return move.Done();
        }

        var isNew = !move.Machine.Power.HasSameValuesAs(found.Power);
        move.Machine = move.Machine with { Power = found.Power, PowerDetected = true };
        if (isNew)
            move.Note(
                EventLevel.Info, "Power",
                $"The machine has set up its management controller; its power type is {found.Power.Type} from now on.");
        return move.Done();
    }

    private static Decision Netboot(TransitionBuilder move, bool on)
    {
        // A system in memory has no disk to boot from.
        if (move.Machine.Netboot == on || (move.Machine.IsEphemeral && !on)) return move.Done();
        move.Machine = move.Machine with { Netboot = on };
        if (move.Machine.Status is MachineStatus.Deploying) move.RenewDeadline();
        if (!on) move.EndInstallersTokens();
        move.Note(EventLevel.Info, "Network boot", on ? "Boots from the network again." : "Boots from its disk from now on.");
        return move.Done();
    }

    private static Decision UserDataFetched(TransitionBuilder move)
    {
        if (move.Machine is { Status: MachineStatus.Deploying, RunsDeployedSystem: true }) FinishDeployment(move);
        return move.Done();
    }

    private static Decision HardwareReported(TransitionBuilder move)
    {
        // The first report may come before cloud-init has ended.
        if (move.Machine is not { Status: MachineStatus.Deployed or MachineStatus.Deploying, RunsDeployedSystem: true }
            || move.Machine.Deployment is not { HardwareSync: { } sync } deployment)
            return move.Refused("sync hardware", "The machine is not deployed with hardware sync.");
        if (sync.LastSync is { } last && move.Now - last < HardwareSync.ShortestInterval / 2)
            return move.Refused("sync hardware", "The machine has reported its hardware just now.");
        move.Machine = move.Machine with { Deployment = deployment with { HardwareSync = sync with { LastSync = move.Now } } };
        return move.Done();
    }

    private static Decision StageFinished(TransitionBuilder move, MachineReport.StageFinished stage)
    {
        // Only whole stages end something; cloud-init also reports each of their parts, as "stage/part".
        var status = move.Machine.Status;
        var whole = !stage.Stage.Contains('/', StringComparison.Ordinal);
        if (!stage.Succeeded)
        {
            var words = $"'{Words(stage.Stage, "a stage")}' failed: {Words(stage.Detail, "no details given")}";
            if (whole && status is MachineStatus.Commissioning or MachineStatus.Deploying or MachineStatus.Releasing
                or MachineStatus.DiskErasing) move.Fail(words);
            else move.Note(EventLevel.Warning, "Node report", words);
        }
        else if (status is MachineStatus.Deploying)
        {
            if (move.Machine.RunsDeployedSystem && stage.Stage == "modules-final") FinishDeployment(move);
            else move.RenewDeadline();
        }
        else if (status is MachineStatus.DiskErasing)
        {
            // cloud-init ends in the same way when nothing was erased: only the agent's own word ends an erasure.
            move.RenewDeadline();
        }

        return move.Done();
    }

    private static void FinishDeployment(TransitionBuilder move)
    {
        if (!move.TryMove(MachineAction.Finish)) return;
        move.Machine = move.Machine with
        {
            Deployment = move.Machine.Deployment is { } deployment ? deployment with { FinishedAt = move.Now } : null,
            PowerState = MachinePowerState.On,
        };
    }

    private static Decision DeadlinePassed(TransitionBuilder move, WorkerReport.DeadlinePassed passed)
    {
        var machine = move.Machine;
        if (machine.Deadline is not { } deadline || deadline > move.Now) return move.Done();
        var minutes = Math.Round((deadline - machine.StatusSince).TotalMinutes);
        var words = $"Node operation '{machine.Status.DisplayName}' timed out after {minutes} minutes.";
        // Nothing was heard of it since it was turned on, so what went wrong then is the likely cause.
        if (machine is { CheckedIn: false, WaitsForBoot: true, PowerNote: { } note }) words += $" {note}";
        if (passed.PowerFailure is { } failure) words += $" Its power did not obey: {failure}";
        else words = LikelyCause.Append(words, passed.LikelyCause);
        if (!move.TryAgain(words)) move.Fail(words, ScriptStatus.TimedOut, turnOff: !machine.WaitsForPower);
        return move.Done();
    }

    // A message of the agent, or of the operation, stays in front.
    private static Decision Explained(TransitionBuilder move, WorkerReport.Explained explained)
    {
        if (move.Machine.Deadline is not null && move.Machine.StatusSince == explained.StatusSince)
            move.Machine = move.Machine with { StatusMessage = LikelyCause.Append(move.Machine.StatusMessage, explained.Cause) };
        return move.Done();
    }

    private static Decision PowerDone(TransitionBuilder move, WorkerReport.PowerDone done)
    {
        if (done.Effect.Action is PowerAction.EjectMedia)
        {
            move.Machine = move.Machine with { BootMedia = null };
            return move.Done();
        }

        if (done is { Effect.Action: PowerAction.Query, State: MachinePowerState.Off }
            && move.Machine is { PowerState: MachinePowerState.On, WaitsForBoot: true })
            move.Note(EventLevel.Warning, "Power", "The machine is off, and the operation waits for its boot.");
        move.Machine = move.Machine with { PowerState = done.State };
        if (done.Effect.Action is PowerAction.TurnOn) move.Machine = move.Machine with { PowerNote = done.Note };
        var isOff = done.Effect.Action is PowerAction.TurnOff or PowerAction.ShutDown;
        // the machine is turned off before its operation boots it, too
        if (isOff && !move.Machine.Status.WaitsForBoot) move.Machine = move.Machine with { SshEnabledBy = null };
        // an operation may turn the machine off at its beginning and at its end
        if (done.Note is { } note && !(isOff && note == move.Machine.PowerOffNote))
        {
            if (isOff) move.Machine = move.Machine with { PowerOffNote = note };
            move.Note(EventLevel.Warning, "Power", note);
            if (done.Effect.Action is PowerAction.TurnOn && move.Machine is { CheckedIn: false, WaitsForBoot: true })
                move.Machine = move.Machine with { StatusMessage = note };
        }

        // A wake-up packet may be lost, or come while the machine is still switching itself off, and is not acknowledged.
        if (done is { Effect.Action: PowerAction.TurnOn, State: MachinePowerState.Unknown, Note: null }
            && move.Machine is { CheckedIn: false, WaitsForBoot: true })
            move.Add(new MachineEffect.Power(PowerAction.TurnOn, Repeats: true));
        if (done.Effect.Finishes && move.Machine.WaitsForPower)
            move.TryMove(MachineAction.Finish);
        return move.Done();
    }

    private static Decision PowerFailed(TransitionBuilder move, WorkerReport.PowerFailed failed)
    {
        var words = failed.Effect.Action switch
        {
            PowerAction.TurnOn => $"Powering on failed: {failed.Reason}",
            PowerAction.TurnOff => $"Powering off failed: {failed.Reason}",
            PowerAction.ShutDown => $"Shutting down failed: {failed.Reason}",
            PowerAction.BootMedia => $"Starting from virtual media failed: {failed.Reason}",
            PowerAction.EjectMedia => $"Ejecting the virtual media failed: {failed.Reason}",
            _ => $"Querying the power failed: {failed.Reason}",
        };
        if (failed.Effect.Action is PowerAction.EjectMedia)
        {
            // The operation goes on without: the next one tries again.
            move.Note(EventLevel.Warning, "Power", words);
            return move.Done();
        }

        move.Machine = move.Machine with { PowerState = MachinePowerState.Error };
        if (failed.Effect.Action is not PowerAction.Query && move.Machine.Deadline is not null) move.Fail(words, turnOff: false);
        else move.Note(EventLevel.Error, "Power", words);
        return move.Done();
    }

    /// <summary>A machine's own words, which may be anything.</summary>
    private static string Words(string? given, string otherwise) =>
        LogText.From(given ?? "", LongestWords) is { Length: > 0 } words ? words : otherwise;

    // An agent's own words may name the scripts already ("failed: 00-maas-inventory").
    private static string WithScripts(string words, IReadOnlyList<string> scripts) =>
        scripts.All(script => words.Contains(script, StringComparison.Ordinal))
            ? words
            : $"{words} Failed scripts: {string.Join(", ", scripts)}.".TrimStart();
}
