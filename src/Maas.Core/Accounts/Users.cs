using System.Text.RegularExpressions;

namespace Maas.Core.Accounts;

/// <summary>A user of the API.</summary>
/// <param name="Id">1 upward.</param>
/// <param name="Name">User name: letters, digits, <c>@ . + - _</c>; unique.</param>
/// <param name="Email">May be empty.</param>
/// <param name="IsAdministrator">Whether everything is allowed.</param>
public sealed record User(long Id, string Name, string Email, bool IsAdministrator)
{
    /// <summary>
    /// What the user may do as a member of groups, beyond what every user may. Empty until
    /// <see cref="UserGroups.WithEntitlementsAsync"/> reads it.
    /// </summary>
    public IReadOnlyCollection<string> Entitlements { get; init; } = [];

    /// <summary>
    /// Whether the user is an administrator or in a group with an entitlement, by MAAS's name such as <c>can_edit_boot_entities</c>. A
    /// user with the entitlement to edit may also view.
    /// </summary>
    /// <param name="entitlement">One of <see cref="UserGroups.KnownEntitlements"/>; no user but an administrator has another.</param>
    public bool HasEntitlement(string entitlement)
    {
        const string View = "can_view_", Edit = "can_edit_";
        ArgumentNullException.ThrowIfNull(entitlement);
        return IsAdministrator || Entitlements.Contains(entitlement)
            || (entitlement.StartsWith(View, StringComparison.Ordinal) && Entitlements.Contains(Edit + entitlement[View.Length..]));
    }
}

/// <summary>An OAuth 1.0a token of a user's: what clients paste as <c>consumer:token:secret</c>.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Name">What the user calls it.</param>
/// <param name="ConsumerKey">First part.</param>
/// <param name="TokenKey">Second part; unique.</param>
/// <param name="TokenSecret">Third part.</param>
public sealed record ApiKey(User User, string Name, string ConsumerKey, string TokenKey, Secret TokenSecret)
{
    /// <summary>The three parts as clients paste them.</summary>
    public Secret ToSecret() => new($"{ConsumerKey}:{TokenKey}:{TokenSecret.Reveal()}");
}

/// <summary>The users and their API keys.</summary>
public sealed partial class Users
{
    private const int LongestEmail = 254;

    private readonly IAccountStore _store;
    private readonly SecretCipher _cipher;

    internal Users(IAccountStore store, SecretCipher cipher)
    {
        _store = store;
        _cipher = cipher;
    }

