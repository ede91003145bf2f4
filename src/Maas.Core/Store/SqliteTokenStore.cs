using Dapper;
using Maas.Core.Accounts;
using Microsoft.Data.Sqlite;

namespace Maas.Core.Store;

internal sealed class SqliteTokenStore(SqliteDatabase database) : ITokenStore, INonceStore
{
    public Task<NodeToken?> GetOrCreateAsync(NodeToken fresh, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => GetOrCreate(connection, fresh), cancellationToken);

    public Task<NodeToken?> GetAsync(SystemId machine, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => Get(connection, machine), cancellationToken);

    public Task<NodeToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection
            .Query<(string Machine, string Secret)>(
                "SELECT machine, token_secret FROM node_tokens WHERE token_key = @tokenKey AND consumer_key = @consumerKey", new { consumerKey, tokenKey })
            .Select(row => new NodeToken(SystemId.Parse(row.Machine), consumerKey, tokenKey, new Secret(row.Secret))).SingleOrDefault(),
        cancellationToken);

    public Task<bool> AddBootTokenAsync(byte[] hash, StoredBootToken token, int most, DateTimeOffset expired, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var machine = token.MachineId.ToString();
            connection.Execute("DELETE FROM boot_tokens WHERE issued < @expired", new { expired = StoreTime.Write(expired) });
            var added = connection.Execute(
                "INSERT INTO boot_tokens (hash, machine, address, issued) SELECT @hash, id, @Address, @issued FROM machines WHERE id = @machine",
                new { hash, machine, token.Address, issued = StoreTime.Write(token.Issued) }) > 0;
            connection.Execute(
                """
                DELETE FROM boot_tokens WHERE machine = @machine AND hash <> @hash AND hash NOT IN (
                    SELECT hash FROM boot_tokens WHERE machine = @machine AND hash <> @hash ORDER BY issued DESC, hash LIMIT @others)
                """,
                new { machine, hash, others = most - 1 });
            return added;
        },
        cancellationToken);

    public Task<BootTokenResult> RedeemAsync(byte[] hash, string address, DateTimeOffset now, Func<StoredBootToken?, string?> judge, Func<SystemId, NodeToken> draw, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            var token = connection
                .Query<(string Machine, string? Address, long Issued, long? Used)>("SELECT machine, address, issued, used FROM boot_tokens WHERE hash = @hash", new { hash })
                .Select(row => new StoredBootToken(SystemId.Parse(row.Machine), row.Address, StoreTime.Read(row.Issued), StoreTime.Read(row.Used)))
                .SingleOrDefault();
            if (judge(token) is { } reason || token is null) return new BootTokenResult.Refused(judge(token) ?? "");
            connection.Execute(
                "UPDATE boot_tokens SET used = coalesce(used, @now), address = coalesce(address, @address) WHERE hash = @hash",
                new { hash, address, now = StoreTime.Write(now) });
            connection.Execute(
                """
                UPDATE machines SET version = version + 1, document = json_set(document, '$.CheckedIn', json('true'))
                WHERE id = @machine AND NOT coalesce(document ->> 'CheckedIn', 0)
                """,
                new { machine = token.MachineId.ToString() });
            return GetOrCreate(connection, draw(token.MachineId)) is { } own
                ? (BootTokenResult)new BootTokenResult.Accepted(own)
                : new BootTokenResult.Refused("The machine is gone.");
        },
        cancellationToken);

    public Task<bool> AddAsync(string consumerKey, string tokenKey, string nonce, DateTimeOffset expires, CancellationToken cancellationToken) => database.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO nonces (token_key, consumer_key, nonce, expires) VALUES (@tokenKey, @consumerKey, @nonce, @expires) ON CONFLICT DO NOTHING",
            new { consumerKey, tokenKey, nonce, expires = StoreTime.Write(expires) }) > 0,
        cancellationToken,
        WriteKind.Nonce);

    public Task PurgeAsync(DateTimeOffset now, int most, int mostOfKey, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            connection.Execute("DELETE FROM nonces WHERE expires < @now", new { now = StoreTime.Write(now) });
            var count = connection.ExecuteScalar<long>("SELECT count(*) FROM nonces");
            if (count > mostOfKey)
            {
                // A user may stamp requests with any future, which keeps their nonces for as long: that meets the user's own requests only.
                count -= connection.Execute(
                    """
                    DELETE FROM nonces WHERE (token_key, consumer_key, nonce) IN (
                        SELECT token_key, consumer_key, nonce FROM (
                            SELECT token_key, consumer_key, nonce, row_number() OVER (PARTITION BY token_key, consumer_key ORDER BY expires DESC) AS place FROM nonces)
                        WHERE place > @mostOfKey)
                    """,
                    new { mostOfKey });
            }

            var excess = count - most;
            if (excess > 0)
                connection.Execute("DELETE FROM nonces WHERE (token_key, consumer_key, nonce) IN (SELECT token_key, consumer_key, nonce FROM nonces ORDER BY expires LIMIT @excess)", new { excess });
            return excess;
        },
        cancellationToken, WriteKind.Deletion);

    private static NodeToken? Get(SqliteConnection connection, SystemId machine) => connection
        .Query<(string Consumer, string Token, string Secret)>(
            "SELECT consumer_key, token_key, token_secret FROM node_tokens WHERE machine = @id", new { id = machine.ToString() })
        .Select(row => new NodeToken(machine, row.Consumer, row.Token, new Secret(row.Secret))).SingleOrDefault();

    private static NodeToken? GetOrCreate(SqliteConnection connection, NodeToken fresh)
    {
        connection.Execute(
            """
            INSERT INTO node_tokens (machine, consumer_key, token_key, token_secret)
            SELECT id, @ConsumerKey, @TokenKey, @secret FROM machines WHERE id = @machine
            ON CONFLICT (machine) DO NOTHING
            """,
            new { machine = fresh.MachineId.ToString(), fresh.ConsumerKey, fresh.TokenKey, secret = fresh.TokenSecret.Reveal() });
        return Get(connection, fresh.MachineId);
    }
}
