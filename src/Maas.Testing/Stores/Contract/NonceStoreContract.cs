using Maas.Core.Accounts;

namespace Maas.Testing.Stores.Contract;

internal sealed class NonceStoreContract : StoreCases
{
    private INonceStore Nonces => Store.Nonces;

    public async Task A_nonce_is_added_once_for_a_pair_of_keys()
    {
        Expect.Equal(true, await AddAsync("c", "t", "n").ConfigureAwait(false));
        Expect.Equal(false, await AddAsync("c", "t", "n").ConfigureAwait(false));
        Expect.Equal(true, await AddAsync("c", "t", "N").ConfigureAwait(false));
        Expect.Equal(true, await AddAsync("C", "t", "n").ConfigureAwait(false));
        Expect.Equal(true, await AddAsync("c", "n", "t").ConfigureAwait(false));
        foreach (var text in HostileTexts)
        {
            Expect.Equal(true, await AddAsync("h", "t", text).ConfigureAwait(false));
            Expect.Equal(false, await AddAsync("h", "t", text).ConfigureAwait(false));
        }
    }

    public async Task Of_concurrent_additions_exactly_one_succeeds()
    {
        for (var round = 0; round < 10; round++)
        {
            var added = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
                () => AddAsync("c", "t", $"n{round}"), Token))).ConfigureAwait(false);
            Expect.Equal(1, added.Count(isAdded => isAdded));
        }
    }

    public async Task Expired_nonces_are_deleted()
    {
        await AddAsync("c", "t", "old", Now.AddMilliseconds(-1)).ConfigureAwait(false);
        await AddAsync("c", "t", "new", Now).ConfigureAwait(false);

        await Nonces.PurgeAsync(Now, 100, 100, Token).ConfigureAwait(false);

        Expect.Equal(true, await AddAsync("c", "t", "old").ConfigureAwait(false));
        Expect.Equal(false, await AddAsync("c", "t", "new").ConfigureAwait(false));
    }

    public async Task Those_soonest_to_expire_are_deleted_until_the_limits_are_met()
    {
        for (var number = 1; number <= 6; number++)
            await AddAsync("c", "busy", $"{number}", Now.AddSeconds(100 - number)).ConfigureAwait(false);
        for (var number = 1; number <= 3; number++)
            await AddAsync("c", "quiet", $"{number}", Now.AddSeconds(number)).ConfigureAwait(false);

        await Nonces.PurgeAsync(Now, 100, 4, Token).ConfigureAwait(false);
        await Nonces.PurgeAsync(Now, 6, 4, Token).ConfigureAwait(false);

        // Of "busy" 5 and 6 exceeded the limit of a key; then "quiet" 1 was the soonest of all to expire.
        foreach (var (key, nonce, isGone) in ((string, string, bool)[])[
            ("busy", "1", false), ("busy", "4", false), ("busy", "5", true), ("busy", "6", true),
            ("quiet", "1", true), ("quiet", "2", false), ("quiet", "3", false)])
            Expect.Equal(isGone, await AddAsync("c", key, nonce, Now.AddSeconds(200)).ConfigureAwait(false));
    }

    private Task<bool> AddAsync(string consumerKey, string tokenKey, string nonce, DateTimeOffset? expires = null) =>
        Nonces.AddAsync(consumerKey, tokenKey, nonce, expires ?? Now.AddMinutes(5), Token);
}
