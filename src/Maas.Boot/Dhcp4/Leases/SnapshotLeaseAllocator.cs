using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// The address source of a server that starts while the store is away that it shares with others: it leases by what a
/// <see cref="SharedLeaseAllocator"/> of this host has kept in <see cref="SharedLeaseOptions.SnapshotFile"/>.
/// </summary>
/// <remarks>
/// <para>
/// It renews the leases of the snapshot for as long as the store keeps them for their clients, leases reserved addresses, and leases a
/// small reserve to new clients, which the store has assigned to the host for this. So no address is assigned twice, whatever other servers
/// do. What it grants is on the host's disk before the client learns of it. It answers nothing else.
/// </para>
/// <para>
/// When the store answers, dispose of it and open a <see cref="SharedLeaseAllocator"/> with the same file, which writes what was granted to
/// the store. After a restart of the host its clock must be right; one that is before the snapshot is refused.
/// </para>
/// <para>Safe for use from several threads.</para>
/// </remarks>
public sealed class SnapshotLeaseAllocator : IAddressSource, IAsyncDisposable
{
    private readonly SnapshotLeases<IPv4Address, Lease, AddressRequest, AddressResult, LeaseRecords> _snapshot;

    private SnapshotLeaseAllocator(
        LeaseAllocator leases, DateTimeOffset writtenAt,
        SnapshotLeases<IPv4Address, Lease, AddressRequest, AddressResult, LeaseRecords> snapshot) =>
        (Leases, WrittenAt, _snapshot) = (leases, writtenAt, snapshot);

    /// <summary>The leases as this server knows them, its subnets and its reservations.</summary>
    public LeaseAllocator Leases { get; }

    /// <summary>When the snapshot was written, by the store's clock.</summary>
    public DateTimeOffset WrittenAt { get; }

    /// <summary>How many leases were granted without the store, and wait to be written to it.</summary>
    public int Unwritten => _snapshot.Unwritten;

    /// <summary>How many addresses of all subnets are left for new clients.</summary>
    public int FreeInReserve => _snapshot.FreeInReserve;

    /// <summary>Reads the snapshot, and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="file">The file.</param>
    /// <param name="rules">How long offers and quarantines hold; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The host's clock; <see langword="null"/> for the system's.</param>
    /// <returns>The address source; <see langword="null"/> when there is no such file.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of a newer program or older than a week, or the host's clock is
    /// wrong.</exception>
    /// <exception cref="IOException">The file cannot be read, or another process uses it.</exception>
    public static SnapshotLeaseAllocator? Open(
        IReadOnlyList<DhcpSubnet> subnets, string file, LeaseOptions? rules = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var read = SnapshotReading<IPv4Address, Lease, LeaseRecords>.Read(
            new LeaseSnapshotFile<IPv4Address, Lease, LeaseRecords>(file), timeProvider ?? TimeProvider.System);
        if (read is null) return null;
        try
        {
            var leases = LeaseAllocator.OpenShared(subnets, read.Holds, rules ?? new LeaseOptions(), read.Clock);
            return new SnapshotLeaseAllocator(
                leases, read.WrittenAt,
                new SnapshotLeases<IPv4Address, Lease, AddressRequest, AddressResult, LeaseRecords>(
                    leases, read.Journal, new SharedLeaseMetrics("ipv4")));
        }
        catch
        {
            read.Journal.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken) => _snapshot.AskAsync(question);

    /// <summary>Ends, after what is being written.</summary>
    public ValueTask DisposeAsync() => _snapshot.DisposeAsync();
}
