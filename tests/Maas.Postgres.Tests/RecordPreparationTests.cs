using System.Text.Json.Serialization;
using Maas.Core.Records;
using Maas.Core.Stores;

namespace Maas.Postgres.Tests;

/// <summary>Tables of records are made, however long that takes, and anew from all of their documents.</summary>
public sealed partial class RecordPreparationTests
{
    private static readonly RecordTable<Note> Before = Table([]);
    private static readonly RecordTable<Note> After = Table([RecordColumn.Text<Note>("text", note => note.Text)]);

    [Fact(Timeout = 60_000)]
    public async Task A_host_waits_for_another_one_that_makes_tables_for_longer_than_a_statement_may_take()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        (options.CommandTimeout, options.RetryDuration) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        await using var source = PostgresDataSource.Create(options);
        await using var other = PostgresConnection.Open(source, options);
        new PostgresSession(other).Execute("SET idle_in_transaction_session_timeout TO 0");
        await using var makes = await other.BeginTransactionAsync(stop);
        new PostgresSession(other).Execute(PostgresLocks.OfSchema);

        var prepares = store.Records.PrepareAsync([After], stop);
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!prepares.IsCompleted && !await HasWaitedAsync(server, options)) await ticks.WaitForNextTickAsync(stop);

        prepares.IsCompleted.Should().BeFalse();
        await makes.CommitAsync(stop);
        await prepares;
        (await store.Records.CountAsync(new RecordQuery<Note>(After), stop)).Should().Be(0);
    }

    [Fact(Timeout = 60_000)]
    public async Task Columns_are_derived_from_all_documents_of_a_large_table()
    {
        var stop = TestContext.Current.CancellationToken;
        const int Notes = 1201;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        await using var store = new PostgresMaasStore(options);
        await store.OpenAsync(new StoreLimits(), stop);
        await store.Records.PrepareAsync([Before], stop);
        await server.ExecuteAsync(
            $"""
            INSERT INTO {options.Schema}.notes (version, document)
            SELECT 1, json_build_object('Text', 'note ' || number)::text FROM generate_series(1, {Notes}) AS number
            """);

        await store.Records.PrepareAsync([After], stop);

        var read = await server.ExecuteAsync(
            $"SELECT count(*) FROM {options.Schema}.notes WHERE text = 'note ' || id AND document::json ->> 'Text' = text");
        read.Should().Be((long)Notes);
    }

    private static async Task<bool> HasWaitedAsync(PostgresServer server, PostgresStoreOptions options) => await server.ExecuteAsync(
        $"""
        SELECT count(*) FROM pg_stat_activity WHERE application_name = '{options.Schema}' AND wait_event_type = 'Lock'
            AND clock_timestamp() - query_start > '2.5 s'
        """) is > 0L;

    private static RecordTable<Note> Table(IReadOnlyList<RecordColumn> columns) => new("notes", Json.Default.Note, columns, []);

    internal sealed record Note : StoredRecord
    {
        public string Text { get; init; } = "";
    }

    [JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(Note))]
    private sealed partial class Json : JsonSerializerContext;
}
