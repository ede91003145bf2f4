namespace Maas.Core.Accounts;

/// <summary>Stores users, their API keys and their SSH keys. Part of <see cref="Stores.IMaasStore"/>.</summary>
public interface IAccountStore
{
    /// <summary>Creates a user.</summary>
    /// <param name="name">User name; unique, compared by ordinal.</param>
    /// <param name="email">Mail address; may be empty.</param>
    /// <param name="isAdministrator">Whether the user is an administrator.</param>
    /// <param name="passwordHash">Hash of the password.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>The user; <see langword="null"/> when the name is taken.</returns>
    Task<User?> CreateUserAsync(
        string name, string email, bool isAdministrator, string passwordHash, CancellationToken cancellationToken);

    /// <summary>Finds a user with the hash of the password.</summary>
    /// <param name="name">User name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Both; <see langword="null"/> when there is no such user.</returns>
    Task<(User User, string PasswordHash)?> FindUserAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists users by name, in ordinal order.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Changes a user's mail address and rights, in one transaction with the check that an administrator remains.
    /// </summary>
    /// <param name="before">The user as it was read. When the stored one differs, nothing is changed.</param>
    /// <param name="after">The user as it is to be; its id and name are those of <paramref name="before"/>.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    Task<UserUpdate> UpdateUserAsync(User before, User after, CancellationToken cancellationToken);

    /// <summary>Deletes a user with all API keys, SSH keys and files. Machines are not changed.</summary>
    /// <param name="name">User name.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when there is no such user; nothing was changed.</returns>
    Task<bool> DeleteUserAsync(string name, CancellationToken cancellationToken);

    /// <summary>Replaces the hash of a user's password.</summary>
    /// <param name="name">User name.</param>
    /// <param name="passwordHash">The new hash.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when there is no such user.</returns>
    Task<bool> SetPasswordHashAsync(string name, string passwordHash, CancellationToken cancellationToken);

    /// <summary>Inserts an API key.</summary>
    /// <param name="key">The key; its user exists.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <exception cref="QuotaExceededException">The user has <see cref="StoreQuotas.ApiKeysPerUser"/> keys already.</exception>
    Task CreateApiKeyAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Lists a user's API keys in the order of creation.</summary>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken);

    /// <summary>Finds an API key by its two public parts.</summary>
    /// <param name="consumerKey">First part.</param>
    /// <param name="tokenKey">Second part.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; <see langword="null"/> when it does not exist.</returns>
    Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken);

    /// <summary>Renames a user's API key.</summary>
    /// <param name="user">The user.</param>
    /// <param name="tokenKey">Second part of the key.</param>
    /// <param name="name">The new name.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when the user has no such key.</returns>
    Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken);

    /// <summary>Replaces the stored secret of a user's API key.</summary>
    /// <param name="user">The user.</param>
    /// <param name="tokenKey">Second part of the key.</param>
    /// <param name="secret">What is stored as its third part.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when the user has no such key.</returns>
    Task<bool> ReplaceApiKeySecretAsync(User user, string tokenKey, Secret secret, CancellationToken cancellationToken);

    /// <summary>Deletes a user's API key.</summary>
    /// <param name="user">The user.</param>
    /// <param name="tokenKey">Second part of the key.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when the user has no such key.</returns>
    Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken);

    /// <summary>Adds public SSH keys, all of them or none. A key that the owner has already is not changed.</summary>
    /// <param name="owner">User name.</param>
    /// <param name="keys">Lines of <c>authorized_keys</c>; no two are equal.</param>
    /// <param name="source">Where they were imported from; <see langword="null"/> for nowhere.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns>
    /// The keys in the same order, each the new one or the one that the owner has; <see langword="null"/> when there is no such owner.
    /// </returns>
    /// <exception cref="QuotaExceededException">The owner would have more than <see cref="StoreQuotas.SshKeysPerUser"/> keys.</exception>
    Task<IReadOnlyList<SshKey>?> AddSshKeysAsync(
        string owner, IReadOnlyList<string> keys, string? source, CancellationToken cancellationToken);

    /// <summary>Lists a user's SSH keys in the order of creation.</summary>
    /// <param name="owner">User name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<SshKey>> ListSshKeysAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Reads an SSH key.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key; <see langword="null"/> when it does not exist.</returns>
    Task<SshKey?> GetSshKeyAsync(long id, CancellationToken cancellationToken);

    /// <summary>Deletes an SSH key.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up before the transaction begins.</param>
    /// <returns><see langword="false"/> when it does not exist.</returns>
    Task<bool> DeleteSshKeyAsync(long id, CancellationToken cancellationToken);
}
