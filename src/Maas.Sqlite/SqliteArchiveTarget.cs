using System.Data.Common;
using System.Globalization;
using Maas.Core.Stores;
using Maas.Sql;

namespace Maas.Sqlite;

/// <summary>A store's file that a backup is restored into. Foreign keys are checked at the end, all at once.</summary>
/// <param name="session">A connection that does not enforce foreign keys, in a transaction.</param>
internal sealed class SqliteArchiveTarget(SqliteSession session) : IArchiveTarget
{
    public string Engine => SqliteBackup.Engine;

    public long Newest => StoreSchema.Version;

    public long Contents => StoreSchema.Version;

    public SqlSession Session => session;

    public void Create(long schema)
    {
        foreach (var table in session.Query("SELECT name FROM sqlite_schema WHERE type = 'table'", row => row.GetString(0)))
            if (!table.StartsWith("sqlite_", StringComparison.Ordinal)) session.Execute($"DROP TABLE \"{table}\"");
        StoreSchema.Run(session, 0, (int)schema);
    }

    public IReadOnlyList<ArchiveTable> ListTables() => SqliteTables.List(session);

    public void CreateRecords(string table)
    {
        session.Execute(
            $"CREATE TABLE \"{table}\" ({SqlDialect.IdColumn}, version INTEGER NOT NULL, document TEXT NOT NULL){SqlDialect.TableOptions}");
        // It differs from the declaration that is expected: the columns and indexes are made when the table is prepared.
        session.Execute("INSERT INTO record_tables (name, declaration) VALUES (@table, 'restored')", ("@table", table));
    }

    public IArchiveRows Insert(ArchiveTable table) => new Rows(session.Connection, table);

    public void SetLast(ArchiveTable table, long last)
    {
        if (session.Execute("UPDATE sqlite_sequence SET seq = @last WHERE name = @table", ("@last", last), ("@table", table.Name)) == 0)
            session.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @last)", ("@last", last), ("@table", table.Name));
    }

    public void Complete(ArchiveHeader header)
    {
        if (session.ExecuteScalar<long>("SELECT count(*) FROM sqlite_schema WHERE name = 'record_epoch'") > 0)
            session.Execute("UPDATE record_epoch SET value = @epoch", ("@epoch", header.Epoch));
        if (session.Query("PRAGMA foreign_key_check", row => row.GetString(0)) is [var table, ..])
            throw new StoreBackupException($"The backup is damaged: a row of {table} refers to one that is missing.");
        StoreSchema.Run(session, (int)session.ExecuteScalar<long>("PRAGMA user_version"), StoreSchema.Version);
    }

    private sealed class Rows : IArchiveRows
    {
        private readonly DbCommand _insert;

        public Rows(DbConnection connection, ArchiveTable table)
        {
            var columns = string.Join(", ", table.Columns.Select(column => $"\"{column.Name}\""));
            var values = string.Join(", ", table.Columns.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"@v{at}")));
            _insert = SqlSession.Create(
                connection, $"INSERT INTO \"{table.Name}\" ({columns}) VALUES ({values})",
                [.. table.Columns.Select((_, at) => (string.Create(CultureInfo.InvariantCulture, $"@v{at}"), (object?)null))]);
        }

        public void Add(ReadOnlySpan<object?> values)
        {
            for (var at = 0; at < values.Length; at++) _insert.Parameters[at].Value = values[at] ?? DBNull.Value;
            _insert.ExecuteNonQuery();
        }

        public void End()
        {
            // Each row was inserted at once.
        }

        public void Dispose() => _insert.Dispose();
    }
}
