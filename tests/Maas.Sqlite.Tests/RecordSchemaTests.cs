using System.Text.Json.Serialization;
using Maas.Core.Records;
using Maas.Core.Stores;

namespace Maas.Sqlite.Tests;

public sealed partial class RecordSchemaTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-records-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Columns_are_derived_from_the_documents_when_their_declaration_changes()
    {
        var before = Table([RecordColumn.Text<Book>("title", book => book.Title)], [new RecordKey("title", "title")]);
        var after = Table(
            [RecordColumn.Number<Book>("pages", book => book.Pages),
                RecordColumn.Text<Book>("title", book => book.Title.ToUpperInvariant())],
            [new RecordKey("title", "title")]);
        await using (var store = await OpenAsync(before))
        {
            foreach (var (title, pages) in new[] { ("a", 300), ("b", 100), ("c", 200) })
                await SaveAsync(store, new RecordChange.Insert(before, new Book { Title = title, Pages = pages }));
        }

        await using var changed = await OpenAsync(after);

        (await changed.Records.ListAsync(new RecordQuery<Book>(after) { OrderBy = "pages" }, Stop))
            .Select(book => (book.Id, book.Title)).Should().Equal((2, "b"), (3, "c"), (1, "a"));
        (await changed.Records.CountAsync(new RecordQuery<Book>(after) { Where = [RecordCondition.Is("title", "A")] }, Stop)).Should()
            .Be(1);
        (await SaveAsync(changed, new RecordChange.Insert(after, new Book { Title = "A" }))).Should().BeOfType<RecordResult.Duplicate>();
        (await SaveAsync(changed, new RecordChange.Insert(after, new Book { Title = "d" }))).Should().BeOfType<RecordResult.Saved>()
            .Which.Records[0]!.Id.Should().Be(4);
    }

    [Theory]
    [InlineData("Books")]
    [InlineData("books; DROP TABLE machines")]
    [InlineData("books\"")]
    [InlineData("")]
    public void A_name_that_is_no_identifier_is_refused(string name)
    {
        var declare = () => new RecordTable<Book>(name, Json.Default.Book, [], []);
        declare.Should().Throw<ArgumentException>();
        var column = () => Table([RecordColumn.Text<Book>(name, book => book.Title)], []);
        column.Should().Throw<ArgumentException>();
        var key = () => Table([], [new RecordKey("title", name)]);
        key.Should().Throw<ArgumentException>();
    }

    private static RecordTable<Book> Table(IReadOnlyList<RecordColumn> columns, IReadOnlyList<RecordKey> keys) =>
        new("books", Json.Default.Book, columns, keys);

    private static Task<RecordResult> SaveAsync(IMaasStore store, RecordChange change) =>
        store.Records.SaveAsync(new RecordBatch { At = DateTimeOffset.UnixEpoch, Changes = [change] }, Stop);

    private async Task<SqliteMaasStore> OpenAsync(RecordTable table)
    {
        var store = new SqliteMaasStore(Path.Combine(_directory, "maas.db"));
        await store.OpenAsync(new StoreLimits(), Stop);
        await store.Records.PrepareAsync([table], Stop);
        return store;
    }

    internal sealed record Book : StoredRecord
    {
        public string Title { get; init; } = "";

        public int Pages { get; init; }
    }

    [JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
    [JsonSerializable(typeof(Book))]
    private sealed partial class Json : JsonSerializerContext;
}
