namespace Maas.Core.Accounts;

/// <summary>A user's public SSH key.</summary>
/// <param name="Id">1 upward.</param>
/// <param name="Owner">User name.</param>
/// <param name="Key">The line as in <c>authorized_keys</c>.</param>
/// <param name="Source">Where it was imported from; <see langword="null"/> for nowhere.</param>
public sealed record SshKey(long Id, string Owner, string Key, string? Source);

/// <summary>The users' public SSH keys, which go to the machines they deploy.</summary>
public sealed class SshKeys
{
    internal SshKeys() { }

    /// <summary>Adds a key; the same key again is the one there is. <see langword="null"/> when it is not an SSH public key.</summary>
    public Task<SshKey?> AddAsync(string owner, string key, string? source = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The user's keys in the order of adding.</summary>
    public Task<IReadOnlyList<SshKey>> ListAsync(string owner, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The key, or <see langword="null"/>.</summary>
    public Task<SshKey?> GetAsync(long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>Removes a key. <see langword="false"/> when there is none.</summary>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
