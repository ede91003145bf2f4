using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Maas.Core.Accounts;

/// <summary>A user's public SSH key.</summary>
/// <param name="Id">1 upward.</param>
/// <param name="Owner">User name.</param>
/// <param name="Key">The line as in <c>authorized_keys</c>.</param>
/// <param name="Source">Where it was imported from; <see langword="null"/> for nowhere.</param>
public sealed record SshKey(long Id, string Owner, string Key, string? Source);

/// <summary>The users' public SSH keys, which go to the machines they deploy.</summary>
public sealed partial class SshKeys
{
    private const int Longest = 16 * 1024;
    private const string DefaultProtocol = "lp";
    private readonly IAccountStore _store;
    private readonly ISshKeySource? _source;

    internal SshKeys(IAccountStore store, ISshKeySource? source)
    {
        _store = store;
        _source = source;
    }

    /// <summary>
    /// Adds a key; the same key again is the one there is. <see langword="null"/> when it is not an SSH public key
    /// (RFC 4253 section 6.6: the blob must begin with the name of its own type), or there is no such user.
    /// </summary>
    public async Task<SshKey?> AddAsync(string owner, string key, string? source = null, CancellationToken cancellationToken = default)
    {
        var line = key.Trim();
        if (!IsPublicKey(line)) return null;
        return await _store.AddSshKeysAsync(owner, [line], source, cancellationToken).ConfigureAwait(false) is [var added] ? added : null;
    }

    /// <summary>
    /// Imports the keys that a person published elsewhere, all of them or none. Keys that the user has already stay as they are.
    /// </summary>
    /// <param name="owner">User name.</param>
    /// <param name="keySource">
    /// <c>lp:ACCOUNT</c> (Launchpad) or <c>gh:ACCOUNT</c> (GitHub); without a protocol it is Launchpad's.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="QuotaExceededException">The user would have more keys than allowed.</exception>
    public async Task<SshKeyImportResult> ImportAsync(string owner, string keySource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keySource);
        var (protocol, account) = keySource.Split(':', 2) is [var before, var after] ? (before, after) : (DefaultProtocol, keySource);
        if (protocol is not ("lp" or "gh")) return Failed($"'{LogText.From(protocol, 32)}' is neither lp nor gh.");
        if (!Account().IsMatch(account)) return Failed($"'{LogText.From(account, 100)}' is no name of an account.");
        if (_source is null) return Failed("This server imports no keys from elsewhere.");
        var answer = await _source.FindAsync(protocol, account, cancellationToken).ConfigureAwait(false);
        if (answer is SshKeySourceResult.Failed failed) return Failed(failed.Reason);
        string[] keys = [.. ((SshKeySourceResult.Found)answer).Keys.Select(key => key.Trim()).Where(key => key.Length > 0)
            .Distinct(StringComparer.Ordinal)];
        if (keys.Length == 0) return Failed($"There are no SSH keys for {protocol} user {account}.");
        if (!keys.All(IsPublicKey)) return Failed("The server answered with something that is no SSH public key.");
        return await _store.AddSshKeysAsync(owner, keys, $"{protocol}:{account}", cancellationToken).ConfigureAwait(false) is { } imported
            ? new SshKeyImportResult.Imported(imported)
            : Failed("There is no such user.");
    }

    /// <summary>The user's keys in the order of adding.</summary>
    public Task<IReadOnlyList<SshKey>> ListAsync(string owner, CancellationToken cancellationToken = default) =>
        _store.ListSshKeysAsync(owner, cancellationToken);

    /// <summary>The key, or <see langword="null"/>.</summary>
    public Task<SshKey?> GetAsync(long id, CancellationToken cancellationToken = default) => _store.GetSshKeyAsync(id, cancellationToken);

    /// <summary>Removes a key. <see langword="false"/> when it does not exist.</summary>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        _store.DeleteSshKeyAsync(id, cancellationToken);

    private static SshKeyImportResult.Failed Failed(string reason) => new($"Unable to import SSH keys. {reason}");

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

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+-]{0,99}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Account();
}

/// <summary>The result of an import of SSH keys.</summary>
public abstract record SshKeyImportResult
{
    private SshKeyImportResult() { }

    /// <summary>The user has the keys.</summary>
    /// <param name="Keys">All keys of the account, those included that the user had before.</param>
    public sealed record Imported(IReadOnlyList<SshKey> Keys) : SshKeyImportResult;

    /// <summary>No key was added.</summary>
    /// <param name="Reason">Why, for the user.</param>
    public sealed record Failed(string Reason) : SshKeyImportResult;
}
