using System.Runtime.CompilerServices;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// Leases in one file: every write is appended and synced, and the file is rewritten beside itself when it has grown far beyond what it
/// holds.
/// </summary>
/// <remarks>Writing blocks the calling thread for as long as the disk takes. The file belongs to one process at a time.</remarks>
public sealed class LeaseJournal : ILeaseStore, IAsyncDisposable
{
    private readonly JournalFile<IPv4Address, Lease, LeaseRecords> _file;

    private LeaseJournal(JournalFile<IPv4Address, Lease, LeaseRecords> file) => _file = file;

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file's path; its folder exists.</param>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">It is no lease journal, or its middle is damaged: the message tells the offset. A torn end,
    /// as a crash leaves it, is cut off.</exception>
    public static LeaseJournal Open(string path) => new(JournalFile<IPv4Address, Lease, LeaseRecords>.Open(path));

    /// <summary>Opens the file, to be rewritten from a size on.</summary>
    internal static LeaseJournal Open(string path, long smallestRewrite) =>
        new(JournalFile<IPv4Address, Lease, LeaseRecords>.Open(path, smallestRewrite));

    /// <inheritdoc/>
    public async IAsyncEnumerable<Lease> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var lease in _file.Read()) yield return lease;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken)
    {
        _file.Write(leases.Span);
        return default;
    }

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return default;
    }
}
