namespace Maas.Sqlite.Tests;

public sealed class CommandCacheTests : IDisposable
{
    private readonly SqliteSession _session = SqliteSession.Open("Data Source=:memory:;Pooling=false");

    public CommandCacheTests()
    {
        _session.Execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)");
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void A_text_that_is_run_again_is_prepared_once()
    {
        var first = _session.Commands.Take(_session.Connection, "SELECT @a", [("@a", 1L)]);
        _session.Commands.Return(first);

        var second = _session.Commands.Take(_session.Connection, "SELECT @a", [("@a", "other")]);

        second.Should().BeSameAs(first);
        second.ExecuteScalar().Should().Be("other");
    }

    [Fact]
    public void Commands_that_are_not_used_make_room_for_others()
    {
        var used = _session.Commands.Take(_session.Connection, "SELECT 'used'", []);
        _session.Commands.Return(used);
        for (var number = 0; number < 1_000; number++)
        {
            _session.Query($"SELECT {number}", row => row.GetInt64(0)).Should().Equal(number);
            _session.Commands.Take(_session.Connection, "SELECT 'used'", []).Should().BeSameAs(used);
            _session.Commands.Return(used);
        }

        _session.Commands.Count.Should().BeInRange(300, 512);
    }

    [Fact]
    public void Values_of_any_type_follow_each_other()
    {
        foreach (var value in (object?[])["text", 5L, null, new byte[] { 1, 2 }, "more"])
            _session.Query("SELECT @value", row => row.IsDBNull(0) ? null : row.GetValue(0), ("@value", value))
                .Should().ContainSingle().Which.Should().BeEquivalentTo(value);
    }

    [Fact]
    public void A_reader_may_run_the_text_that_is_being_read()
    {
        foreach (var word in (string[])["one", "two"]) _session.Execute("INSERT INTO words (word) VALUES (@word)", ("@word", word));
        const string Sql = "SELECT id, word FROM words WHERE id >= @id ORDER BY id";

        var all = _session.Query(
            Sql,
            row => (row.GetString(1), _session.Query(Sql, inner => inner.GetString(1), ("@id", row.GetInt64(0))).Count),
            ("@id", 0L));

        all.Should().Equal(("one", 2), ("two", 1));
    }

    [Fact]
    public void A_text_with_other_parameters_is_another_command()
    {
        var first = _session.Commands.Take(_session.Connection, "SELECT 1", [("@a", 1L)]);
        _session.Commands.Return(first);

        _session.Commands.Take(_session.Connection, "SELECT 1", [("@b", 1L)]).Should().NotBeSameAs(first);
    }

    [Fact]
    public void Large_values_and_texts_are_not_kept()
    {
        const string Sql = "SELECT length(@body)";
        _session.ExecuteScalar<long>(Sql, ("@body", new byte[100_000])).Should().Be(100_000);
        var fresh = _session.Commands.Take(_session.Connection, Sql, [("@body", new byte[1])]);
        _session.Commands.Return(fresh);
        _session.Commands.Take(_session.Connection, Sql, [("@body", new byte[2])]).Should().BeSameAs(fresh);

        var text = "SELECT 1 --" + new string('x', 5000);
        var wide = _session.Commands.Take(_session.Connection, text, []);
        _session.Commands.Return(wide);
        _session.Commands.Take(_session.Connection, text, []).Should().NotBeSameAs(wide);
    }

    [Fact]
    public void A_command_that_failed_is_prepared_anew_and_works()
    {
        const string Sql = "INSERT INTO words (id, word) VALUES (@id, 'a')";
        _session.Execute(Sql, ("@id", 1L)).Should().Be(1);
        _session.Invoking(session => session.Execute(Sql, ("@id", 1L))).Should().Throw<Exception>();

        _session.Execute(Sql, ("@id", 2L)).Should().Be(1);
    }

    [Fact]
    public void A_changed_schema_is_seen()
    {
        _session.Query("SELECT * FROM words", row => row.FieldCount).Should().BeEmpty();
        _session.Execute("ALTER TABLE words ADD COLUMN more TEXT");
        _session.Execute("INSERT INTO words (word) VALUES ('a')");

        _session.Query("SELECT * FROM words", row => row.FieldCount).Should().Equal(3);
    }
}
