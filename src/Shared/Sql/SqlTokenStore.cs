using System.Data.Common;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Stores;

namespace Maas.Sql;

internal sealed class SqlTokenStore(SqlDatabase database, SqlMachineWriter writer) : ITokenStore, INonceStore
{
    private const string TokenColumns = "machine, consumer_key, token_key, token_secret";

    public Task<MachineToken?> GetOrCreateAsync(MachineToken fresh, CancellationToken cancellationToken) =>
        database.WriteAsync(session => GetOrCreate(session, fresh), cancellationToken);

    public Task<MachineToken?> GetAsync(SystemId machine, CancellationToken cancellationToken) =>
        database.ReadAsync(session => Get(session, machine), cancellationToken);

    public Task<MachineToken?> FindAsync(string consumerKey, string tokenKey, CancellationToken cancellationToken) => database.ReadAsync(
        session => session.QuerySingleOrDefault(
            $"SELECT {TokenColumns} FROM node_tokens WHERE token_key = @tokenKey AND consumer_key = @consumerKey",
            ReadToken,
            ("@consumerKey", consumerKey), ("@tokenKey", tokenKey)),
        cancellationToken);

    public Task<bool> AddBootTokenAsync(
        byte[] hash, StoredBootToken token, int most, DateTimeOffset expired, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var machine = token.MachineId.ToString();
            session.Execute("DELETE FROM boot_tokens WHERE issued < @expired", ("@expired", StoreTime.Write(expired)));
            var added = session.Execute(
                """
                INSERT INTO boot_tokens (hash, machine, address, issued)
                SELECT @hash, id, @Address, @issued FROM machines WHERE id = @machine
                """,
                ("@hash", hash), ("@machine", machine), ("@Address", token.Address), ("@issued", StoreTime.Write(token.Issued))) > 0;
            session.Execute(
                """
                DELETE FROM boot_tokens WHERE machine = @machine AND hash <> @hash AND hash NOT IN (
                    SELECT hash FROM boot_tokens WHERE machine = @machine AND hash <> @hash ORDER BY issued DESC, hash LIMIT @others)
                """,
                ("@machine", machine), ("@hash", hash), ("@others", most - 1));
            return added;
        },
        cancellationToken);

    public async Task<BootTokenResult> RedeemAsync(BootTokenRedemption redemption, CancellationToken cancellationToken)
    {
        // Every client may present tokens: those that are no good do not reach the writer.
        var refused = await database.ReadAsync(session => FindRefusal(session, redemption, out _), cancellationToken)
            .ConfigureAwait(false);
        if (refused is not null) return refused;
        var result = await database.WriteAsync(session => Redeem(session, redemption), cancellationToken).ConfigureAwait(false);
        if (result is BootTokenResult.Accepted) database.Changes.Raise();
        return result;
    }

    public Task<bool> AddAsync(
        string consumerKey, string tokenKey, string nonce, DateTimeOffset expires, CancellationToken cancellationToken) =>
            database.WriteAsync(
        session => session.Execute(
            """
            INSERT INTO nonces (token_key, consumer_key, nonce, expires) VALUES (@tokenKey, @consumerKey, @nonce, @expires)
            ON CONFLICT DO NOTHING
            """,
            ("@consumerKey", consumerKey), ("@tokenKey", tokenKey), ("@nonce", nonce), ("@expires", StoreTime.Write(expires))) > 0,
        cancellationToken,
        WriteKind.Nonce);

    public Task PurgeAsync(DateTimeOffset now, int most, int mostOfKey, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            session.Execute("DELETE FROM nonces WHERE expires < @now", ("@now", StoreTime.Write(now)));
            var count = session.ExecuteScalar<long>("SELECT count(*) FROM nonces");
            if (count > mostOfKey)
            {
                // A user may stamp requests with any future, which keeps their nonces for as long: that meets the user's own requests only.
                count -= session.Execute(
                    """
                    DELETE FROM nonces WHERE (token_key, consumer_key, nonce) IN (
                        SELECT token_key, consumer_key, nonce FROM (
                            SELECT token_key, consumer_key, nonce,
                                row_number() OVER (PARTITION BY token_key, consumer_key ORDER BY expires DESC) AS place
                            FROM nonces) AS nonces_of_keys
                        WHERE place > @mostOfKey)
                    """,
                    ("@mostOfKey", mostOfKey));
            }

            var excess = count - most;
            if (excess > 0)
                session.Execute(
                    """
                    DELETE FROM nonces WHERE (token_key, consumer_key, nonce) IN (
                        SELECT token_key, consumer_key, nonce FROM nonces ORDER BY expires LIMIT @excess)
                    """,
                    ("@excess", excess));
            return excess;
        },
        cancellationToken, WriteKind.NonceDeletion);

    private static BootTokenResult.Refused? FindRefusal(
        SqlSession session, BootTokenRedemption redemption, out StoredBootToken? token)
    {
        token = session.QuerySingleOrDefault(
            "SELECT machine, address, issued, used FROM boot_tokens WHERE hash = @hash",
            row => new StoredBootToken(
                SystemId.Parse(row.GetString(0)), row.GetStringOrNull(1), StoreTime.Read(row.GetInt64(2)),
                StoreTime.Read(row.GetInt64OrNull(3))),
            ("@hash", redemption.Hash));
        if (redemption.Refuse(token) is { } reason) return new BootTokenResult.Refused(reason);
        return token is null ? new BootTokenResult.Refused("There is no such boot token.") : null;
    }

    private BootTokenResult Redeem(SqlSession session, BootTokenRedemption redemption)
    {
        if (FindRefusal(session, redemption, out var token) is { } refused) return refused;
        var id = token!.MachineId; // not refused
        session.Execute(
            """
            UPDATE boot_tokens SET used = coalesce(used, @now), address = coalesce(address, @address)
            WHERE hash = @hash AND (used IS NULL OR address IS NULL)
            """,
            ("@hash", redemption.Hash), ("@address", redemption.Address), ("@now", StoreTime.Write(redemption.Now)));
        CheckIn(session, id, redemption);
        return GetOrCreate(session, redemption.Draw(id)) is { } own
            ? new BootTokenResult.Accepted(own)
            : new BootTokenResult.Refused("The machine is gone.");
    }

    private void CheckIn(SqlSession session, SystemId id, BootTokenRedemption redemption)
    {
        var machine = session.QuerySingleOrDefault(
            "SELECT number, version, document FROM machines WHERE id = @id",
            row => MachineDocument.Read(row.GetString(2), row.GetInt64(0), row.GetInt64(1)),
            ("@id", id.ToString()));
        if (machine is not null && StoreRules.CheckIn(machine, redemption) is { } change) writer.Save(session, [change]);
    }

    private static MachineToken? Get(SqlSession session, SystemId machine) => session.QuerySingleOrDefault(
        $"SELECT {TokenColumns} FROM node_tokens WHERE machine = @id", ReadToken, ("@id", machine.ToString()));

    private static MachineToken? GetOrCreate(SqlSession session, MachineToken fresh)
    {
        session.Execute(
            """
            INSERT INTO node_tokens (machine, consumer_key, token_key, token_secret)
            SELECT id, @ConsumerKey, @TokenKey, @secret FROM machines WHERE id = @machine
            ON CONFLICT (machine) DO NOTHING
            """,
            ("@machine", fresh.MachineId.ToString()), ("@ConsumerKey", fresh.ConsumerKey), ("@TokenKey", fresh.TokenKey),
                ("@secret", fresh.TokenSecret.Reveal()));
        return Get(session, fresh.MachineId);
    }

    private static MachineToken ReadToken(DbDataReader row) =>
        new(SystemId.Parse(row.GetString(0)), row.GetString(1), row.GetString(2), new Secret(row.GetString(3)));
}
