namespace Maas.Boot.Dhcp.Leases;

/// <summary>A lease that waits to be written to a store that servers share, and what becomes of it.</summary>
/// <param name="lease">The lease.</param>
internal sealed class LeaseWrite<TLease>(SharedLease<TLease> lease)
{
    private readonly TaskCompletionSource<LeaseWriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The lease.</summary>
    public SharedLease<TLease> Lease => lease;

    /// <summary>Ends with what became of it.</summary>
    public Task<LeaseWriteResult> Done => _done.Task;

    /// <summary>Another client's lease of the address, for which it was not written.</summary>
    public TLease? InTheWay { get; set; }

    /// <summary>Says what became of it.</summary>
    public void Complete(LeaseWriteResult result) => _done.TrySetResult(result);
}

/// <summary>What became of a lease that was to be written.</summary>
internal enum LeaseWriteResult
{
    /// <summary>It is durable.</summary>
    Written,

    /// <summary>Another client has the address, or another server's reserve.</summary>
    Conflicts,

    /// <summary>The store did not answer in time.</summary>
    Unknown,
}
