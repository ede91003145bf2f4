namespace Maas.Power;

/// <summary>
/// Reads what machines are made of, without booting them. A driver implements it beside <see cref="IPowerDriver"/> where it can.
/// </summary>
public interface IInventoryDriver
{
    /// <summary>
    /// Reads the inventory of a machine, which need not be on. It takes seconds, for a controller with hundreds of parts up to 90, and
    /// other requests to the controller wait for it.
    /// </summary>
    /// <param name="target">Which machine, and how it is reached.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<InventoryResult> ReadInventoryAsync(PowerTarget target, CancellationToken cancellationToken);
}

/// <summary>The inventory of a machine, or the reason why it cannot be read.</summary>
public abstract record InventoryResult
{
    private InventoryResult() { }

    /// <summary>It was read.</summary>
    /// <param name="Inventory">The inventory; <see cref="PowerInventory.Gaps"/> says what is missing in it.</param>
    public sealed record Read(PowerInventory Inventory) : InventoryResult;

    /// <summary>It cannot be read.</summary>
    /// <param name="Failure">The kind of failure, for a program to branch on.</param>
    /// <param name="Reason">What happened, as a sentence for an operator; holds no secret.</param>
    public sealed record Failed(PowerFailure Failure, string Reason) : InventoryResult;
}
