using System.Globalization;
using Maas.Core.Records;

namespace Maas.Sqlite;

internal sealed class SqliteRecordStore(SqliteDatabase database, SqliteEventLimit eventLimit, SqliteRecordCatalog catalog) : IRecordStore
{
    public async Task PrepareAsync(IReadOnlyList<RecordTable> tables, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            connection =>
            {
                SqliteRecordSchema.Prepare(connection, tables);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        catalog.Tables = [.. tables];
    }

    public Task<T?> GetAsync<T>(RecordTable<T> table, long id, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        connection => connection.QuerySingleOrDefault(
            $"SELECT version, document FROM \"{table.Name}\" WHERE id = @id",
            row => (T)table.Read(row.GetString(1), id, row.GetInt64(0)),
            ("@id", id)),
        cancellationToken);

    public Task<IReadOnlyList<T>> ListAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        connection =>
        {
            var (where, parameters) = Build(query.Table, query.Where);
            var direction = query.Descending ? " DESC" : "";
            var order = query.OrderBy is { } column
                ? $"{SqliteRecordConditions.ColumnOf(query.Table, column)}{direction}, id{direction}"
                : $"id{direction}";
            var limit = query.Limit is { } most ? string.Create(CultureInfo.InvariantCulture, $" LIMIT {most}") : "";
            return (IReadOnlyList<T>)connection.Query(
                $"SELECT id, version, document FROM \"{query.Table.Name}\"{where} ORDER BY {order}{limit}",
                row => (T)query.Table.Read(row.GetString(2), row.GetInt64(0), row.GetInt64(1)),
                [.. parameters]);
        },
        cancellationToken);

    public Task<long> CountAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        connection =>
        {
            var (where, parameters) = Build(query.Table, query.Where);
            return connection.ExecuteScalar<long>($"SELECT count(*) FROM \"{query.Table.Name}\"{where}", [.. parameters]);
        },
        cancellationToken);

    public async Task<RecordResult> SaveAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var deletes = batch.Changes.All(change => change is RecordChange.Delete or RecordChange.Require);
        try
        {
            return await database.WriteAsync(
                connection => SqliteRecordWriter.Save(connection, catalog.Tables, batch, eventLimit),
                cancellationToken,
                deletes ? WriteKind.Deletion : WriteKind.Ordinary).ConfigureAwait(false);
        }
        catch (RolledBackException<RecordResult> rolledBack)
        {
            return rolledBack.Result;
        }
    }

    public Task<long> GetEpochAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalar<long>("SELECT value FROM record_epoch"), cancellationToken);

    public Task<long> ReserveIdsAsync(RecordTable table, int count, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
            var last = connection.ExecuteScalar<long>("SELECT seq FROM sqlite_sequence WHERE name = @table", ("@table", table.Name));
            if (connection.Execute(
                "UPDATE sqlite_sequence SET seq = @last WHERE name = @table", ("@last", last + count), ("@table", table.Name)) == 0)
                connection.Execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (@table, @last)", ("@last", last + count), ("@table", table.Name));
            return last + 1;
        },
        cancellationToken);

    private static (string Where, List<(string Name, object? Value)> Parameters) Build(
        RecordTable table, IReadOnlyList<RecordCondition> conditions)
    {
        List<(string, object?)> parameters = [];
        var terms = SqliteRecordConditions.Build(table, conditions, prefix: "", value =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@p{parameters.Count}");
            parameters.Add((name, value));
            return name;
        });
        return (terms.Count == 0 ? "" : " WHERE " + string.Join(" AND ", terms), parameters);
    }
}
