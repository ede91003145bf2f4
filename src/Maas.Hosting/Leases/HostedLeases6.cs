using System.Net;
using Maas.Boot;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp6.Leases;
using Maas.Hosting.Policy;

namespace Maas.Hosting.Leases;

/// <summary>This server's IPv6 leases, asked by DHCPv6, and by the policy for who has an address.</summary>
internal sealed class HostedLeases6 : IAddressResolver, IAsyncDisposable
{
    private readonly SqliteLeaseStore6 _store;
    private readonly IAddressResolver? _neighbours;

    private HostedLeases6(SqliteLeaseStore6 store, LeaseAllocator6 addresses, IAddressResolver? neighbours) =>
        (_store, Addresses, _neighbours) = (store, addresses, neighbours);

    /// <summary>The addresses, for DHCPv6.</summary>
    public LeaseAllocator6 Addresses { get; }

    /// <summary>Opens the leases.</summary>
    /// <param name="path">The database.</param>
    /// <param name="subnet">The subnet that is leased.</param>
    /// <param name="neighbours">Who is seen on the link.</param>
    /// <param name="timeProvider">The clock.</param>
    public static async Task<HostedLeases6> OpenAsync(
        string path, Dhcp6Subnet subnet, IAddressResolver? neighbours, TimeProvider timeProvider)
    {
        var store = SqliteLeaseStore6.Open(path);
        try
        {
            return new HostedLeases6(
                store, await LeaseAllocator6.OpenAsync([subnet], store, timeProvider: timeProvider).ConfigureAwait(false), neighbours);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// As over IPv4: a lease goes by the hardware address that the client says, so the client must be seen with the address too. Only the
    /// link's own prefix is leased.
    /// </remarks>
    public ValueTask<AddressEvidence> FindEvidenceAsync(HardwareAddress client, IPAddress address, CancellationToken cancellationToken) =>
        OwnerOf(address) switch
    {
        null => new(AddressEvidence.None),
        { } leased when leased != client => new(AddressEvidence.Another),
        _ => _neighbours?.FindEvidenceAsync(client, address, cancellationToken) ?? new(AddressEvidence.Client),
    };

    /// <inheritdoc/>
    public HardwareAddress? OwnerOf(IPAddress address) =>
        Addresses.Find(address) is { State: LeaseState.Bound } lease ? lease.Hardware : null;

    /// <summary>What is leased now, and to whom, as far as that is known.</summary>
    public IEnumerable<(IPAddress Address, HardwareAddress Hardware)> Bound()
    {
        foreach (var lease in Addresses.List())
            if (lease is { State: LeaseState.Bound, Hardware: { } hardware }) yield return (lease.Address, hardware);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
