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
        Lock(session, schema);
        CheckApplication(session, schema);
        Advance(session, schema);
        for (long? last = 0; last is { } after; last = SqlMachineSearch.Fill(session, after))
        {
            // What an earlier version has saved, some at a time.
        }

        session.Execute(CommitMark.DeleteOld);
        transaction.Commit();
    }

    /// <summary>Lets one host at a time change the schema, until the end of the transaction, and creates it when it is missing.</summary>
    public static void Lock(PostgresSession session, string schema)
    {
        // The schema may be missing, so the lock has the name that it will have.
        session.Execute("SELECT pg_advisory_xact_lock(hashtextextended('maas.schema.' || @schema, 0))", ("@schema", schema));
        if (session.ExecuteScalar<long>("SELECT count(*) FROM pg_namespace WHERE nspname = @schema", ("@schema", schema)) == 0)
            session.Execute($"CREATE SCHEMA \"{schema}\"");
    }

    /// <summary>Creates the tables as a version has them, in a schema without tables.</summary>
    public static void Create(PostgresSession session, int version)
    {
        session.Execute("CREATE TABLE schema_version (version BIGINT NOT NULL)");
        Run(session, 0, version);
    }

    /// <summary>Runs the scripts that the store has not had.</summary>
    public static void Advance(PostgresSession session, string schema)
    {
        if (!HasTables(session, schema)) Create(session, Version);
        else Run(session, (int)Check(session, schema), Version);
    }

    /// <summary>The number of the store's schema; 0 for none.</summary>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    public static long Check(PostgresSession session, string schema)
    {
        if (!HasTables(session, schema)) return 0;
        CheckApplication(session, schema);
        var version = session.ExecuteScalar<long>("SELECT max(version) FROM schema_version");
        if (version > Version)
        {
            throw new StoreVersionException(
                $"The schema {schema} has version {version}, written by a newer version of this program; " +
                $"this one understands up to {Version}.");
        }

        return version;
    }

    /// <summary>Checks that a schema that has tables is a store's.</summary>
    /// <exception cref="StoreVersionException">Another program wrote it.</exception>
    public static void CheckApplication(PostgresSession session, string schema)
    {
        if (HasTables(session, schema) && !TablesOf(session, schema).Contains("schema_version"))
            throw new StoreVersionException($"The schema {schema} has tables of another program.");
    }

    /// <summary>Whether a schema has tables.</summary>
    public static bool HasTables(PostgresSession session, string schema) => TablesOf(session, schema).Count > 0;

    private static List<string> TablesOf(PostgresSession session, string schema) => session.Query(
        PostgresTables.NamesIn("@schema"), row => row.GetString(0), ("@schema", schema));

    private static void Run(PostgresSession session, int after, int upTo)
    {
        if (after >= upTo) return;
        foreach (var script in Scripts.Read(after, upTo)) session.Execute(script);
        session.Execute(string.Create(
            CultureInfo.InvariantCulture, $"DELETE FROM schema_version; INSERT INTO schema_version (version) VALUES ({upTo})"));
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
