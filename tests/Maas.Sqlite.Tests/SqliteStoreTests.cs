using Maas.Core;
using Microsoft.Data.Sqlite;

namespace Maas.Sqlite.Tests;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-store-").FullName;

    private string DataSource => Path.Combine(_directory, "maas.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_second_server_is_refused_and_told_who_has_the_store()
    {
        using var first = Open();

        var second = Open;

        second.Should().Throw<StoreLockedException>()
            .WithMessage($"*process {Environment.ProcessId} on {Environment.MachineName} since 20*");
    }

    [Fact]
    public void A_store_that_was_closed_is_free()
    {
        Open().Dispose();
        Open().Dispose();
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused()
    {
        Open().Dispose();
        using (var connection = new SqliteConnection($"Data Source={DataSource};Pooling=False"))
        {
            connection.Open();
            connection.Execute("PRAGMA user_version = 999");
        }

        var open = Open;

        open.Should().Throw<StoreVersionException>().WithMessage("*schema 999*understands up to*");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_store_that_another_program_has_locked_is_an_error_once_the_wait_is_over()
    {
        using var other = new SqliteConnection($"Data Source={DataSource};Pooling=False");
        other.Open();
        other.Execute("BEGIN EXCLUSIVE");
        using var connection = new SqliteConnection($"Data Source={DataSource};Pooling=False;Default Timeout=1");
        connection.Open();

        var open = () => Task.Run(() => StoreSchema.BringUpToDate(connection, DataSource), TestContext.Current.CancellationToken);

        (await open.Should().ThrowAsync<SqliteException>()).Which.SqliteErrorCode.Should().Be(5); // SQLITE_BUSY
    }

    [Fact]
    public void A_database_of_another_program_is_left_alone()
    {
        using (var connection = new SqliteConnection($"Data Source={DataSource};Pooling=False"))
        {
            connection.Open();
            connection.Execute("CREATE TABLE theirs (x)");
        }

        var open = Open;

        open.Should().Throw<StoreVersionException>().WithMessage("*another program*");
    }

    [Fact]
    public void Nobody_else_may_read_the_store()
    {
        if (OperatingSystem.IsWindows()) return;
        using var database = Open();
        foreach (var file in Directory.GetFiles(_directory).Where(file => !file.EndsWith(".holder", StringComparison.Ordinal)))
            File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Fact]
    public async Task A_write_that_fails_takes_no_other_along()
    {
        using var database = Open();
        var writes = Enumerable.Range(0, 50).Select(number => database.WriteAsync(
            connection =>
            {
                connection.Execute("INSERT INTO settings (name, json) VALUES (@name, '1')", ("@name", $"n{number}"));
                return number % 7 == 3 ? throw new InvalidOperationException("no") : number;
            },
            default)).ToList();

        foreach (var write in writes) await write.ContinueWith(_ => { }, TaskScheduler.Default);

        writes.Count(write => write.IsFaulted).Should().Be(7);
        (await database.ReadAsync(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM settings"), default)).Should().Be(43);
    }

    [Fact]
    public async Task What_was_written_is_there_after_the_store_was_closed_in_the_middle()
    {
        var database = Open();
        var writes = Enumerable.Range(0, 200).Select(number => database.WriteAsync(
            connection => connection.Execute("INSERT INTO settings (name, json) VALUES (@name, '1')", ("@name", $"n{number}")), default))
                .ToList();
        database.Dispose();
        await Task.WhenAll(writes);

        using var again = Open();
        (await again.ReadAsync(connection => connection.ExecuteScalar<long>("SELECT count(*) FROM settings"), default)).Should().Be(200);
    }

    [Fact]
    public async Task A_store_in_memory_works_like_any_other()
    {
        using var database = SqliteDatabase.Open(SqliteStoreOptions.InMemory, TimeProvider.System);
        await database.WriteAsync(connection => connection.Execute("INSERT INTO settings (name, json) VALUES ('a', '1')"), default);
        (await database.ReadAsync(connection => connection.ExecuteScalar<string>("SELECT json FROM settings"), default)).Should().Be("1");
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(DataSource, TimeProvider.System);
}
