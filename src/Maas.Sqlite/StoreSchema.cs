using System.Globalization;
using Maas.Core;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>Brings a store up to date by numbered scripts, each once, all in one transaction. There is no way back.</summary>
internal static class StoreSchema
{
    /// <summary>Marks the file as ours in SQLite's header: "MAAS".</summary>
    private const int ApplicationId = 0x4D414153;

    private const string Prefix = "Maas.Sqlite.Schema.";

    /// <summary>The number of the newest script.</summary>
    public static int Version => Scripts[^1].Number;

    private static (int Number, string Resource)[] Scripts { get; } =
    [
        .. typeof(StoreSchema).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), name)),
    ];

    /// <summary>Runs the scripts that the store has not had.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="store">Its name, for errors.</param>
    /// <param name="upTo">The last script to run; <see langword="null"/> for all.</param>
    public static void BringUpToDate(SqliteConnection connection, string store, int? upTo = null)
    {
        var version = connection.ExecuteScalar<long>("PRAGMA user_version");
        var application = connection.ExecuteScalar<long>("PRAGMA application_id");
        if (application != ApplicationId
            && (application != 0 || version != 0 || connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema") != 0))
            throw new StoreVersionException($"{store} is a database of another program.");
        if (version > Version)
            throw new StoreVersionException(
                $"The store {store} has schema {version}, written by a newer version of this program; " +
                $"this one understands up to {Version}.");

        var missing = Scripts.Where(script => script.Number > version && script.Number <= (upTo ?? Version)).ToList();
        if (missing.Count == 0) return;
        connection.Execute(
            $"""
            BEGIN EXCLUSIVE;
            {string.Join('\n', missing.Select(script => Read(script.Resource)))}
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {missing[^1].Number.ToString(CultureInfo.InvariantCulture)};
            COMMIT;
            """);
    }

    private static string Read(string resource)
    {
        using var content = typeof(StoreSchema).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is missing.");
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }
}
