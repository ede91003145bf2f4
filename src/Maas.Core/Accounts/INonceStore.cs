namespace Maas.Core.Accounts;

/// <summary>Where nonces are kept.</summary>
internal interface INonceStore
{
    /// <summary><see langword="false"/> when it is there already.</summary>
    Task<bool> AddAsync(string consumerKey, string tokenKey, string nonce, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets what expired before <paramref name="now"/>, and of the rest all but <paramref name="most"/>, and
    /// <paramref name="mostOfKey"/> of one key, the soonest to expire first.
    /// </summary>
    Task PurgeAsync(DateTimeOffset now, int most, int mostOfKey, CancellationToken cancellationToken);
}
