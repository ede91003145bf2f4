using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp;
using Maas.Boot.Dhcp.Leases;
using Maas.Hosting.Policy;
using Microsoft.Extensions.Hosting;

namespace Maas.Hosting.Leases;

/// <summary>This server's leases: opened before any server listens, asked by DHCP, and by the policy for who has an address.</summary>
internal sealed class LeaseBook(string path, IReadOnlyList<DhcpSubnet> subnets, TimeProvider timeProvider) : IAddressSource, IAddressOwners, IHostedLifecycleService, IAsyncDisposable
{
    private SqliteLeaseStore? _store;
    private LeasedAddresses? _leases;

    private LeasedAddresses Leases => _leases ?? throw new InvalidOperationException("The leases are opened when the host starts.");

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _store = SqliteLeaseStore.Open(path);
        _leases = await LeasedAddresses.OpenAsync(subnets, _store, timeProvider: timeProvider, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<AddressAnswer> AskAsync(AddressQuestion question, CancellationToken cancellationToken) => Leases.AskAsync(question, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken) => Leases.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public bool IsSomebodyElses(IPAddress address, HardwareAddress client) => OwnerOf(address) != client;

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) => Leases.Find(address) is { State: LeaseState.Bound } lease ? lease.Hardware : null;

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
