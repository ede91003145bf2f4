using System.Globalization;
using Maas.Core;
using Maas.Sql;

namespace Maas.Sqlite;

/// <summary>Brings a store up to date by numbered scripts, each once, all in one transaction. There is no way back.</summary>
internal static class StoreSchema
{
    /// <summary>Marks the file as ours in SQLite's header: "MAAS".</summary>
    private const int ApplicationId = 0x4D414153;

    private static SchemaScripts Scripts { get; } = new(typeof(StoreSchema).Assembly, "Maas.Sqlite.Schema.");

    /// <summary>The number of the newest script.</summary>
    public static int Version => Scripts.Newest;

    /// <summary>Runs the scripts that the store has not had.</summary>
    /// <param name="session">The store.</param>
    /// <param name="store">Its name, for errors.</param>
    /// <param name="upTo">The last script to run; <see langword="null"/> for all.</param>
    public static void BringUpToDate(SqlSession session, string store, int? upTo = null)
    {
        var version = Check(session, store);
        var last = upTo ?? Version;
        if (version >= last) return;
        session.Execute("BEGIN EXCLUSIVE");
        Run(session, (int)version, last); // a failure ends the connection, and the transaction with it
        session.Execute("COMMIT");
    }

    /// <summary>Runs scripts, in a transaction that the caller commits.</summary>
    /// <param name="session">The store.</param>
    /// <param name="after">The last script that it has had.</param>
    /// <param name="upTo">The last script to run.</param>
    public static void Run(SqlSession session, int after, int upTo) => session.Execute(
        $"""
        {string.Join('\n', Scripts.Read(after, upTo))}
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {upTo.ToString(CultureInfo.InvariantCulture)};
        """);

    /// <summary>The number of the store's schema; 0 for an empty file.</summary>
    /// <exception cref="StoreVersionException">A newer version of the store wrote it, or another program did.</exception>
    public static long Check(SqlSession session, string store)
    {
        CheckApplication(session, store);
        var version = session.ExecuteScalar<long>("PRAGMA user_version");
        if (version > Version)
            throw new StoreVersionException(
                $"The store {store} has schema {version}, written by a newer version of this program; " +
                $"this one understands up to {Version}.");
        return version;
    }

    /// <summary>Checks that the file is empty or a store.</summary>
    /// <exception cref="StoreVersionException">Another program wrote it.</exception>
    public static void CheckApplication(SqlSession session, string store)
    {
        var application = session.ExecuteScalar<long>("PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || session.ExecuteScalar<long>("PRAGMA user_version") != 0
            || session.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema") != 0))
            throw new StoreVersionException($"{store} is a database of another program.");
    }
}
