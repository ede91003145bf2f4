using Maas.Client.Http;

namespace Maas.Client.Accounts;

/// <summary>The API keys of the client's user.</summary>
public sealed class AccountClient
{
    private readonly MaasConnection _connection;

    internal AccountClient(MaasConnection connection) => _connection = connection;

    /// <summary>All keys with their names.</summary>
    public async IAsyncEnumerable<MaasNamedApiKey> ListKeysAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var tokens = _connection.ListAsync<TokenJson>("account/", new MaasForm().Add("op", "list_authorisation_tokens"), cancellationToken);
        await foreach (var token in tokens.ConfigureAwait(false))
            if (MaasApiKey.TryParse(token.Token, out var key)) yield return new MaasNamedApiKey(token.Name ?? "", key);
    }

    /// <summary>Creates a key. It is valid at once.</summary>
    /// <param name="name">A name for people; null for the server's own choice.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public async Task<MaasApiKey> CreateKeyAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        var created = await _connection.PostAsync<TokenJson>(
            "account/?op=create_authorisation_token", new MaasForm().Add("name", name), cancellationToken).ConfigureAwait(false);
        return MaasApiKey.TryParse($"{created.ConsumerKey}:{created.TokenKey}:{created.TokenSecret}", out var key)
            ? key
            : throw new MaasApiException("The server created a key that is not one.", System.Net.HttpStatusCode.OK);
    }

    /// <summary>Deletes a key. It is not valid any more.</summary>
    /// <param name="tokenKey">Its second part (<see cref="MaasApiKey.TokenKey"/>).</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MaasApiException">404: there is no such key.</exception>
    public Task DeleteKeyAsync(string tokenKey, CancellationToken cancellationToken = default) => _connection.PostAsync(
        "account/?op=delete_authorisation_token", new MaasForm().Add("token_key", tokenKey), cancellationToken);
}
