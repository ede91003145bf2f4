using System.Globalization;
using System.Reflection;
using Maas.Core;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite;

/// <summary>Brings a store up to date by numbered scripts, each once, each in a transaction. There is no way back.</summary>
internal static class StoreSchema
{
    /// <summary>Marks the file as ours in SQLite's header: "MAAS".</summary>
    private const int ApplicationId = 0x4D414153;

    private const string Prefix = "Maas.Sqlite.Schema.";

    /// <summary>The number of the newest script.</summary>
    public static int Version => Scripts().Last().Number;

    public static void BringUpToDate(SqliteConnection connection, string store)
    {
        var version = connection.ExecuteScalar<long>("PRAGMA user_version");
        var application = connection.ExecuteScalar<long>("PRAGMA application_id");
        if (application != ApplicationId
            && (application != 0 || version != 0 || connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema") != 0))
            throw new StoreVersionException($"{store} is a database of another program.");
        if (version > Version)
            throw new StoreVersionException(
                $"The store {store} has schema {version}, written by a newer version of this program; this one understands up to {Version}.");

        foreach (var (number, sql) in Scripts().Where(script => script.Number > version))
        {
            connection.Execute(
                $"BEGIN EXCLUSIVE; {sql} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {number.ToString(CultureInfo.InvariantCulture)}; COMMIT;");
        }
    }

    private static IEnumerable<(int Number, string Sql)> Scripts()
    {
        var assembly = typeof(StoreSchema).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), Read(assembly, name)));
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader =
            new StreamReader(assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is missing."));
        return reader.ReadToEnd();
    }
}
