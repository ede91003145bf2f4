using System.Net;
using Maas.Boot.Dhcp.Leases;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// The address source of a DHCPv6 server that starts while the store is away that it shares with others: as
/// <c>SnapshotLeaseAllocator</c> for IPv4, by what a <see cref="SharedLeaseAllocator6"/> of this host has kept in
/// <see cref="SharedLeaseOptions.SnapshotFile"/>.
/// </summary>
public sealed class SnapshotLeaseAllocator6 : IAddressSource6, IAsyncDisposable
{
    private readonly SnapshotLeases<UInt128, Lease6, SubnetRequest, AssociationResult, LeaseRecords6> _snapshot;

    private SnapshotLeaseAllocator6(
        LeaseAllocator6 leases, DateTimeOffset writtenAt,
        SnapshotLeases<UInt128, Lease6, SubnetRequest, AssociationResult, LeaseRecords6> snapshot) =>
        (Leases, WrittenAt, _snapshot) = (leases, writtenAt, snapshot);

    /// <summary>The leases as this server knows them, its subnets and its reservations.</summary>
    public LeaseAllocator6 Leases { get; }

    /// <summary>When the snapshot was written, by the store's clock.</summary>
    public DateTimeOffset WrittenAt { get; }

    /// <summary>How many leases were granted without the store, and wait to be written to it.</summary>
    public int Unwritten => _snapshot.Unwritten;

    /// <summary>How many addresses of all subnets are left for new clients.</summary>
    public int FreeInReserve => _snapshot.FreeInReserve;

    /// <summary>Reads the snapshot, and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="file">The file.</param>
    /// <param name="rules">What keeps a few clients from taking every address; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The host's clock; <see langword="null"/> for the system's.</param>
    /// <returns>The address source; <see langword="null"/> when there is no such file.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of a newer program or older than a week, or the host's clock is
    /// wrong.</exception>
    /// <exception cref="IOException">The file cannot be read, or another process uses it.</exception>
    public static SnapshotLeaseAllocator6? Open(
        IReadOnlyList<Dhcp6Subnet> subnets, string file, LeaseOptions6? rules = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var read = SnapshotReading<UInt128, Lease6, LeaseRecords6>.Read(
            new LeaseSnapshotFile<UInt128, Lease6, LeaseRecords6>(file), timeProvider ?? TimeProvider.System);
        if (read is null) return null;
        try
        {
            var leases = LeaseAllocator6.OpenShared(subnets, read.Holds, rules ?? new LeaseOptions6(), read.Clock);
            return new SnapshotLeaseAllocator6(
                leases, read.WrittenAt,
                new SnapshotLeases<UInt128, Lease6, SubnetRequest, AssociationResult, LeaseRecords6>(
                    leases, read.Journal, new SharedLeaseMetrics("ipv6")));
        }
        catch
        {
            read.Journal.Dispose();
            throw;
        }
    }

    /// <summary>Ends, after what is being written.</summary>
    public ValueTask DisposeAsync() => _snapshot.DisposeAsync();

    bool IAddressSource6.IsStateless => Leases.IsStateless;

    Dhcp6Subnet? IAddressSource6.SubnetOf(IPAddress address) => Leases.SubnetOf(address);

    ValueTask<AssociationResult> IAddressSource6.AskAsync(Dhcp6Subnet subnet, AssociationRequest question) => AskAsync(subnet, question);

    ValueTask IAddressSource6.CommitAsync(CancellationToken cancellationToken) => default; // the journal has them when it is asked

    internal ValueTask<AssociationResult> AskAsync(Dhcp6Subnet subnet, AssociationRequest question) =>
        _snapshot.AskAsync(new SubnetRequest(subnet, question));
}
