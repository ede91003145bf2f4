using System.Data.Common;
using Maas.Core.Stores;
using Maas.Postgres;
using Maas.Sqlite;
using Microsoft.Extensions.Options;

namespace MaasNet.Commands;

/// <summary>Names a store on the command line: a server's folder, a SQLite file, or a connection string of PostgreSQL.</summary>
internal static class StoreAddress
{
    /// <summary>For the help.</summary>
    public const string Description =
        "a server's folder, a SQLite file, or a connection string of PostgreSQL such as 'Host=db;Database=maas;Username=maas;"
            + "Passfile=/etc/maas/pgpass', with Schema=NAME for another schema than maas";

    private const string Schema = "Schema";

    /// <summary>The store. Nothing is opened yet.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <exception cref="UsageException">It is no connection string; the message does not quote it.</exception>
    public static IStoreBackup Open(string text)
    {
        if (!text.Contains('=') || Path.Exists(text))
            return new SqliteMaasStore(Directory.Exists(text) || !Path.HasExtension(text) ? Path.Combine(text, "maas.db") : text);
        try
        {
            var settings = new DbConnectionStringBuilder { ConnectionString = text };
            var options = new PostgresStoreOptions();
            if (settings.TryGetValue(Schema, out var schema)) options.Schema = $"{schema}";
            settings.Remove(Schema);
            options.ConnectionString = settings.ConnectionString;
            return new PostgresMaasStore(options);
        }
        catch (Exception wrong) when (wrong is ArgumentException or OptionsValidationException)
        {
            // The text may contain a password.
            throw new UsageException("the store is neither a folder nor a file nor a connection string of PostgreSQL");
        }
    }
}
