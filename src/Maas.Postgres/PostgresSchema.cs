using System.Globalization;
using Maas.Core;
using Maas.Sql;
using Npgsql;

namespace Maas.Postgres;

/// <summary>
/// Brings a store's schema up to date by numbered scripts, each once, all in one transaction, one host at a time. There is no way back.
/// </summary>
internal static class PostgresSchema
{
    private const int OldestServer = 150000;

    private static SchemaScripts Scripts { get; } = new(typeof(PostgresSchema).Assembly, "Maas.Postgres.Schema.");

    /// <summary>The number of the newest script.</summary>
    public static int Version => Scripts.Newest;

    /// <summary>Runs the scripts that the store has not had.</summary>
    /// <param name="connection">A connection whose search path is the schema.</param>
    /// <param name="schema">The schema.</param>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    public static void BringUpToDate(NpgsqlConnection connection, string schema)
    {
        CheckServer(connection);
        using var transaction = connection.BeginTransaction();
        var session = new PostgresSession(connection);
        // The schema may be missing, so the lock has the name that it will have.
        session.Execute("SELECT pg_advisory_xact_lock(hashtextextended('maas.schema.' || @schema, 0))", ("@schema", schema));
        if (session.ExecuteScalar<long>("SELECT count(*) FROM pg_namespace WHERE nspname = @schema", ("@schema", schema)) == 0)
            session.Execute($"CREATE SCHEMA \"{schema}\"");
        var version = VersionOf(session, schema);
        if (version > Version)
        {
            throw new StoreVersionException(
                $"The schema {schema} has version {version}, written by a newer version of this program; " +
                $"this one understands up to {Version}.");
        }

        foreach (var script in Scripts.Read(version, Version)) session.Execute(script);
        if (version < Version)
            session.Execute(string.Create(
                CultureInfo.InvariantCulture, $"DELETE FROM schema_version; INSERT INTO schema_version (version) VALUES ({Version})"));
        session.Execute(CommitMark.DeleteOld);
        transaction.Commit();
    }

    private static long VersionOf(PostgresSession session, string schema)
    {
        var tables = session.Query(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = @schema", row => row.GetString(0), ("@schema", schema));
        if (tables.Contains("schema_version")) return session.ExecuteScalar<long>("SELECT max(version) FROM schema_version");
        if (tables.Count > 0) throw new StoreVersionException($"The schema {schema} has tables of another program.");
        session.Execute("CREATE TABLE schema_version (version BIGINT NOT NULL)");
        return 0;
    }

    private static void CheckServer(NpgsqlConnection connection)
    {
        var session = new PostgresSession(connection);
        var server = session.ExecuteScalar<string>("SELECT current_setting('server_version_num')") ?? "0";
        if (int.Parse(server, CultureInfo.InvariantCulture) < OldestServer)
            throw new StoreVersionException($"The server is PostgreSQL {connection.ServerVersion}; the store needs version 15 or later.");
        if (session.ExecuteScalar<string>("SELECT current_setting('server_encoding')") is var encoding and not "UTF8")
            throw new StoreVersionException($"The database has the encoding {encoding}; the store needs UTF8.");
    }
}
