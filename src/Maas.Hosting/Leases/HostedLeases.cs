using System.Buffers.Binary;
using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;
using Maas.Hosting.Policy;
using Microsoft.Extensions.Hosting;

namespace Maas.Hosting.Leases;

/// <summary>This server's leases: opened before any server listens, asked by DHCP, and by the policy for who has an address.</summary>
/// <param name="path">The database.</param>
/// <param name="subnets">The subnets that are leased.</param>
/// <param name="link">The network of the link that is served.</param>
/// <param name="neighbours">Who is seen on the link; <see langword="null"/> on loopback, where there are no neighbours and the lease alone
/// decides.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="isAccepted">Whether a hardware address is that of a machine which an administrator has accepted; <see langword="null"/>
/// when that is not known.</param>
internal sealed class HostedLeases(
    string path, IReadOnlyList<DhcpSubnet> subnets, IPNetwork link, IAddressResolver? neighbours, TimeProvider timeProvider,
        Func<HardwareAddress, bool>? isAccepted = null)
    : IAddressSource, IAddressResolver, IHostedLifecycleService, IAsyncDisposable
{
    private SqliteLeaseStore? _store;
    private LeaseAllocator? _leases;

    private LeaseAllocator Leases => _leases ?? throw new InvalidOperationException("The leases are opened when the host starts.");

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _store = SqliteLeaseStore.Open(path);
        _leases = await LeaseAllocator.OpenAsync(subnets, _store, Rules(), timeProvider, cancellationToken).ConfigureAwait(false);
    }

    // A host that invents hardware addresses gets half of the addresses in a minute at most, and keeps them for as long as firmware does;
    // 60 a minute is a rack.
    // Machines that an administrator has accepted get an address all the same.
    private LeaseOptions Rules() => new()
    {
        NewClientsPerMinuteOfLink =
            (int)Math.Clamp(subnets.Sum(s => s.Ranges.Sum(r => NumberOf(r.Last) - NumberOf(r.First) + 1)) / 2, 60, int.MaxValue),
        NewClientLeaseTime = subnets.Min(s => s.FirmwareLeaseTime),
        IsKnownClient = isAccepted,
    };

    private static long NumberOf(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    /// <inheritdoc/>
    public ValueTask<AddressResult> AskAsync(AddressRequest question, CancellationToken cancellationToken) =>
        Leases.AskAsync(question, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken) => Leases.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// A lease goes by the hardware address that a DHCP message says, which is any. Within the link's network the client must be seen with
    /// the address too,
    /// and not being seen counts as nothing. A client behind a relay cannot be seen: that its lease came through one, and is of another
    /// network, makes the
    /// lease decide alone.
    /// </remarks>
    public ValueTask<AddressEvidence> FindEvidenceAsync(HardwareAddress client, IPAddress address, CancellationToken cancellationToken)
    {
        if (Leases.Find(address) is not { State: LeaseState.Bound } lease) return new(AddressEvidence.None);
        if (lease.Hardware != client) return new(AddressEvidence.Another);
        var isBehindRelay = lease.Relay is not null && !link.Contains(address);
        return neighbours is null || isBehindRelay ? new(AddressEvidence.Client)
            : neighbours.FindEvidenceAsync(client, address, cancellationToken);
    }

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) => Leases.Find(address) is { State: LeaseState.Bound } lease ? lease.Hardware : null;

    /// <summary>What is leased now, and to whom.</summary>
    public IEnumerable<(IPAddress Address, HardwareAddress Hardware)> Bound() =>
        Leases.List().Where(lease => lease.State == LeaseState.Bound).Select(lease => (lease.Address, lease.Hardware));

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync().ConfigureAwait(false);
    }
}
