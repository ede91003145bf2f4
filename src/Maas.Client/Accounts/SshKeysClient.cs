using System.Globalization;
using Maas.Client.Http;

namespace Maas.Client.Accounts;

/// <summary>The SSH keys of the client's user. Deployed machines accept them.</summary>
public sealed class SshKeysClient
{
    private const string Path = "account/prefs/sshkeys/";

    private readonly MaasConnection _connection;

    internal SshKeysClient(MaasConnection connection) => _connection = connection;

    /// <summary>All keys.</summary>
    public IAsyncEnumerable<MaasSshKey> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasSshKey>(Path, null, cancellationToken);

    /// <summary>Reads a key.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<MaasSshKey> GetAsync(long id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasSshKey>(PathOf(id), null, cancellationToken);

    /// <summary>Adds a key, given as in <c>authorized_keys</c>.</summary>
    /// <exception cref="MaasApiException">400: it is not a public key, or it is there.</exception>
    public Task<MaasSshKey> CreateAsync(string key, CancellationToken cancellationToken = default) =>
        _connection.PostAsync<MaasSshKey>(Path, new MaasForm().Add("key", key), cancellationToken);

    /// <summary>Imports the keys of an account, <c>gh:NAME</c> or <c>lp:NAME</c>.</summary>
    public async Task<IReadOnlyList<MaasSshKey>> ImportAsync(string keysource, CancellationToken cancellationToken = default) =>
        await _connection.PostAsync<IReadOnlyList<MaasSshKey>>(
            $"{Path}?op=import", new MaasForm().Add("keysource", keysource), cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes a key.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task DeleteAsync(long id, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(PathOf(id), null, cancellationToken);

    private static string PathOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{Path}{id}/");
}
