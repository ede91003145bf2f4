namespace Maas.Core.Accounts;

/// <summary>Where users, their API keys and their SSH keys are kept.</summary>
internal interface IAccountStore
{
    /// <summary><see langword="null"/> when the name is taken.</summary>
    Task<User?> CreateUserAsync(string name, string email, bool isAdministrator, string passwordHash, CancellationToken cancellationToken);

    Task<(User User, string PasswordHash)?> FindUserAsync(string name, CancellationToken cancellationToken);

    Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellationToken);

    Task<bool> DeleteUserAsync(string name, CancellationToken cancellationToken);

    Task<bool> SetPasswordHashAsync(string name, string passwordHash, CancellationToken cancellationToken);

    Task CreateApiKeyAsync(ApiKey key, CancellationToken cancellationToken);

    Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken);

    Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken);

    Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken);

    Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken);

    /// <summary>The key there is when the owner has it already; <see langword="null"/> when there is no such owner.</summary>
    Task<SshKey?> AddSshKeyAsync(string owner, string key, string? source, CancellationToken cancellationToken);

    Task<IReadOnlyList<SshKey>> ListSshKeysAsync(string owner, CancellationToken cancellationToken);

    Task<SshKey?> GetSshKeyAsync(long id, CancellationToken cancellationToken);

    Task<bool> DeleteSshKeyAsync(long id, CancellationToken cancellationToken);
}
