using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

internal sealed class InMemoryAccountStore(InMemoryDatabase database) : IAccountStore
{
    public Task<User?> CreateUserAsync(
        string name, string email, bool isAdministrator, string passwordHash, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (Find(state, name) is not null) return (state, null);
            var users = state.Users.Add(id => new StoredUser(new User(id, name, email, isAdministrator), passwordHash));
            return (state with { Users = users }, users.Find(users.Last)?.User);
        },
        cancellationToken);

    public Task<(User User, string PasswordHash)?> FindUserAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        state => Find(state, name) is { } stored ? (stored.User, stored.PasswordHash) : ((User, string)?)null, cancellationToken);

    public Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<User>)[.. state.Users.Values
            .Select(stored => stored.User).OrderBy(user => user.Name, StoreRules.TextOrder)],
        cancellationToken);

    public Task<UserUpdate> UpdateUserAsync(User before, User after, CancellationToken cancellationToken) => database.WriteAsync(
        state => before.IsAdministrator && !after.IsAdministrator && IsLastAdministrator(state, before.Name)
                ? (state, UserUpdate.LastAdministrator)
            : Find(state, before.Name) is { } stored && stored.User == before
                ? (state with { Users = state.Users.Set(before.Id, stored with { User = after }) }, UserUpdate.Saved)
            : (state, UserUpdate.Conflict),
        cancellationToken);

    /// <summary>Whether a user is an administrator, and the only one.</summary>
    public static bool IsLastAdministrator(InMemoryState state, string name) =>
        state.Users.Values.Where(stored => stored.User.IsAdministrator).Take(2).ToList() is [var only] && only.User.Name == name;

    public Task<bool> DeleteUserAsync(string name, CancellationToken cancellationToken) => database.WriteAsync(
        state => Find(state, name) is null ? (state, false) : (DeleteUser(state, name), true), cancellationToken);

    /// <summary>The state without a user, and what is deleted with it.</summary>
    public static InMemoryState DeleteUser(InMemoryState state, string name) => Find(state, name) is { User: var user }
        ? state with
        {
            Users = state.Users.Remove(user.Id),
            ApiKeys = state.ApiKeys.RemoveWhere(key => key.UserId == user.Id),
            SshKeys = state.SshKeys.RemoveWhere(key => key.Owner == name),
            Files = state.Files.RemoveWhere(file => file.Owner == name),
        }
        : state;

    public Task<bool> SetPasswordHashAsync(string name, string passwordHash, CancellationToken cancellationToken) => database.WriteAsync(
        state => Find(state, name) is { } stored
            ? (state with { Users = state.Users.Set(stored.User.Id, stored with { PasswordHash = passwordHash }) }, true)
            : (state, false),
        cancellationToken);

    public Task CreateApiKeyAsync(ApiKey key, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (state.Users.Find(key.User.Id) is null) throw new InvalidOperationException("The user of the key does not exist.");
            StoreRules.CheckApiKeyQuota(
                database.Limits.Quotas, state.ApiKeys.Values.Count(stored => stored.UserId == key.User.Id));
            if (state.ApiKeys.Values.Any(stored => stored.TokenKey == key.TokenKey))
                throw new InvalidOperationException("The token key is not unique.");
            var added = new StoredApiKey(key.User.Id, key.Name, key.ConsumerKey, key.TokenKey, key.TokenSecret);
            return (state with { ApiKeys = state.ApiKeys.Add(_ => added) }, true);
        },
        cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<ApiKey>)[.. state.ApiKeys.Values
            .Where(stored => stored.UserId == user.Id)
            .Select(stored => new ApiKey(user, stored.Name, stored.ConsumerKey, stored.TokenKey, stored.TokenSecret))],
        cancellationToken);

    public Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken) => database.ReadAsync(
        state => state.ApiKeys.Values.FirstOrDefault(key => key.TokenKey == tokenKey && key.ConsumerKey == consumerKey) is { } stored
            && state.Users.Find(stored.UserId) is { User: var user }
                ? new ApiKey(user, stored.Name, stored.ConsumerKey, stored.TokenKey, stored.TokenSecret) : null,
        cancellationToken);

    public Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state => FindKey(state, user, tokenKey) is { Value: { } stored } row
            ? (state with { ApiKeys = state.ApiKeys.Set(row.Key, stored with { Name = name }) }, true)
            : (state, false),
        cancellationToken);

    public Task<bool> ReplaceApiKeySecretAsync(User user, string tokenKey, Secret secret, CancellationToken cancellationToken) =>
        database.WriteAsync(
        state => FindKey(state, user, tokenKey) is { Value: { } stored } row
            ? (state with { ApiKeys = state.ApiKeys.Set(row.Key, stored with { TokenSecret = secret }) }, true)
            : (state, false),
        cancellationToken);

    public Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken) => database.WriteAsync(
        state => FindKey(state, user, tokenKey) is { Value: not null } row
            ? (state with { ApiKeys = state.ApiKeys.Remove(row.Key) }, true)
            : (state, false),
        cancellationToken);

    public Task<IReadOnlyList<SshKey>?> AddSshKeysAsync(
        string owner, IReadOnlyList<string> keys, string? source, CancellationToken cancellationToken) => database.WriteAsync(
        state =>
        {
            if (Find(state, owner) is null) return (state, null);
            var all = state.SshKeys;
            var result = new List<SshKey>(keys.Count);
            foreach (var key in keys)
            {
                var present = all.Values.Where(stored => stored.Owner == owner).ToList();
                if (present.Find(stored => stored.Key == key) is not { } known)
                {
                    StoreRules.CheckSshKeyQuota(database.Limits.Quotas, present.Count);
                    all = all.Add(id => new SshKey(id, owner, key, source));
                    known = all.Find(all.Last)!; // just added
                }

                result.Add(known);
            }

            return (state with { SshKeys = all }, (IReadOnlyList<SshKey>?)result);
        },
        cancellationToken);

    public Task<IReadOnlyList<SshKey>> ListSshKeysAsync(string owner, CancellationToken cancellationToken) => database.ReadAsync(
        state => (IReadOnlyList<SshKey>)[.. state.SshKeys.Values.Where(key => key.Owner == owner)], cancellationToken);

    public Task<SshKey?> GetSshKeyAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(state => state.SshKeys.Find(id), cancellationToken);

    public Task<bool> DeleteSshKeyAsync(long id, CancellationToken cancellationToken) => database.WriteAsync(
        state => (state with { SshKeys = state.SshKeys.Remove(id) }, state.SshKeys.Find(id) is not null), cancellationToken);

    private static StoredUser? Find(InMemoryState state, string name) => state.Users.Values.FirstOrDefault(user => user.User.Name == name);

    private static KeyValuePair<long, StoredApiKey> FindKey(InMemoryState state, User user, string tokenKey) =>
        state.ApiKeys.All.FirstOrDefault(row => row.Value.UserId == user.Id && row.Value.TokenKey == tokenKey);
}
