namespace Maas.Core.Accounts;

/// <summary>
/// Stores nonces of signed requests. They survive the end of the process, but need not survive a power failure: a store does not sync them
/// to
/// disk. Part of <see cref="Stores.IMaasStore"/>.
/// </summary>
public interface INonceStore
{
    /// <summary>Adds a nonce, atomically with the check whether it is there.</summary>
    /// <param name="consumerKey">Consumer key of the request.</param>
    /// <param name="tokenKey">Token key of the request.</param>
    /// <param name="nonce">The nonce.</param>
    /// <param name="expires">When it may be forgotten.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when it is there already.</returns>
    Task<bool> AddAsync(string consumerKey, string tokenKey, string nonce, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes nonces that expired before <paramref name="now"/>, then those soonest to expire until limits are met.
    /// </summary>
    /// <param name="now">The present time.</param>
    /// <param name="most">How many are kept in all.</param>
    /// <param name="mostOfKey">How many are kept of one pair of keys.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task PurgeAsync(DateTimeOffset now, int most, int mostOfKey, CancellationToken cancellationToken);
}
