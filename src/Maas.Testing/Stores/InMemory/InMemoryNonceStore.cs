using Maas.Core.Accounts;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryNonceStore(InMemoryDatabase database) : INonceStore
{
    public Task<bool> AddAsync(
        string consumerKey, string tokenKey, string nonce, DateTimeOffset expires, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state =>
        {
            var added = new Nonce(consumerKey, tokenKey, nonce);
            return state.Nonces.ContainsKey(added) ? (state, false) : (state with { Nonces = state.Nonces.Add(added, expires) }, true);
        },
        cancellationToken);

    public Task PurgeAsync(DateTimeOffset now, int most, int mostOfKey, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            var nonces = state.Nonces.RemoveRange(state.Nonces.Where(nonce => nonce.Value < now).Select(nonce => nonce.Key));
            nonces = nonces.RemoveRange(nonces
                .GroupBy(nonce => (nonce.Key.ConsumerKey, nonce.Key.TokenKey))
                .SelectMany(group => group.OrderByDescending(nonce => nonce.Value).Skip(mostOfKey))
                .Select(nonce => nonce.Key));
            nonces = nonces.RemoveRange(nonces.OrderByDescending(nonce => nonce.Value).Skip(most).Select(nonce => nonce.Key));
            return (state with { Nonces = nonces }, true);
        },
        cancellationToken);
}
