using Maas.Client.Http;

namespace Maas.Client.Accounts;

/// <summary>Users.</summary>
public sealed class UsersClient
{
    private readonly MaasConnection _connection;

    internal UsersClient(MaasConnection connection) => _connection = connection;

    /// <summary>All users.</summary>
    public IAsyncEnumerable<MaasUser> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasUser>("users/", null, cancellationToken);

    /// <summary>The user whose key the client has.</summary>
    /// <exception cref="MaasApiException">401: the key is not valid.</exception>
    public Task<MaasUser> WhoAmIAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasUser>("users/", new MaasForm().Add("op", "whoami"), cancellationToken);

    /// <summary>Reads a user.</summary>
    /// <exception cref="MaasApiException">404: there is no such user.</exception>
    public Task<MaasUser> GetAsync(string username, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasUser>(PathOf(username), null, cancellationToken);

    /// <summary>Creates a user.</summary>
    /// <exception cref="MaasApiException">400: the name is taken, or a field is wrong.</exception>
    public Task<MaasUser> CreateAsync(
        string username,
        string email,
        string password,
        bool isSuperuser = false,
        CancellationToken cancellationToken = default) => _connection.PostAsync<MaasUser>(
            "users/",
            new MaasForm().Add("username", username).Add("email", email).Add("password", password)
                .Add("is_superuser", isSuperuser ? "1" : "0"),
            cancellationToken);

    /// <summary>Deletes a user.</summary>
    /// <param name="username">The user.</param>
    /// <param name="transferTo">The user who gets what the user owns; null refuses to delete an owner.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MaasApiException">400: the user owns machines, or it is the client's own.</exception>
    public Task DeleteAsync(string username, string? transferTo = null, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(PathOf(username), new MaasForm().Add("transfer_resources_to", transferTo), cancellationToken);

    private static string PathOf(string username) => $"users/{PathPart.Of(username)}/";
}
