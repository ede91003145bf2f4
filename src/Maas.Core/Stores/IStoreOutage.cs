namespace Maas.Core.Stores;

/// <summary>
/// What a host does while its store is away when the host starts. <c>AddMaasCore</c> uses it when it is registered. It must not use the
/// store, nor a service that does: they wait for the store.
/// </summary>
public interface IStoreOutage
{
    /// <summary>Begins. The store is tried again until it opens.</summary>
    /// <param name="reason">Why the store does not open yet; for the log.</param>
    /// <param name="cancellationToken">Ends when the host stops.</param>
    /// <returns>
    /// What is disposed of when the store is open, before anything uses it; <see langword="null"/> when the host can do nothing without its
    /// store, whose failure is then that of the host's start.
    /// </returns>
    Task<IAsyncDisposable?> BeginAsync(string reason, CancellationToken cancellationToken);
}
