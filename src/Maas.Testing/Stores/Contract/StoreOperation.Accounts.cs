using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Testing.Stores.Contract;

/// <summary>Operations on users, keys, tokens and nonces.</summary>
internal readonly partial record struct StoreOperation
{
    private static async Task<object?> CreateUser(Context on) =>
        await on.Store.Accounts.CreateUserAsync(UserName(on.A), "", on.B == 0, $"hash {on.Step}", on.Token).ConfigureAwait(false);

    private static async Task<object?> DeleteUser(Context on) =>
        on.B == 0 ? await on.Store.Accounts.DeleteUserAsync(UserName(on.A), on.Token).ConfigureAwait(false) : null;

    private static async Task<object?> AddApiKey(Context on)
    {
        if (await on.Store.Accounts.FindUserAsync(UserName(on.A), on.Token).ConfigureAwait(false) is not var (user, _)) return null;
        var keys = await on.Store.Accounts.ListApiKeysAsync(user, on.Token).ConfigureAwait(false);
        if (on.B == 0 && keys is [var key, ..])
            return await on.Store.Accounts.DeleteApiKeyAsync(user, key.TokenKey, on.Token).ConfigureAwait(false);
        await on.Store.Accounts.CreateApiKeyAsync(
            new ApiKey(user, "name", "consumer", $"token{on.Step}", new Secret("s")), on.Token).ConfigureAwait(false);
        return null;
    }

    private static async Task<object?> AddSshKey(Context on) =>
        await on.Store.Accounts.AddSshKeyAsync(UserName(on.A), $"ssh-rsa {on.B}", null, on.Token).ConfigureAwait(false);

    private static async Task<object?> ReadUser(Context on)
    {
        var found = await on.Store.Accounts.FindUserAsync(UserName(on.A), on.Token).ConfigureAwait(false);
        return new object?[]
        {
            found?.PasswordHash,
            found is var (user, _) ? await on.Store.Accounts.ListApiKeysAsync(user, on.Token).ConfigureAwait(false) : null,
            await on.Store.Accounts.ListUsersAsync(on.Token).ConfigureAwait(false),
            await on.Store.Accounts.ListSshKeysAsync(UserName(on.A), on.Token).ConfigureAwait(false),
        };
    }

    private static async Task<object?> GetOrCreateToken(Context on) =>
        await on.Store.Tokens.GetOrCreateAsync(TokenOf(Id(on.A), on.Step), on.Token).ConfigureAwait(false);

    private static async Task<object?> AddBootToken(Context on)
    {
        var address = on.B == 0 ? null : "192.0.2.7";
        var token = new StoredBootToken(Id(on.A), address, on.At, null);
        return await on.Store.Tokens.AddBootTokenAsync(Hash(on.Step), token, 2, on.At.AddSeconds(-40), on.Token).ConfigureAwait(false);
    }

    private static async Task<object?> Redeem(Context on)
    {
        string? seen = null;
        var redemption = new BootTokenRedemption(
            Hash(on.Step - 1 - on.B), "192.0.2.1", on.At,
            token =>
            {
                seen = ResultText.Of(token);
                return on.A == 0 ? "refused" : null;
            },
            id => TokenOf(id, on.Step));
        var result = await on.Store.Tokens.RedeemAsync(redemption, on.Token).ConfigureAwait(false);
        return new object?[] { seen, result is BootTokenResult.Refused && on.A != 0 ? "refused" : result };
    }

    private static async Task<object?> AddNonce(Context on) =>
        await on.Store.Nonces.AddAsync("c", $"token{on.A % 2}", $"{on.B}", on.At, on.Token).ConfigureAwait(false);

    private static async Task<object?> PurgeNonces(Context on)
    {
        await on.Store.Nonces.PurgeAsync(on.At.AddSeconds(-30), 4, 3, on.Token).ConfigureAwait(false);
        return null;
    }
}
