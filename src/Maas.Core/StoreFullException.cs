namespace Maas.Core;

/// <summary>
/// The store's disk is full, or has less space than the reserve that is kept for leases and deletions. Nothing was written.
/// </summary>
public sealed class StoreFullException : Exception
{
    /// <summary>Says what can be done.</summary>
    /// <param name="cause">The exception of the database; <see langword="null"/> for none.</param>
    /// <param name="message">
    /// What is full, and what can be done; <see langword="null"/> for a disk on which space is kept for deletions.
    /// </param>
    public StoreFullException(Exception? cause = null, string? message = null)
        : base(
            message ?? "The disk of the server's store is full. Only deletions are possible: delete files, machines or images that are " +
            "not needed, or give the disk more space.",
            cause)
    {
    }
}

/// <summary>
/// The store's database does not answer, or has more work than it can do. The same request may succeed later. Nothing was written, unless
/// the database was lost while it committed a transaction, and did not come back to say whether it had.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Says what the store waited for.</summary>
    public StoreUnavailableException(string message, Exception? cause = null) : base(message, cause) { }
}

/// <summary>A user or a machine has as much in the store as it may have. Nothing was written.</summary>
public sealed class QuotaExceededException : Exception
{
    /// <summary>Names the limit.</summary>
    public QuotaExceededException(string message) : base(message) { }
}
