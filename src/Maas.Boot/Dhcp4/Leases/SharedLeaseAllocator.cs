using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Dhcp4.Leases;

/// <summary>
/// The address source of one of several servers on the same links: all keep their leases in one <see cref="ISharedLeaseStore{TLease}"/>,
/// each answers under its own server identifier, and no address is assigned twice.
/// </summary>
/// <remarks>
/// <para>
/// The store decides each lease before it is acknowledged; leases that come while it writes are written together. A new client gets an
/// address of this server's reserve, which the store has assigned to it beforehand, so that two servers do not offer the same address.
/// </para>
/// <para>
/// While the store is slow or away, the server answers by itself within <see cref="SharedLeaseOptions.AnswerTime"/>: it renews leases that
/// it knows, for as long as the store keeps them for their clients; leases reserved addresses; and leases its reserve to new clients. What
/// it granted is written when the store is back. Everything else is not answered, so that another server may.
/// </para>
/// <para>Safe for use from several threads.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var addresses = await SharedLeaseAllocator.OpenAsync([subnet], store);
/// var server = new DhcpServer(new DhcpServerOptions { Interfaces = { "eth0" } }, new BootServices { Addresses = addresses });
/// </code>
/// </example>
public sealed class SharedLeaseAllocator : IAddressSource, IAsyncDisposable
{
    private readonly SharedLeaseSynchronizer<IPv4Address, Lease, AddressRequest, AddressResult> _shared;

    private SharedLeaseAllocator(
        LeaseAllocator leases, SharedLeaseSynchronizer<IPv4Address, Lease, AddressRequest, AddressResult> shared) =>
        (Leases, _shared) = (leases, shared);

    /// <summary>The leases as this server knows them, its subnets and its reservations.</summary>
    public LeaseAllocator Leases { get; }

    /// <summary>Whether the store is slow or away, so that the server answers by itself.</summary>
    public bool IsStoreAway => _shared.IsStoreAway;

    /// <summary>How many leases were granted without the store, and wait to be written to it.</summary>
    public int Unwritten => _shared.Unwritten;

    /// <summary>How many addresses of all subnets this server can lease to new clients while the store is away.</summary>
    public int FreeInReserve => _shared.FreeInReserve;

    /// <summary>Reads the store, and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="store">Where all servers keep their leases; not disposed of.</param>
    /// <param name="rules">How long offers and quarantines hold; <see langword="null"/> for the defaults.</param>
    /// <param name="options">How it answers without the store; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The host's clock; <see langword="null"/> for the system's.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    /// <exception cref="IOException">
    /// What was leased without the store cannot be read from <see cref="SharedLeaseOptions.SnapshotFile"/>, or not be written to the store.
    /// </exception>
    public static async Task<SharedLeaseAllocator> OpenAsync(
        IReadOnlyList<DhcpSubnet> subnets, ISharedLeaseStore<Lease> store, LeaseOptions? rules = null, SharedLeaseOptions? options = null,
        TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        timeProvider ??= TimeProvider.System;
        options ??= new SharedLeaseOptions();
        var log = new SharedLeaseLog(loggerFactory ?? NullLoggerFactory.Instance, "IPv4");
        var restart = options.SnapshotFile is { } path
            ? await LeaseReconciliation.PrepareAsync(
                new LeaseSnapshotFile<IPv4Address, Lease, LeaseRecords>(path), store, options, timeProvider, log, cancellationToken)
                .ConfigureAwait(false)
            : null;
        var read = await SharedLeaseReading<IPv4Address, Lease>.ReadAsync(store, timeProvider, cancellationToken).ConfigureAwait(false);
        var leases = LeaseAllocator.OpenShared(subnets, read.Holds, rules ?? new LeaseOptions(), read.Clock);
        var shared = new SharedLeaseSynchronizer<IPv4Address, Lease, AddressRequest, AddressResult>(
            leases, read, options, timeProvider, new SharedLeaseMetrics("ipv4"), log, restart);
        await shared.StartAsync(cancellationToken).ConfigureAwait(false);
        return new SharedLeaseAllocator(leases, shared);
    }

    /// <summary>Serves other subnets from now on, in place of those before. Leases stay as they are.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <returns>The leases that are only kept until they end.</returns>
    /// <exception cref="ArgumentException">The subnets contradict themselves; nothing has changed then.</exception>
    public IReadOnlyList<Lease> ReplaceSubnets(IReadOnlyList<DhcpSubnet> subnets) => Leases.ReplaceSubnets(subnets);

    /// <inheritdoc/>
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken) => _shared.AskAsync(question);

    /// <summary>Ends, and gives back the reserve, if the store answers in time.</summary>
    public ValueTask DisposeAsync() => _shared.DisposeAsync();

    /// <summary>Learns what other servers did, keeps the reserve, and writes what was granted while the store was away.</summary>
    internal Task SynchronizeAsync(CancellationToken cancellationToken) => _shared.SynchronizeAsync(cancellationToken);

    /// <summary>Writes the snapshot for a start without the store now.</summary>
    internal Task SaveAsync() => _shared.TrySaveAsync(isForced: true);
}
