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
        var version = session.ExecuteScalar<long>("PRAGMA user_version");
        var application = session.ExecuteScalar<long>("PRAGMA application_id");
        if (application != ApplicationId
            && (application != 0 || version != 0 || session.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema") != 0))
            throw new StoreVersionException($"{store} is a database of another program.");
        if (version > Version)
            throw new StoreVersionException(
                $"The store {store} has schema {version}, written by a newer version of this program; " +
                $"this one understands up to {Version}.");

        var last = upTo ?? Version;
        var missing = Scripts.Read(version, last);
        if (missing.Count == 0) return;
        session.Execute(
            $"""
            BEGIN EXCLUSIVE;
            {string.Join('\n', missing)}
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {last.ToString(CultureInfo.InvariantCulture)};
            COMMIT;
            """);
    }
}
