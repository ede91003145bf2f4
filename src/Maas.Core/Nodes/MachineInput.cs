namespace Maas.Core.Nodes;

/// <summary>
/// Everything that can move a machine: a user's <see cref="MachineCommand"/>, a machine's <see cref="MachineReport"/>, or a report of
/// Core's
/// own workers. The set is closed.
/// </summary>
public abstract record MachineInput
{
    private protected MachineInput() { }

    /// <summary>User name of the actor; <see langword="null"/> for the machine and the system.</summary>
    internal string? By { get; init; }

    /// <summary>The id of the operation that begins with this input, if one does.</summary>
    internal Guid OperationId { get; init; }

    /// <summary>The user's reason, for the event.</summary>
    internal string? UsersReason => (this as MachineCommand)?.Comment;
}
