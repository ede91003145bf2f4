using System.Buffers.Binary;
using System.Text;

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
    private const int Longest = 16 * 1024;
    private readonly IAccountStore _store;

    internal SshKeys(IAccountStore store) => _store = store;

    /// <summary>
    /// Adds a key; the same key again is the one there is. <see langword="null"/> when it is not an SSH public key
    /// (RFC 4253 section 6.6: the blob must begin with the name of its own type), or there is no such user.
    /// </summary>
    public async Task<SshKey?> AddAsync(string owner, string key, string? source = null, CancellationToken cancellationToken = default)
    {
        var line = key.Trim();
        return IsPublicKey(line) ? await _store.AddSshKeyAsync(owner, line, source, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>The user's keys in the order of adding.</summary>
    public Task<IReadOnlyList<SshKey>> ListAsync(string owner, CancellationToken cancellationToken = default) =>
        _store.ListSshKeysAsync(owner, cancellationToken);

    /// <summary>The key, or <see langword="null"/>.</summary>
    public Task<SshKey?> GetAsync(long id, CancellationToken cancellationToken = default) => _store.GetSshKeyAsync(id, cancellationToken);

    /// <summary>Removes a key. <see langword="false"/> when it does not exist.</summary>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        _store.DeleteSshKeyAsync(id, cancellationToken);

    private static bool IsPublicKey(string line)
    {
        // One line only: these lines are joined into authorized_keys on the machine.
        if (line.Length > Longest || line.Any(char.IsControl)) return false;
        if (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is not [var type, var blob, ..]) return false;
        var bytes = new byte[blob.Length];
        if (!Convert.TryFromBase64String(blob, bytes, out var length) || length < 4) return false;
        var nameLength = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return nameLength == type.Length && length > 4 + type.Length && Encoding.ASCII.GetString(bytes, 4, type.Length) == type;
    }
}
