using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Maas.Core;
using Maas.Core.Records;
using Maas.Install.Templates;
using Maas.Judges;
using Maas.Sql;

namespace Maas.Sqlite.Tests;

/// <summary>
/// The documents of machines, and one or more of each table of records, as programs of earlier versions wrote them: their texts are in
/// <c>Fixtures/earlier-documents.json</c> with the commits that had their types, and are never written by the present program.
/// Both stores get their rows from here. A new table of records is added there, with the first schema versions that have its rows.
/// </summary>
internal static partial class EarlierDocuments
{
    private static readonly string Text = File.ReadAllText(Repository.PathOf("tests/Maas.Sqlite.Tests/Fixtures/earlier-documents.json"));

    /// <summary>The tables that packages above Core add.</summary>
    public static IReadOnlyList<RecordTable> OfPackages { get; } = [.. TemplateLibrary.Tables, CookieKey.Table];

    /// <summary>All tables of records of the present program; a table comes after those that it refers to.</summary>
    public static IReadOnlyList<RecordTable> Tables { get; } = [.. OfCore(), .. OfPackages];

    /// <summary>The names of all tables that any version has rows of.</summary>
    public static IEnumerable<string> Known => Parts("records").SelectMany(part => part["tables"]!.AsObject()).Select(table => table.Key);

    /// <summary>The documents of <see cref="Core.Tests.UpgradedStore.Machines"/>.</summary>
    /// <param name="database"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="version">The version of its schema.</param>
    public static IReadOnlyList<string> Machines(string database, int version) =>
        [.. Until(database, version, "machines").Last()["documents"]!.AsArray().Select(document => document!.ToJsonString())];

    /// <summary>
    /// Creates the tables of records of a version, and their rows. In the oldest version that has records the columns are empty and their
    /// declaration is another, so that the upgrade derives them.
    /// </summary>
    /// <param name="session">A session of a store.</param>
    /// <param name="database"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="version">The version of its schema.</param>
    public static void AddRecords(SqlSession session, string database, int version)
    {
        var rows = Records(database, version);
        var tables = Tables.Where(table => rows.ContainsKey(table.Name)).ToList();
        if (tables.Count == 0) return;
        SqlRecordSchema.Prepare(session, tables);
        var isOldest = Records(database, version - 1).Count == 0;
        foreach (var table in tables)
        {
            foreach (var row in rows[table.Name])
            {
                var document = row.Document.ToJsonString();
                var values = SqlRecordWriter.Values(table, table.Read(document, row.Id, row.Version)).Where(_ => !isOldest).ToList();
                session.Execute(
                    $"""
                    INSERT INTO "{table.Name}" (id, version, document{string.Concat(values.Select(value => $", \"{value.Name[1..]}\""))})
                    VALUES (@id, @version, @document{string.Concat(values.Select(value => $", {value.Name}"))})
                    """,
                    [("@id", row.Id), ("@version", row.Version), ("@document", document), .. values]);
                SqlDialect.SkipIds(session, table, row.Id);
            }
        }

        if (isOldest) session.Execute("UPDATE record_tables SET declaration = 'the declaration of an earlier version'");
    }

    /// <summary>
    /// Reads each row of records of a version through the store: every property of its document is as it was, and every column finds it.
    /// </summary>
    /// <param name="store">The store, upgraded, with the tables of <see cref="Tables"/>.</param>
    /// <param name="database"><c>sqlite</c> or <c>postgres</c>.</param>
    /// <param name="version">The version of the schema that it had.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task CheckAsync(IRecordStore store, string database, int version, CancellationToken stop)
    {
        var rows = Records(database, version);
        foreach (var table in Tables.Where(table => rows.ContainsKey(table.Name)))
        {
            var check = ((Delegate)CheckTableAsync<StoredRecord>).Method.GetGenericMethodDefinition()
                .MakeGenericMethod(table.GetType().GetGenericArguments());
            await (Task)check.Invoke(null, [store, table, rows[table.Name], stop])!; // it returns a task
        }
    }

    private static async Task CheckTableAsync<T>(IRecordStore store, RecordTable<T> table, IReadOnlyList<Row> rows, CancellationToken stop)
        where T : StoredRecord
    {
        foreach (var row in rows)
        {
            var read = await store.GetAsync(table, row.Id, stop);
            read.Should().NotBeNull($"{table.Name} had a record {row.Id}");
            read!.Version.Should().Be(row.Version, $"record {row.Id} of {table.Name} was not changed"); // it was found
            Differences(row.Document, JsonNode.Parse(table.Write(read)), table.Name).Should().BeEmpty();
            foreach (var column in table.Columns)
            {
                var condition = column.ValueOf(read) is { } value
                    ? RecordCondition.Is(column.Name, value)
                    : new RecordCondition.Missing(column.Name);
                (await store.ListAsync(new RecordQuery<T>(table) { Where = [condition] }, stop)).Select(each => each.Id)
                    .Should().Contain(row.Id, $"it is found by {table.Name}.{column.Name}");
            }
        }
    }

    /// <summary>The properties of a document that are missing in another, or have other values. It may have more.</summary>
    private static IEnumerable<string> Differences(JsonNode? before, JsonNode? now, string path) => (before, now) switch
    {
        (JsonObject expected, JsonObject actual) =>
            expected.SelectMany(property => Differences(property.Value, actual[property.Key], $"{path}.{property.Key}")),
        (JsonArray expected, JsonArray actual) when expected.Count == actual.Count =>
            expected.Zip(actual).SelectMany((pair, at) => Differences(pair.First, pair.Second, $"{path}[{at}]")),
        _ => JsonNode.DeepEquals(before, now) ? [] : [$"{path} was {before?.ToJsonString()} and is {now?.ToJsonString()}"],
    };

    private static Dictionary<string, IReadOnlyList<Row>> Records(string database, int version) =>
        Until(database, version, "records").SelectMany(part => part["tables"]!.AsObject()).ToDictionary(
            table => table.Key,
            IReadOnlyList<Row> (table) =>
            [
                .. table.Value!.AsArray().Select(row => new Row(
                    (long)row!["id"]!, (long)row["version"]!, row["document"]!.AsObject())),
            ]);

    private static IEnumerable<JsonNode> Until(string database, int version, string kind) =>
        Parts(kind).Where(part => part[database] is { } first && (int)first <= version);

    // Parsed by each caller: tests run at once, and a node is read by one thread at a time.
    private static IEnumerable<JsonNode> Parts(string kind) => JsonNode.Parse(Text)![kind]!.AsArray().Select(part => part!); // no null

    // Core does not show them.
    private static IReadOnlyList<RecordTable> OfCore() => (IReadOnlyList<RecordTable>)typeof(MaasCore).Assembly
        .GetType("Maas.Core.RecordTables", throwOnError: true)!.GetProperty("All", BindingFlags.Public | BindingFlags.Static)!
        .GetValue(null)!; // it has a value

    private sealed record Row(long Id, long Version, JsonObject Document);

    /// <summary>The dashboard's table of the keys of its cookies, which it does not show.</summary>
    internal sealed partial record CookieKey : StoredRecord
    {
        public long Number { get; init; }

        public string Xml { get; init; } = "";

        public static RecordTable<CookieKey> Table { get; } = new(
            "data_protection_keys",
            CookieKeyJson.Default.CookieKey,
            [RecordColumn.Number<CookieKey>("number", key => key.Number)],
            [new RecordKey("number", "number")]);
    }

    [JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(CookieKey))]
    private sealed partial class CookieKeyJson : JsonSerializerContext;
}
