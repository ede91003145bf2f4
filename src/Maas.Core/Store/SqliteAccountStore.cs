using Dapper;
using Maas.Core.Accounts;

namespace Maas.Core.Store;

internal sealed class SqliteAccountStore(SqliteDatabase database, StoreQuotas quotas) : IAccountStore
{
    private const string UserColumns = "u.id, u.name, u.email, u.is_administrator";

    public Task<User?> CreateUserAsync(string name, string email, bool isAdministrator, string passwordHash, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var id = connection.ExecuteScalar<long?>(
                """
                INSERT INTO users (name, email, is_administrator, password_hash) VALUES (@name, @email, @administrator, @passwordHash)
                ON CONFLICT (name) DO NOTHING RETURNING id
                """,
                new { name, email, administrator = isAdministrator ? 1 : 0, passwordHash });
            return id is { } number ? new User(number, name, email, isAdministrator) : null;
        },
        cancellationToken);

    public Task<(User User, string PasswordHash)?> FindUserAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection
            .Query<(long Id, string Name, string Email, long Administrator, string Hash)>($"SELECT {UserColumns}, u.password_hash FROM users u WHERE u.name = @name", new { name })
            .Select(row => ((User, string)?)(new User(row.Id, row.Name, row.Email, row.Administrator != 0), row.Hash)).SingleOrDefault(),
        cancellationToken);

    public Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<User>)[.. connection
            .Query<(long Id, string Name, string Email, long Administrator)>($"SELECT {UserColumns} FROM users u ORDER BY u.name")
            .Select(row => new User(row.Id, row.Name, row.Email, row.Administrator != 0))],
        cancellationToken);

    public Task<bool> DeleteUserAsync(string name, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute("DELETE FROM files WHERE owner = @name", new { name });
            return connection.Execute("DELETE FROM users WHERE name = @name", new { name }) > 0;
        },
        cancellationToken, WriteKind.Deletion);

    public Task<bool> SetPasswordHashAsync(string name, string passwordHash, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE users SET password_hash = @passwordHash WHERE name = @name", new { name, passwordHash }) > 0,
        cancellationToken);

    public Task CreateApiKeyAsync(ApiKey key, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (connection.ExecuteScalar<long>("SELECT count(*) FROM api_keys WHERE user_id = @Id", new { key.User.Id }) >= quotas.ApiKeysPerUser)
                throw new QuotaExceededException($"A user has at most {quotas.ApiKeysPerUser} API keys. Delete one first.");
            return connection.Execute(
                "INSERT INTO api_keys (user_id, name, consumer_key, token_key, token_secret) VALUES (@user, @Name, @ConsumerKey, @TokenKey, @secret)",
                new { user = key.User.Id, key.Name, key.ConsumerKey, key.TokenKey, secret = key.TokenSecret.Reveal() });
        },
        cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<ApiKey>)[.. connection
            .Query<(string Name, string Consumer, string Token, string Secret)>(
                "SELECT name, consumer_key, token_key, token_secret FROM api_keys WHERE user_id = @Id ORDER BY id", new { user.Id })
            .Select(row => new ApiKey(user, row.Name, row.Consumer, row.Token, new Secret(row.Secret)))],
        cancellationToken);

    public Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection
            .Query<(long Id, string Name, string Email, long Administrator, string KeyName, string Secret)>(
                $"SELECT {UserColumns}, k.name, k.token_secret FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.token_key = @tokenKey AND k.consumer_key = @consumerKey",
                new { consumerKey, tokenKey })
            .Select(row => new ApiKey(new User(row.Id, row.Name, row.Email, row.Administrator != 0), row.KeyName, consumerKey, tokenKey, new Secret(row.Secret)))
            .SingleOrDefault(),
        cancellationToken);

    public Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("UPDATE api_keys SET name = @name WHERE user_id = @Id AND token_key = @tokenKey", new { user.Id, tokenKey, name }) > 0,
        cancellationToken);

    public Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute("DELETE FROM api_keys WHERE user_id = @Id AND token_key = @tokenKey", new { user.Id, tokenKey }) > 0,
        cancellationToken, WriteKind.Deletion);

    public Task<SshKey?> AddSshKeyAsync(string owner, string key, string? source, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            if (connection.ExecuteScalar<long>("SELECT count(*) FROM ssh_keys WHERE owner = @owner AND key <> @key", new { owner, key }) >= quotas.SshKeysPerUser)
                throw new QuotaExceededException($"A user has at most {quotas.SshKeysPerUser} SSH keys. Delete one first.");
            connection.Execute(
                "INSERT INTO ssh_keys (owner, key, source) SELECT name, @key, @source FROM users WHERE name = @owner ON CONFLICT (owner, key) DO NOTHING",
                new { owner, key, source });
            return connection
                .Query<(long Id, string? Source)>("SELECT id, source FROM ssh_keys WHERE owner = @owner AND key = @key", new { owner, key })
                .Select(row => new SshKey(row.Id, owner, key, row.Source)).SingleOrDefault();
        },
        cancellationToken);

    public Task<IReadOnlyList<SshKey>> ListSshKeysAsync(string owner, CancellationToken cancellationToken) => database.ReadAsync(
        connection => (IReadOnlyList<SshKey>)[.. connection
            .Query<(long Id, string Key, string? Source)>("SELECT id, key, source FROM ssh_keys WHERE owner = @owner ORDER BY id", new { owner })
            .Select(row => new SshKey(row.Id, owner, row.Key, row.Source))],
        cancellationToken);

    public Task<SshKey?> GetSshKeyAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection
            .Query<(string Owner, string Key, string? Source)>("SELECT owner, key, source FROM ssh_keys WHERE id = @id", new { id })
            .Select(row => new SshKey(id, row.Owner, row.Key, row.Source)).SingleOrDefault(),
        cancellationToken);

    public Task<bool> DeleteSshKeyAsync(long id, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute("DELETE FROM ssh_keys WHERE id = @id", new { id }) > 0, cancellationToken, WriteKind.Deletion);
}