    /// <summary>Creates a user.</summary>
    /// <param name="name">User name: letters, digits and <c>@ . + - _</c>; 1 to 150 characters, unique.</param>
    /// <param name="email">Mail address, at most 254 characters; may be empty.</param>
    /// <param name="password">Password; with an empty one the user cannot log in.</param>
    /// <param name="isAdministrator">Whether the user is an administrator.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<CreateUserResult> CreateAsync(
        string name, string email, Secret password, bool isAdministrator, CancellationToken cancellationToken = default)
    {
        if (!Name().IsMatch(name))
            return new CreateUserResult.Refused("username", "1 to 150 characters: letters, digits and @ . + - _ only.");
        if (email.Length > LongestEmail) return new CreateUserResult.Refused("email", $"At most {LongestEmail} characters.");
        return await _store.CreateUserAsync(name, email, isAdministrator, PasswordHash.Make(password), cancellationToken)
            .ConfigureAwait(false) is { } user
            ? new CreateUserResult.Created(user)
            : new CreateUserResult.Refused("username", "A user with that username already exists.");
    }

    /// <summary>
    /// Changes a user's mail address and rights. Who may edit identities changes mail addresses of users without an administrator's
    /// rights; an administrator changes all, but not the own rights, so that one remains.
    /// </summary>
    /// <param name="name">The user.</param>
    /// <param name="email">Mail address, at most 254 characters; may be empty.</param>
    /// <param name="isAdministrator">Whether everything is allowed.</param>
    /// <param name="actor">
    /// The user who changes it, with the entitlements of <see cref="UserGroups.WithEntitlementsAsync"/>. The rights are compared with the
    /// version that is changed.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<UpdateUserResult> UpdateAsync(
        string name, string email, bool isAdministrator, User actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(email);
        ArgumentNullException.ThrowIfNull(actor);
        if (email.Length > LongestEmail) return new UpdateUserResult.Refused("email", $"At most {LongestEmail} characters.");
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } before) return new UpdateUserResult.NotFound();
            if (RefusalOf(before, isAdministrator, actor) is { } refusal) return refusal;
            var after = before with { Email = email, IsAdministrator = isAdministrator };
            if (after == before) return new UpdateUserResult.Updated(before);
            switch (await _store.UpdateUserAsync(before, after, cancellationToken).ConfigureAwait(false))
            {
                case UserUpdate.Saved:
                    return new UpdateUserResult.Updated(after);
                case UserUpdate.LastAdministrator:
                    return new UpdateUserResult.Refused("is_superuser", "One user must be an administrator.");
            }
        }
    }

    private static UpdateUserResult? RefusalOf(User before, bool isAdministrator, User actor) =>
        !actor.HasEntitlement("can_edit_identities") ? new UpdateUserResult.Forbidden("You do not have permission to change users.")
        : !actor.IsAdministrator && (before.IsAdministrator || isAdministrator)
            ? new UpdateUserResult.Forbidden("This needs an administrator.")
        : before.Id == actor.Id && before.IsAdministrator && !isAdministrator
            ? new UpdateUserResult.Refused("is_superuser", "Administrators cannot take away their own rights.")
        : null;

    /// <summary>The user, or <see langword="null"/>.</summary>
    public async Task<User?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        (await _store.FindUserAsync(name, cancellationToken).ConfigureAwait(false))?.User;

    /// <summary>All users by name.</summary>
    public Task<IReadOnlyList<User>> ListAsync(CancellationToken cancellationToken = default) => _store.ListUsersAsync(cancellationToken);

    /// <summary>
    /// Removes a user with all keys and files. Machines are left as they are. <see langword="false"/> when it does not exist.
    /// </summary>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _store.DeleteUserAsync(name, cancellationToken);

    /// <summary>The user if the password is right, else <see langword="null"/>; takes as long for a name that does not exist.</summary>
    public async Task<User?> VerifyPasswordAsync(string name, Secret password, CancellationToken cancellationToken = default)
    {
        var found = await _store.FindUserAsync(name, cancellationToken).ConfigureAwait(false);
        return PasswordHash.Verify(password, found?.PasswordHash) ? found?.User : null;
    }

    /// <summary>Sets a new password. <see langword="false"/> when there is no such user.</summary>
    public Task<bool> SetPasswordAsync(string name, Secret password, CancellationToken cancellationToken = default) =>
        _store.SetPasswordHashAsync(name, PasswordHash.Make(password), cancellationToken);

    /// <summary>Makes a new API key.</summary>
    /// <param name="user">For whom.</param>
    /// <param name="name">What the user calls it; may be empty, and at most 255 characters are kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ApiKey> CreateApiKeyAsync(User user, string name = "", CancellationToken cancellationToken = default)
    {
        var key = new ApiKey(user, Short(name), Secret.Random(18).Reveal(), Secret.Random(18).Reveal(), Secret.Random());
        var stored = key with { TokenSecret = _cipher.Protect(key.TokenSecret, key.TokenKey) };
        await _store.CreateApiKeyAsync(stored, cancellationToken).ConfigureAwait(false);
        return key;
    }

    /// <summary>The user's keys in the order of creation.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken = default) =>
        [.. (await _store.ListApiKeysAsync(user, cancellationToken).ConfigureAwait(false)).Select(Open)];

    /// <summary>The key with these two parts, or <see langword="null"/>. The caller compares the secret.</summary>
    public async Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken = default) =>
        await _store.FindApiKeyAsync(consumerKey, tokenKey, cancellationToken).ConfigureAwait(false) is { } key ? Open(key) : null;

    /// <summary>Renames a key of the user's. <see langword="false"/> when it does not exist.</summary>
    public Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken = default) =>
        _store.RenameApiKeyAsync(user, tokenKey, Short(name), cancellationToken);

    /// <summary>Ends a key of the user's at once. <see langword="false"/> when it does not exist.</summary>
    public Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken = default) =>
        _store.DeleteApiKeyAsync(user, tokenKey, cancellationToken);

    /// <summary>Encrypts the secrets of API keys that were stored before there was a key to encrypt them with.</summary>
    internal async Task ProtectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ProtectAllAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreFullException)
        {
            // They stay as they are until the next start: a server with a full disk must start, so that it can be emptied.
        }
    }

    private async Task ProtectAllAsync(CancellationToken cancellationToken)
    {
        foreach (var user in await _store.ListUsersAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var key in await _store.ListApiKeysAsync(user, cancellationToken).ConfigureAwait(false))
            {
                if (!_cipher.IsInTheClear(key.TokenSecret)) continue;
                var secret = _cipher.Protect(key.TokenSecret, key.TokenKey);
                await _store.ReplaceApiKeySecretAsync(user, key.TokenKey, secret, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ApiKey Open(ApiKey key) => key with { TokenSecret = _cipher.Unprotect(key.TokenSecret, key.TokenKey) };

    private static string Short(string name) => name.Length <= 255 ? name : name[..255];

    [GeneratedRegex(@"\A[A-Za-z0-9@.+_-]{1,150}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}

/// <summary>The result of creating a user.</summary>
public abstract record CreateUserResult
{
    private CreateUserResult() { }

    /// <summary>The user was created.</summary>
    /// <param name="User">The user.</param>
    public sealed record Created(User User) : CreateUserResult;

    /// <summary>Nothing was created.</summary>
    /// <param name="Field">The field at fault, by the API's name: <c>username</c> or <c>email</c>.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Refused(string Field, string Reason) : CreateUserResult;
}
