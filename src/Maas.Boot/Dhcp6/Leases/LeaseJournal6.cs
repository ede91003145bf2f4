using System.Runtime.CompilerServices;
using Maas.Boot.Dhcp.Leases;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// Leases in one file: every write is appended and synced, and the file is rewritten beside itself when it has grown far beyond what it
/// holds.
/// </summary>
/// <remarks>Writing blocks the calling thread for as long as the disk takes. The file belongs to one process at a time.</remarks>
public sealed class LeaseJournal6 : ILeaseStore6, IAsyncDisposable
{
    private readonly JournalFile<UInt128, Lease6, LeaseRecords6> _file;

    private LeaseJournal6(JournalFile<UInt128, Lease6, LeaseRecords6> file) => _file = file;

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file's path; its folder exists.</param>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">It is no journal of IPv6 leases, or its middle is damaged: the message tells the offset. A
    /// torn end, as a crash leaves it, is cut off.</exception>
    public static LeaseJournal6 Open(string path) => new(JournalFile<UInt128, Lease6, LeaseRecords6>.Open(path));

    /// <inheritdoc/>
    public async IAsyncEnumerable<Lease6> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var lease in _file.Read()) yield return lease;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<Lease6> leases, CancellationToken cancellationToken)
    {
        _file.Write(leases.ToArray());
        return default;
    }

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return default;
    }
}
