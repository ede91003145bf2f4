namespace Maas.Core.Accounts;

/// <summary>Somebody who may use the API.</summary>
/// <param name="Id">1 upward.</param>
/// <param name="Name">User name: letters, digits, <c>@ . + - _</c>; unique.</param>
/// <param name="Email">May be empty.</param>
/// <param name="IsAdministrator">Whether everything is allowed.</param>
public sealed record User(long Id, string Name, string Email, bool IsAdministrator);

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
public sealed class Users
{
    internal Users() { }

    /// <summary>Makes a user; <see langword="null"/> when the name is taken or not allowed.</summary>
    /// <param name="name">User name.</param>
    /// <param name="email">Mail address, or empty.</param>
    /// <param name="password">Password; an empty one never lets anybody in.</param>
    /// <param name="isAdministrator">Whether everything is allowed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<User?> CreateAsync(string name, string email, Secret password, bool isAdministrator, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The user, or <see langword="null"/>.</summary>
    public Task<User?> FindAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>All users by name.</summary>
    public Task<IReadOnlyList<User>> ListAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Removes a user with all keys, SSH keys and files. <see langword="false"/> when there is none.</summary>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The user if the password is right, else <see langword="null"/>; takes as long for a name that does not exist.</summary>
    public Task<User?> VerifyPasswordAsync(string name, Secret password, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Sets a new password. <see langword="false"/> when there is no such user.</summary>
    public Task<bool> SetPasswordAsync(string name, Secret password, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Makes a new API key.</summary>
    /// <param name="user">For whom.</param>
    /// <param name="name">What the user calls it; may be empty.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ApiKey> CreateApiKeyAsync(User user, string name = "", CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The user's keys in the order of creation.</summary>
    public Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The key with these two parts, or <see langword="null"/>. The caller compares the secret.</summary>
    public Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Renames a key of the user's. <see langword="false"/> when there is none.</summary>
    public Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Ends a key of the user's at once. <see langword="false"/> when there is none.</summary>
    public Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
