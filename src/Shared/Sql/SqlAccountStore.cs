using System.Data.Common;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Stores;

namespace Maas.Sql;

internal sealed class SqlAccountStore(SqlDatabase database, StoreQuotas quotas) : IAccountStore
{
    private const string UserColumns = "u.id, u.name, u.email, u.is_administrator";
    private const string SshKeyColumns = "id, owner, key, source";

    public Task<User?> CreateUserAsync(
        string name, string email, bool isAdministrator, string passwordHash, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var id = session.ExecuteScalar<long?>(
                """
                INSERT INTO users (name, email, is_administrator, password_hash) VALUES (@name, @email, @administrator, @passwordHash)
                ON CONFLICT (name) DO NOTHING RETURNING id
                """,
                ("@name", name), ("@email", email), ("@administrator", isAdministrator ? 1 : 0), ("@passwordHash", passwordHash));
            return id is { } number ? new User(number, name, email, isAdministrator) : null;
        },
        cancellationToken);

    public Task<(User User, string PasswordHash)?> FindUserAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(
        session => session
            .Query(
                $"SELECT {UserColumns}, u.password_hash FROM users u WHERE u.name = @name",
                row => ((User, string)?)(ReadUser(row), row.GetString(4)),
                ("@name", name))
            .SingleOrDefault(),
        cancellationToken);

    public Task<IReadOnlyList<User>> ListUsersAsync(CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<User>)session.Query($"SELECT {UserColumns} FROM users u ORDER BY u.name", ReadUser),
        cancellationToken);

    public Task<UserUpdate> UpdateUserAsync(User before, User after, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            if (before.IsAdministrator && !after.IsAdministrator && IsLastAdministrator(session, before.Name))
                return UserUpdate.LastAdministrator;
            return session.Execute(
                """
                UPDATE users SET email = @email, is_administrator = @administrator
                WHERE id = @id AND name = @name AND email = @oldEmail AND is_administrator = @wasAdministrator
                """,
                ("@email", after.Email), ("@administrator", after.IsAdministrator ? 1 : 0), ("@id", before.Id), ("@name", before.Name),
                ("@oldEmail", before.Email), ("@wasAdministrator", before.IsAdministrator ? 1 : 0)) > 0
                    ? UserUpdate.Saved
                    : UserUpdate.Conflict;
        },
        cancellationToken);

    /// <summary>Whether a user is an administrator, and the only one.</summary>
    internal static bool IsLastAdministrator(SqlSession session, string name) => session.Query(
        "SELECT name FROM users WHERE is_administrator = 1 LIMIT 2", row => row.GetString(0)) is [var only] && only == name;

    public Task<bool> DeleteUserAsync(string name, CancellationToken cancellationToken) =>
        database.WriteAsync(session => DeleteUser(session, name), cancellationToken, WriteKind.Deletion);

    /// <summary>Deletes a user within the caller's transaction; whether there was one.</summary>
    internal static bool DeleteUser(SqlSession session, string name)
    {
        if (session.Execute("DELETE FROM users WHERE name = @name", ("@name", name)) == 0) return false;
        session.Execute("DELETE FROM files WHERE owner = @name", ("@name", name));
        return true;
    }

    public Task<bool> SetPasswordHashAsync(string name, string passwordHash, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
            "UPDATE users SET password_hash = @passwordHash WHERE name = @name", ("@name", name), ("@passwordHash", passwordHash)) > 0,
        cancellationToken);

    public Task CreateApiKeyAsync(ApiKey key, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            StoreRules.CheckApiKeyQuota(quotas, session.ExecuteScalar<long>(
                "SELECT count(*) FROM api_keys WHERE user_id = @Id", ("@Id", key.User.Id)));
            return session.Execute(
                """
                INSERT INTO api_keys (user_id, name, consumer_key, token_key, token_secret)
                VALUES (@user, @Name, @ConsumerKey, @TokenKey, @secret)
                """,
                ("@user", key.User.Id), ("@Name", key.Name), ("@ConsumerKey", key.ConsumerKey), ("@TokenKey", key.TokenKey),
                    ("@secret", key.TokenSecret.Reveal()));
        },
        cancellationToken);

    public Task<IReadOnlyList<ApiKey>> ListApiKeysAsync(User user, CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<ApiKey>)session.Query(
            "SELECT name, consumer_key, token_key, token_secret FROM api_keys WHERE user_id = @Id ORDER BY id",
            row => new ApiKey(user, row.GetString(0), row.GetString(1), row.GetString(2), new Secret(row.GetString(3))),
            ("@Id", user.Id)),
        cancellationToken);

    public Task<ApiKey?> FindApiKeyAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault(
            $"""
            SELECT {UserColumns}, k.name, k.token_secret FROM api_keys k JOIN users u ON u.id = k.user_id
            WHERE k.token_key = @tokenKey AND k.consumer_key = @consumerKey
            """,
            row => new ApiKey(ReadUser(row), row.GetString(4), consumerKey, tokenKey, new Secret(row.GetString(5))),
            ("@consumerKey", consumerKey), ("@tokenKey", tokenKey)),
        cancellationToken);

    public Task<bool> ReplaceApiKeySecretAsync(User user, string tokenKey, Secret secret, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session => session.Execute(
            "UPDATE api_keys SET token_secret = @secret WHERE token_key = @tokenKey AND user_id = @user",
            ("@secret", secret.Reveal()), ("@tokenKey", tokenKey), ("@user", user.Id)) > 0,
        cancellationToken);

    public Task<bool> RenameApiKeyAsync(User user, string tokenKey, string name, CancellationToken cancellationToken) =>
        database.WriteAsync(
        session => session.Execute(
            "UPDATE api_keys SET name = @name WHERE user_id = @Id AND token_key = @tokenKey", ("@Id", user.Id), ("@tokenKey", tokenKey),
                ("@name", name)) > 0,
        cancellationToken);

    public Task<bool> DeleteApiKeyAsync(User user, string tokenKey, CancellationToken cancellationToken) => database.WriteAsync(
        session => session.Execute(
            "DELETE FROM api_keys WHERE user_id = @Id AND token_key = @tokenKey", ("@Id", user.Id), ("@tokenKey", tokenKey)) > 0,
        cancellationToken, WriteKind.Deletion);

    public Task<IReadOnlyList<SshKey>?> AddSshKeysAsync(
        string owner, IReadOnlyList<string> keys, string? source, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            if (session.ExecuteScalar<long>("SELECT count(*) FROM users WHERE name = @owner", ("@owner", owner)) == 0) return null;
            return (IReadOnlyList<SshKey>?)[.. keys.Select(key => AddSshKey(session, owner, key, source))];
        },
        cancellationToken);

    private SshKey AddSshKey(SqlSession session, string owner, string key, string? source)
    {
        if (Find() is { } present) return present;
        var keys = session.ExecuteScalar<long>("SELECT count(*) FROM ssh_keys WHERE owner = @owner", ("@owner", owner));
        StoreRules.CheckSshKeyQuota(quotas, keys);
        session.Execute(
            "INSERT INTO ssh_keys (owner, key, source) VALUES (@owner, @key, @source)",
            ("@owner", owner), ("@key", key), ("@source", source));
        return Find() ?? throw new InvalidOperationException("The key that was inserted is not there.");

        SshKey? Find() => session.QuerySingleOrDefault(
            $"SELECT {SshKeyColumns} FROM ssh_keys WHERE owner = @owner AND key = @key", ReadSshKey, ("@owner", owner), ("@key", key));
    }

    public Task<IReadOnlyList<SshKey>> ListSshKeysAsync(string owner, CancellationToken cancellationToken) => database.ReadAsync(
        session => (IReadOnlyList<SshKey>)session.Query(
            $"SELECT {SshKeyColumns} FROM ssh_keys WHERE owner = @owner ORDER BY id", ReadSshKey, ("@owner", owner)),
        cancellationToken);

    public Task<SshKey?> GetSshKeyAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault($"SELECT {SshKeyColumns} FROM ssh_keys WHERE id = @id", ReadSshKey, ("@id", id)),
        cancellationToken);

    public Task<bool> DeleteSshKeyAsync(long id, CancellationToken cancellationToken) =>
        database.WriteAsync(session =>
        session.Execute("DELETE FROM ssh_keys WHERE id = @id", ("@id", id)) > 0, cancellationToken, WriteKind.Deletion);

    private static User ReadUser(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetFlag(3));

    private static SshKey ReadSshKey(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetStringOrNull(3));
}
