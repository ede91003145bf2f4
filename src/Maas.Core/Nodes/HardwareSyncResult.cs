namespace Maas.Core.Nodes;

/// <summary>What came of a deployed machine's report on its hardware.</summary>
public abstract record HardwareSyncResult
{
    private HardwareSyncResult() { }

    /// <summary>It was taken.</summary>
    public sealed record Synced : HardwareSyncResult;

    /// <summary>The inventory cannot be read.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Unreadable(string Reason) : HardwareSyncResult;

    /// <summary>The machine is not deployed with hardware sync, or reports too often.</summary>
    /// <param name="Reason">Which.</param>
    public sealed record Refused(string Reason) : HardwareSyncResult;

    /// <summary>The machine does not exist.</summary>
    public sealed record NotFound : HardwareSyncResult;
}
