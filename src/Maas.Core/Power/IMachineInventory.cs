namespace Maas.Core.Power;

/// <summary>
/// Reads what machines are made of from their controllers, without booting them. Who may read it is decided by the caller.
/// </summary>
/// <remarks><c>Maas.Hosting</c> implements it with the drivers of <c>Maas.Power</c>; the API and the dashboard use it.</remarks>
public interface IMachineInventory
{
    /// <summary>The power types that have an inventory, sorted, for messages.</summary>
    IReadOnlyList<string> PowerTypes { get; }

    /// <summary>Whether machines with these power settings have an inventory, without asking the hardware.</summary>
    /// <param name="target">The machine.</param>
    bool HasInventory(MachinePowerTarget target);

    /// <summary>
    /// Reads the inventory of a machine, which need not be on. Controllers are slow, and freeze when they are asked too often: an
    /// implementation answers with an earlier reading instead of asking again at once.
    /// </summary>
    /// <param name="target">
    /// The machine; its id is the default for one that is not stored, and each call reads the inventory of such a machine anew.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<MachineInventoryResult> ReadAsync(MachinePowerTarget target, CancellationToken cancellationToken);
}

/// <summary>The inventory of a machine, or the reason why it cannot be read.</summary>
public abstract record MachineInventoryResult
{
    private MachineInventoryResult() { }

    /// <summary>It was read.</summary>
    /// <param name="Inventory">The inventory; <see cref="MachineInventory.Gaps"/> says what is missing in it.</param>
    /// <param name="At">When.</param>
    public sealed record Read(MachineInventory Inventory, DateTimeOffset At) : MachineInventoryResult;

    /// <summary>It cannot be read.</summary>
    /// <param name="Failure">The kind of failure, for a program to branch on.</param>
    /// <param name="Reason">Why, as a sentence for an operator, without secrets.</param>
    public sealed record Failed(ControllerFailure Failure, string Reason) : MachineInventoryResult;
}

/// <summary>Why a management controller did not do what it was asked.</summary>
public enum ControllerFailure
{
    /// <summary>The power type has no such ability.</summary>
    Unsupported,

    /// <summary>A parameter is missing or cannot be right; nothing was asked.</summary>
    Settings,

    /// <summary>The controller refuses the user or the password, or the user lacks the privilege.</summary>
    Credentials,

    /// <summary>Nothing answers at the controller's address.</summary>
    Unreachable,

    /// <summary>The controller did not answer in time, or was too busy to.</summary>
    TimedOut,

    /// <summary>The controller refused, or its answer was not understood.</summary>
    Refused,
}
