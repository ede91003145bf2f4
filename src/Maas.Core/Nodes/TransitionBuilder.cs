using Maas.Core.Events;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Core.Nodes;

/// <summary>A decision in the making: the machine as it will be, with its events and effects so far.</summary>
internal sealed class TransitionBuilder(Machine machine, MachineInput input, DateTimeOffset now, MachineDeadlines deadlines)
{
    private readonly MachineStatus _from = machine.Status;
    private readonly List<EventNote> _events = [];
    private readonly List<MachineEffect> _effects = [];

    public Machine Machine { get; set; } = machine;

    public MachineInput Input => input;

    public DateTimeOffset Now => now;

    /// <summary>Goes where the table says; <see langword="false"/> when it says nothing.</summary>
    public bool TryMove(MachineAction action, string message = "", EventLevel level = EventLevel.Info)
    {
        var status = Machine.Status;
        if (MachineLifecycle.Next(status, action, Origin(action)) is not { } next) return false;

        Machine = Machine with
        {
            Status = next,
            StatusSince = now,
            StatusMessage = message,
            Deadline = now + deadlines.For(next),
            CameFrom = Interrupted(status, action, next),
            // It tells what a release failed in.
            ReleaseTask = next is MachineStatus.FailedReleasing ? Machine.ReleaseTask : null,
            RescuedBy = next is MachineStatus.RescueMode ? Machine.RescuedBy : null,
        };
        if (next is MachineStatus.Ready or MachineStatus.New) ForgetOwner();
        Note(level, next.DisplayName, message.Length > 0 ? message : $"{status.DisplayName} → {next.DisplayName}.");
        return true;
    }

    /// <summary>Ends a waiting status in its failure, and turns the machine off unless it was the power that failed.</summary>
    public void Fail(string message, ScriptStatus scripts = ScriptStatus.Aborted, bool turnOff = true)
    {
        if (!TryMove(MachineAction.Fail, message, EventLevel.Error)) return;
        EndInstallersTokens();
        Add(new MachineEffect.CancelPower());
        Add(new MachineEffect.CloseScripts(scripts));
        if (turnOff) Add(new MachineEffect.Power(PowerAction.TurnOff));
    }

    /// <summary>A new operation begins: its events and scripts carry the command's id, and boot tokens of earlier ones end.</summary>
    public void BeginOperation()
    {
        Machine = Machine with
        {
            OperationId = input.OperationId, CheckedIn = false, PowerOffNote = null, Retries = 0, SshEnabledBy = null,
        };
        Add(new MachineEffect.RevokeBootTokens());
    }

    /// <summary>
    /// Begins the operation anew if it is one that boots the machine, and retries are left; <see langword="false"/> when it is not.
    /// </summary>
    public bool TryAgain(string why)
    {
        if (!Machine.Status.WaitsForBoot || Machine.Retries >= deadlines.Retries || Machine.OperationId is not { } operation) return false;
        var (retries, ssh) = (Machine.Retries + 1, Machine.SshEnabledBy);
        BeginOperation();
        Machine = Machine with
        {
            Retries = retries, SshEnabledBy = ssh, StatusSince = now, StatusMessage = $"Retry {retries} of {deadlines.Retries}.",
            Netboot = Machine.Status is MachineStatus.Deploying || Machine.Netboot,
            Deployment = Machine.Deployment is { ImageProgress: not null } deployment ? deployment with { ImageProgress = null }
                : Machine.Deployment,
        };
        RenewDeadline();
        Add(new MachineEffect.CancelPower());
        // An installed system that is only tested, or looked at, keeps its key.
        if (!Machine.IsInstalled) Add(new MachineEffect.RevokeCredentials());
        Add(new MachineEffect.CloseScripts(ScriptStatus.TimedOut));
        Add(new MachineEffect.RepeatScripts(operation));
        Note(EventLevel.Warning, "Retry", $"{why} It is begun anew: retry {retries} of {deadlines.Retries}.");
        Restart();
        return true;
    }

    /// <summary>An installer's boot tokens last as long as it may ask for its answer files.</summary>
    public void EndInstallersTokens()
    {
        if (Machine.Deployment?.Recipe is not null) Add(new MachineEffect.RevokeBootTokens());
    }

    public void RenewDeadline() => Machine = Machine with { Deadline = now + deadlines.For(Machine) };

    public void ForgetOwner()
    {
        if (Machine.Deployment is not null) Add(new MachineEffect.ForgetUserData());
        Machine = Machine with
        {
            Owner = null,
            AllocatedByToken = null,
            AgentName = "",
            OwnerData = new Dictionary<string, string>(),
            Deployment = null,
            Erase = null,
            Locked = false,
            IpAddresses = [],
            Netboot = true,
        };
    }

    /// <summary>
    /// Off, then on: whatever runs there, the machine starts afresh. Two steps, so that a crash between them repeats neither wrongly.
    /// </summary>
    public void Restart(bool finishes = false)
    {
        Add(new MachineEffect.Power(PowerAction.TurnOff));
        EjectBootMedia();
        Add(new MachineEffect.Power(PowerAction.TurnOn, finishes));
    }

    /// <summary>Ejects the image from which a person started the machine, if there may be one: firmware might boot it again.</summary>
    public void EjectBootMedia()
    {
        if (Machine.BootMedia is not null) Add(new MachineEffect.Power(PowerAction.EjectMedia));
    }

    public void Add(MachineEffect effect) => _effects.Add(effect);

    public void Note(EventLevel level, string type, string description) =>
        _events.Add(new EventNote(level, type, input.UsersReason is { Length: > 0 } comment ? $"{description} ({comment})"
        : description, input.By));

    public Decision.Refused Refused(string action, string reason, RefusalKind because = RefusalKind.Status) =>
        new(_from, action, reason, because);

    public Decision.Moved Done()
    {
        if (Machine.Power.IsManual) LeavePowerToThePerson();
        return new Decision.Moved(Machine, _events, _effects);
    }

    private void LeavePowerToThePerson()
    {
        var power = _effects.OfType<MachineEffect.Power>().ToList();
        if (power.Count == 0) return;
        _effects.RemoveAll(effect => effect is MachineEffect.Power);
        if (power.FindLast(effect => effect.Action is not (PowerAction.Query or PowerAction.EjectMedia)) is { } last)
            Note(EventLevel.Info, "Power",
                $"Turn the machine {(last.Action is PowerAction.TurnOn ? "on" : "off")} by hand: its power type is manual.");
        if (power.Exists(effect => effect.Finishes)) TryMove(MachineAction.Finish);
    }

    /// <summary>The status that decides where the end of an interruption leads.</summary>
    private MachineStatus? Origin(MachineAction action) => (Machine.Status, action) switch
    {
        (MachineStatus.Testing, MachineAction.Finish) or (_, MachineAction.MarkFixed or MachineAction.OverrideFailedTesting)
            when Machine.IsInstalled => MachineStatus.Deployed,
        _ => Machine.CameFrom,
    };

    private MachineStatus? Interrupted(MachineStatus status, MachineAction action, MachineStatus next) => (action, next) switch
    {
        (MachineAction.Test, _) => status is MachineStatus.Commissioning ? null : status,
        (MachineAction.EnterRescueMode, _) => status is MachineStatus.FailedEnteringRescueMode ? Machine.CameFrom : status,
        (_, MachineStatus.RescueMode or MachineStatus.ExitingRescueMode or MachineStatus.FailedEnteringRescueMode
            or MachineStatus.FailedExitingRescueMode) => Machine.CameFrom,
        _ => null,
    };
}
