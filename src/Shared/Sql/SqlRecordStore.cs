using System.Globalization;
using Maas.Core.Records;

namespace Maas.Sql;

internal sealed class SqlRecordStore(SqlDatabase database, SqlEventLimit eventLimit, SqlRecordCatalog catalog) : IRecordStore
{
    public async Task PrepareAsync(IReadOnlyList<RecordTable> tables, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            session =>
            {
                SqlRecordSchema.Prepare(session, tables);
                return true;
            },
            cancellationToken, WriteKind.Preparation).ConfigureAwait(false);
        catalog.Tables = [.. tables];
    }

    public Task<T?> GetAsync<T>(RecordTable<T> table, long id, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        session => session.QuerySingleOrDefault(
            $"SELECT version, document FROM \"{table.Name}\" WHERE id = @id",
            row => (T)table.Read(row.GetString(1), id, row.GetInt64(0)),
            ("@id", id)),
        cancellationToken);

    public Task<IReadOnlyList<T>> ListAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        session =>
        {
            var (where, parameters) = Build(query.Table, query.Where);
            var direction = query.Descending ? " DESC" : "";
            // What has no value comes before what has one.
            var nulls = query.Descending ? "NULLS LAST" : "NULLS FIRST";
            var order = query.OrderBy is { } column
                ? $"{SqlRecordConditions.ColumnOf(query.Table, column)}{direction} {nulls}, id{direction}"
                : $"id{direction}";
            var limit = query.Limit is { } most ? string.Create(CultureInfo.InvariantCulture, $" LIMIT {most}") : "";
            return (IReadOnlyList<T>)session.Query(
                $"SELECT id, version, document FROM \"{query.Table.Name}\"{where} ORDER BY {order}{limit}",
                row => (T)query.Table.Read(row.GetString(2), row.GetInt64(0), row.GetInt64(1)),
                [.. parameters]);
        },
        cancellationToken);

    public Task<long> CountAsync<T>(RecordQuery<T> query, CancellationToken cancellationToken)
        where T : StoredRecord => database.ReadAsync(
        session =>
        {
            var (where, parameters) = Build(query.Table, query.Where);
            return session.ExecuteScalar<long>($"SELECT count(*) FROM \"{query.Table.Name}\"{where}", [.. parameters]);
        },
        cancellationToken);

    public async Task<RecordResult> SaveAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        var deletes = batch.Changes.All(change => change is RecordChange.Delete or RecordChange.Require);
        try
        {
            return await database.WriteAsync(
                session => SqlRecordWriter.Save(session, catalog.Tables, batch, eventLimit),
                cancellationToken,
                deletes ? WriteKind.Deletion : WriteKind.Ordinary).ConfigureAwait(false);
        }
        catch (RolledBackException<RecordResult> rolledBack)
        {
            return rolledBack.Result;
        }
    }

    public Task<long> GetEpochAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.ExecuteScalar<long>(SqlDialect.ReadEpoch), cancellationToken);

    public Task<long> ReserveIdsAsync(RecordTable table, int count, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
            return SqlDialect.ReserveIds(session, table, count);
        },
        cancellationToken, WriteKind.Independent);

    private static (string Where, List<(string Name, object? Value)> Parameters) Build(
        RecordTable table, IReadOnlyList<RecordCondition> conditions)
    {
        List<(string, object?)> parameters = [];
        var terms = SqlRecordConditions.Build(table, conditions, prefix: "", value =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@p{parameters.Count}");
            parameters.Add((name, value));
            return name;
        });
        return (terms.Count == 0 ? "" : " WHERE " + string.Join(" AND ", terms), parameters);
    }
}
