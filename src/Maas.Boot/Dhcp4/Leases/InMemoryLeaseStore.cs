namespace Maas.Boot.Dhcp4.Leases;

/// <summary>A store that keeps nothing: for tests, replays, and networks whose clients may lose their addresses with the server.</summary>
public sealed class InMemoryLeaseStore : ILeaseStore
{
    /// <inheritdoc/>
    public IAsyncEnumerable<Lease> ReadAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<Lease>();

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<Lease> leases, CancellationToken cancellationToken) => default;
}
