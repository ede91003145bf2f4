using Maas.Core.Stores;
using Maas.Sqlite;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Maas.Postgres.Tests;

public sealed class PostgresSchemaTests
{
    [Fact(Timeout = 60_000)]
    public async Task Its_tables_and_columns_are_those_of_the_store_on_SQLite()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions(1);
        await using (var store = new PostgresMaasStore(options)) await store.OpenAsync(new StoreLimits(), stop);

        var expected = await ColumnsOfSqliteAsync(stop);
        var actual = await ColumnsAsync(server, options.Schema, stop);

        actual.Should().Contain("machines.document").And.BeEquivalentTo(expected);
    }

    private static async Task<List<string>> ColumnsAsync(PostgresServer server, string schema, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = @schema", connection);
        command.Parameters.AddWithValue("schema", schema);
        await using var reader = await command.ExecuteReaderAsync(stop);
        List<string> columns = [];
        while (await reader.ReadAsync(stop)) columns.Add(reader.GetString(0));
        // SQLite keeps the version in the header of the file, and loses no connection.
        columns.Remove("schema_version.version");
        columns.RemoveAll(column => column.StartsWith("commit_marks.", StringComparison.Ordinal));
        // A single host keeps its leases in journals.
        columns.RemoveAll(column => column.StartsWith("dhcp_leases.", StringComparison.Ordinal)
            || column.StartsWith("dhcp6_leases.", StringComparison.Ordinal));
        return columns;
    }

    private static async Task<List<string>> ColumnsOfSqliteAsync(CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("maas-schema-").FullName;
        try
        {
            var file = Path.Combine(folder, "maas.db");
            await using (var store = new SqliteMaasStore(file)) await store.OpenAsync(new StoreLimits(), stop);
            using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            // Tags were a table of their own before they were records.
            command.CommandText =
                """
                SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'tags'
                """;
            using var reader = command.ExecuteReader();
            List<string> columns = [];
            while (reader.Read()) columns.Add(reader.GetString(0));
            return columns;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
