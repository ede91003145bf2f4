using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Stores;
using Maas.Sql;
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
    public async Task A_store_in_memory_has_larger_pages_than_a_file()
    {
        using var inMemory = SqliteDatabase.Open(SqliteStoreOptions.InMemory, TimeProvider.System);
        using var file = SqliteDatabase.Open(DataSource, TimeProvider.System);

        (await PageSizeAsync(inMemory)).Should().Be(16384, "its commits walk all pages");
        (await PageSizeAsync(file)).Should().Be(4096);

        static Task<long> PageSizeAsync(SqliteDatabase database) => database.ReadAsync(
            session => session.ExecuteScalar<long>("PRAGMA page_size"), TestContext.Current.CancellationToken);
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
        using (var connection = SqliteSession.Open($"Data Source={DataSource};Pooling=False"))
        {
            connection.Execute("PRAGMA user_version = 999");
        }

        var open = Open;

        open.Should().Throw<StoreVersionException>().WithMessage("*schema 999*understands up to*");
    }

    [Fact(Timeout = 30_000)]
    public async Task A_store_that_another_program_has_locked_is_an_error_once_the_wait_is_over()
    {
        using var other = SqliteSession.Open($"Data Source={DataSource};Pooling=False");
        other.Execute("BEGIN EXCLUSIVE");
        using var connection = SqliteSession.Open($"Data Source={DataSource};Pooling=False;Default Timeout=1");

        var open = () => Task.Run(() => StoreSchema.BringUpToDate(connection, DataSource), TestContext.Current.CancellationToken);

        (await open.Should().ThrowAsync<SqliteException>()).Which.SqliteErrorCode.Should().Be(5); // SQLITE_BUSY
    }

    [Fact]
    public void A_database_of_another_program_is_left_alone()
    {
        using (var connection = SqliteSession.Open($"Data Source={DataSource};Pooling=False"))
        {
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

    [Fact]
    public async Task Tags_of_a_store_of_an_earlier_version_are_kept()
    {
        using (var connection = SqliteSession.Open($"Data Source={DataSource};Pooling=False"))
        {
            StoreSchema.BringUpToDate(connection, DataSource, upTo: 6);
            connection.Execute("INSERT INTO tags (name, comment, kernel_options) VALUES ('ssd', 'it''s \"fast\"', 'quiet'), ('a', '', '')");
        }

        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(DataSource), null, null, TestContext.Current.CancellationToken);

        (await core.Tags.ListAsync(TestContext.Current.CancellationToken)).Should().Equal(
            new Tag("a") { Id = 1, Version = 1 }, new Tag("ssd", "it's \"fast\"", "quiet") { Id = 2, Version = 1 });
        (await core.Tags.CreateAsync(new Tag("ssd"), null, TestContext.Current.CancellationToken)).Should()
            .BeOfType<RecordEdit<Tag>.Refused>();
        (await core.Tags.CreateAsync(new Tag("c"), null, TestContext.Current.CancellationToken)).Should()
            .BeOfType<RecordEdit<Tag>.Done>().Which.Record.Id.Should().Be(3);
    }

    [Fact]
    public async Task Machines_of_a_store_of_an_earlier_version_are_candidates_by_what_they_have()
    {
        var machine = new Machine
        {
            Id = SystemId.Parse("abc346"), Hostname = "old", Architecture = "arm64/generic", CpuCount = 4, MemoryMiB = 4096,
            Status = MachineStatus.Ready,
            Hardware = new() { Disks = [new() { Name = "a", Size = 1 << 30 }, new() { Name = "b", Size = 1L << 40 }] },
        };
        using (var connection = SqliteSession.Open($"Data Source={DataSource};Pooling=False"))
        {
            StoreSchema.BringUpToDate(connection, DataSource, upTo: 8);
            foreach (var (id, json) in new[] { ("abc346", MachineDocument.Write(machine)), ("abc348", "{}") })
                connection.Execute(
                    """
                    INSERT INTO machines (id, hostname, domain, status, power_state, agent_name, zone, pool, version, document)
                    VALUES (@id, @id, 'maas', 4, 0, '', '1', '1', 1, @json)
                    """,
                    ("@id", id), ("@json", json));
        }

        using var database = Open();
        (await database.ReadAsync(
            connection => connection.Query(
                "SELECT locked, architecture, cpu_count, memory, cost, disk_bytes FROM machines ORDER BY number",
                row => (row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))),
            TestContext.Current.CancellationToken)).Should().Equal(
            (0, "arm64/generic", 4, 4096, CandidateRank.Of(machine).Cost, CandidateRank.Of(machine).DiskBytes),
            (0, "amd64/generic", 0, 0, 0, 0));
    }

    [Fact]
    public async Task Candidates_are_found_in_an_index_and_read_in_the_order_of_allocation()
    {
        (CandidateFilter Filter, string Index)[] filters =
        [
            (new(), "machines_candidates"),
            (new() { MinimumCpuCount = 4, Architectures = ["amd64"], Zones = [1], NotPools = [2], NotTags = ["a"] }, "machines_candidates"),
            (new() { After = new CandidateRank(1, 2, 3) }, "machines_candidates"),
            (new() { Ids = [SystemId.Parse("abc346")] }, "(id=?)"),
            (new() { Hostnames = ["one.maas"] }, "(hostname=?)"),
        ];
        using var database = Open();
        foreach (var (filter, index) in filters)
        {
            var (sql, parameters) = SqlCandidateFilter.Build("m.document", filter);
            var plan = await database.ReadAsync(
                connection => connection.Query("EXPLAIN QUERY PLAN " + sql, row => row.GetString(3), [.. parameters]),
                TestContext.Current.CancellationToken);
            plan.Should().Contain(step => step.Contains(index, StringComparison.Ordinal));
            if (index == "machines_candidates")
                plan.Should().NotContain(step => step.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Lists_by_host_name_are_found_in_an_index_and_read_in_its_order()
    {
        MachineFilter page = new() { AfterHostname = "b", Limit = 200 };
        (MachineFilter Filter, string Index)[] filters =
        [
            (page, "machines_search"),
            (page with { Search = ["web", "10.0."], VisibleTo = "ann", Owners = ["ann"] }, "machines_by_owner"),
            (page with { Search = ["web"], Statuses = [MachineStatus.Ready], Zones = [2], NotPools = [3] }, "machines_search"),
            (page with { Search = ["web"], Ids = [SystemId.Parse("abc346")] }, "(id=?)"),
            (page with { Search = ["web"], Tags = ["rare"] }, "(tag=?)"),
            (page with { Tags = ["common"] }, "machines_search"),
        ];
        using var database = Open();
        await database.WriteAsync(
            connection => connection.Execute(
                """
                WITH RECURSIVE some (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM some WHERE number < 1001)
                INSERT INTO machines (number, id, hostname, domain, status, power_state, agent_name, zone, pool, version, document)
                    SELECT number, number, number, 'maas', 4, 0, '', '1', '1', 1, '{}' FROM some;
                INSERT INTO machine_tags (tag, machine) SELECT 'common', id FROM machines
                """),
            TestContext.Current.CancellationToken);
        foreach (var (filter, index) in filters)
        {
            var plan = await database.ReadAsync(
                connection =>
                {
                    var (isNamed, where, parameters) = SqlMachineFilter.Build(connection, filter);
                    var by = isNamed ? "" : SqlDialect.BySearch;
                    return connection.Query(
                        $"EXPLAIN QUERY PLAN SELECT m.document FROM machines m {by} {where} {SqlMachineFilter.OrderAndLimit(filter)}",
                        row => row.GetString(3), [.. parameters]);
                },
                TestContext.Current.CancellationToken);
            plan.Should().Contain(step => step.Contains(index, StringComparison.Ordinal));
            if (index == "machines_search")
                plan.Should().NotContain(step => step.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Machines_that_are_named_are_found_by_their_names()
    {
        MachineFilter[] filters =
        [
            new() { Ids = [SystemId.Parse("abc346")] },
            new() { Hostnames = ["one", "two.maas"] },
            new() { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")] },
            new() { MacAddresses = [MacAddress.Parse("52:54:00:00:00:01")], Statuses = [MachineStatus.New], VisibleTo = "ann" },
        ];
        using var database = Open();
        foreach (var filter in filters)
        {
            var plan = await database.ReadAsync(
                connection =>
                {
                    var (_, where, parameters) = SqlMachineFilter.Build(connection, filter);
                    return connection.Query(
                        $"EXPLAIN QUERY PLAN SELECT m.document FROM machines m {where} {SqlMachineFilter.OrderAndLimit(filter)}",
                        row => row.GetString(3), [.. parameters]);
                },
                TestContext.Current.CancellationToken);
            plan.Should().Contain(step => step.StartsWith("SEARCH m USING", StringComparison.Ordinal));
            plan.Should().NotContain(step => step.StartsWith("SCAN m", StringComparison.Ordinal));
        }
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(DataSource, TimeProvider.System);
}
