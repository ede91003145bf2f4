using System.Net;
using Maas.Boot.Dhcp.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Dhcp6.Leases;

/// <summary>
/// The IPv6 addresses of one of several servers on the same links: all keep their leases in one <see cref="ISharedLeaseStore{TLease}"/>,
/// each answers under its own server identifier, and no address is assigned twice.
/// </summary>
/// <remarks>
/// <para>
/// It does what <c>SharedLeaseAllocator</c> does for IPv4, with the same reserves and the same answers while the store
/// is slow or away. A client that renews an address which this server must not decide on by itself gets no answer, and rebinds at another
/// one.
/// </para>
/// <para>Safe for use from several threads.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var addresses = await SharedLeaseAllocator6.OpenAsync([subnet], store);
/// var server = new Dhcp6Server(new Dhcp6ServerOptions { Interfaces = { "eth0" } }, new BootServices { Addresses6 = addresses });
/// </code>
/// </example>
public sealed class SharedLeaseAllocator6 : IAddressSource6, IAsyncDisposable
{
    private readonly SharedLeaseSynchronizer<UInt128, Lease6, SubnetRequest, AssociationResult> _shared;

    private SharedLeaseAllocator6(
        LeaseAllocator6 leases, SharedLeaseSynchronizer<UInt128, Lease6, SubnetRequest, AssociationResult> shared) =>
        (Leases, _shared) = (leases, shared);

    /// <summary>The leases as this server knows them, its subnets and its reservations.</summary>
    public LeaseAllocator6 Leases { get; }

    /// <summary>Whether the store is slow or away, so that the server answers by itself.</summary>
    public bool IsStoreAway => _shared.IsStoreAway;

    /// <summary>How many leases were granted without the store, and wait to be written to it.</summary>
    public int Unwritten => _shared.Unwritten;

    /// <summary>How many addresses of all subnets this server can lease to new clients while the store is away.</summary>
    public int FreeInReserve => _shared.FreeInReserve;

    /// <summary>Reads the store, and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="store">Where all servers keep their leases; not disposed of.</param>
    /// <param name="rules">What keeps a few clients from taking every address; <see langword="null"/> for the defaults.</param>
    /// <param name="options">How it answers without the store; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The host's clock; <see langword="null"/> for the system's.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    /// <exception cref="IOException">
    /// What was leased without the store cannot be read from <see cref="SharedLeaseOptions.SnapshotFile"/>, or not be written to the store.
    /// </exception>
    public static async Task<SharedLeaseAllocator6> OpenAsync(
        IReadOnlyList<Dhcp6Subnet> subnets, ISharedLeaseStore<Lease6> store, LeaseOptions6? rules = null,
        SharedLeaseOptions? options = null, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        timeProvider ??= TimeProvider.System;
        options ??= new SharedLeaseOptions();
        var log = new SharedLeaseLog(loggerFactory ?? NullLoggerFactory.Instance, "IPv6");
        var restart = options.SnapshotFile is { } path
            ? await LeaseReconciliation.PrepareAsync(
                new LeaseSnapshotFile<UInt128, Lease6, LeaseRecords6>(path), store, options, timeProvider, log, cancellationToken)
                .ConfigureAwait(false)
            : null;
        var read = await SharedLeaseReading<UInt128, Lease6>.ReadAsync(store, timeProvider, cancellationToken).ConfigureAwait(false);
        var leases = LeaseAllocator6.OpenShared(subnets, read.Holds, rules ?? new LeaseOptions6(), read.Clock);
        var shared = new SharedLeaseSynchronizer<UInt128, Lease6, SubnetRequest, AssociationResult>(
            leases, read, options, timeProvider, new SharedLeaseMetrics("ipv6"), log, restart);
        await shared.StartAsync(cancellationToken).ConfigureAwait(false);
        return new SharedLeaseAllocator6(leases, shared);
    }

    /// <summary>Serves other subnets from now on, in place of those before. Leases stay as they are.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves; nothing has changed then.</exception>
    public IReadOnlyList<Lease6> ReplaceSubnets(IReadOnlyList<Dhcp6Subnet> subnets) => Leases.ReplaceSubnets(subnets);

    /// <summary>Ends, and gives back the reserve, if the store answers in time.</summary>
    public ValueTask DisposeAsync() => _shared.DisposeAsync();

    bool IAddressSource6.IsStateless => Leases.IsStateless;

    Dhcp6Subnet? IAddressSource6.SubnetOf(IPAddress address) => Leases.SubnetOf(address);

    ValueTask<AssociationResult> IAddressSource6.AskAsync(Dhcp6Subnet subnet, AssociationRequest question) => AskAsync(subnet, question);

    ValueTask IAddressSource6.CommitAsync(CancellationToken cancellationToken) => default; // the store has them when it is asked

    internal ValueTask<AssociationResult> AskAsync(Dhcp6Subnet subnet, AssociationRequest question) =>
        _shared.AskAsync(new SubnetRequest(subnet, question));

    /// <summary>Learns what other servers did, keeps the reserve, and writes what was granted while the store was away.</summary>
    internal Task SynchronizeAsync(CancellationToken cancellationToken) => _shared.SynchronizeAsync(cancellationToken);

    /// <summary>Writes the snapshot for a start without the store now.</summary>
    internal Task SaveAsync() => _shared.TrySaveAsync(isForced: true);
}
