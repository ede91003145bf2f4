using Maas.Core.Events;

namespace Maas.Core.Nodes;

/// <summary>What a command comes to.</summary>
internal abstract record Decision
{
    private Decision() { }

    /// <summary>It is done: save the machine and the events, and do the effects. With no events and no effects nothing changed.</summary>
    /// <param name="Machine">The machine afterwards.</param>
    /// <param name="Events">What to write down.</param>
    /// <param name="Effects">What else must happen, in order.</param>
    public sealed record Moved(Machine Machine, IReadOnlyList<EventNote> Events, IReadOnlyList<MachineEffect> Effects) : Decision;

    /// <summary>The machine's state does not allow it.</summary>
    /// <param name="From">The status it is in.</param>
    /// <param name="Action">What was asked, in a word or two.</param>
    /// <param name="Reason">Why not, in a sentence that names the state.</param>
    /// <param name="Because">The kind of reason.</param>
    public sealed record Refused(MachineStatus From, string Action, string Reason, RefusalKind Because = RefusalKind.Status) : Decision;
}

/// <summary>Why a command was refused.</summary>
public enum RefusalKind
{
    /// <summary>The status does not allow it.</summary>
    Status,

    /// <summary>The machine is locked.</summary>
    Locked,

    /// <summary>Another user owns it, or it has no owner.</summary>
    Owner,

    /// <summary>There is no image, or no disk, to do it with.</summary>
    Missing,

    /// <summary>The actor has no permission for it on the machine as it is now.</summary>
    Permission,

    /// <summary>A subnet has no free address for one of its links.</summary>
    Address,
}
