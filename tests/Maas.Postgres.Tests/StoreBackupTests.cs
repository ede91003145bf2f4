using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Core.Tests;
using Maas.Sqlite;

namespace Maas.Postgres.Tests;

/// <summary>Backups of a schema while hosts use it, and copies between SQLite and PostgreSQL.</summary>
public sealed class StoreBackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-backup-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_directory, "backup.gz");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_store_that_is_copied_to_PostgreSQL_and_back_is_the_same()
    {
        var server = await PostgresServer.GetSharedAsync();
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.ReadyAsync();
        var other = await test.EnlistAsync("52:54:00:00:00:02");
        await test.DoAsync(other.Id, new MachineCommand.Accept()); // it is to be turned on: that is in the queue
        await test.Core.Files.PutAsync("ann", "a\tb\\n", new byte[] { 0, (byte)'\\', 10, 255 }, Stop);
        await test.Core.DisposeAsync();
        var (source, back) = (test.DataSource, Path.Combine(_directory, "back.db"));
        var options = server.NewOptions();

        var there = await StoreCopy.RunAsync(new SqliteMaasStore(source), new PostgresMaasStore(options), cancellationToken: Stop);
        var again = await StoreCopy.RunAsync(new PostgresMaasStore(options), new SqliteMaasStore(back), cancellationToken: Stop);

        again.Tables.Should().BeEquivalentTo(there.Tables);
        there.Tables.Where(table => table.Rows > 0).Select(table => table.Name)
            .Should().Contain(["machines", "effects", "events", "machine_changes", "script_results", "node_names", "files"]);
        (there.LeftOut, again.LeftOut).Should().BeEquivalentTo((Array.Empty<string>(), Array.Empty<string>()));
        await test.ReopenOverAsync(() => new PostgresMaasStore(options));
        (await test.GetAsync(machine.Id)).Should().BeEquivalentTo(machine);
    }

    [Fact]
    public async Task A_copy_continues_what_was_under_way_with_higher_numbers()
    {
        var server = await PostgresServer.GetSharedAsync();
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Accept());
        var changes = await test.Store.Machines.ReadChangesAsync(0, 100, Stop);
        var epoch = await test.Store.Records.GetEpochAsync(Stop);
        await test.Core.DisposeAsync();
        var options = server.NewOptions();

        await StoreCopy.RunAsync(new SqliteMaasStore(test.DataSource), new PostgresMaasStore(options), cancellationToken: Stop);
        await test.ReopenOverAsync(() => new PostgresMaasStore(options));
        (await test.Store.Machines.ReadChangesAsync(0, 100, Stop)).Should().Equal(changes);
        (await test.Store.Records.GetEpochAsync(Stop)).Should().BeGreaterThanOrEqualTo(epoch);
        await test.SettleAsync(machine.Id);
        await test.RunScriptsAsync(machine.Id, Inventories.Small("52:54:00:00:00:01", 2, 2048));
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));
        var second = await test.EnlistAsync("52:54:00:00:00:02");

        (await test.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
        second.Number.Should().BeGreaterThan(machine.Number);
        var last = changes[^1].Number;
        var later = await test.Store.Machines.ReadChangesAsync(last, 100, Stop);
        later.Should().NotBeEmpty().And.OnlyContain(change => change.Number > last);
    }

    [Fact]
    public async Task A_backup_under_load_is_of_one_moment()
    {
        await using var hosts = await TestHosts.OpenAsync(2);
        using var enough = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            var machine = await hosts.CreateAsync(number, MachineStatus.Ready);
            while (!enough.IsCancellationRequested)
            {
                var change = new MachineChange { Machine = machine, At = hosts.Now };
                var saved = await hosts.Stores[number % 2].Machines.SaveAsync([change], default);
                machine = saved.Should().BeOfType<SaveResult.Saved>().Subject.Machines[0];
            }

            return machine.Version;
        })).ToList();
        var copy = hosts.Server.NewOptions();

        while ((await hosts.Stores[0].Machines.CountAsync(Stop)).Values.Sum() < 4) await Task.Yield();
        for (var round = 0; round < 3; round++)
        {
            await StoreBackupFile.WriteAsync(hosts.Stores[0], Backup, overwrite: true, cancellationToken: Stop);
            await StoreBackupFile.RestoreAsync(new PostgresMaasStore(copy), Backup, StoreRestoreMode.Replace, cancellationToken: Stop);
            await using var restored = new PostgresMaasStore(copy);
            await restored.OpenAsync(new StoreLimits(), Stop);
            var changes = await restored.Machines.ReadChangesAsync(0, 100_000, Stop);
            foreach (var machine in await restored.Machines.ListAsync(new MachineFilter(), Stop))
            {
                changes.Where(change => change.MachineId == machine.Id).Select(change => change.Version)
                    .Should().Equal(Enumerable.Range(1, (int)machine.Version).Select(version => (long)version));
            }
        }

        await enough.CancelAsync();
        (await Task.WhenAll(writing)).Should().OnlyContain(version => version > 1, "hosts were not stopped");
    }

    [Fact]
    public async Task A_store_in_use_is_neither_replaced_nor_copied_and_one_with_tables_only_on_demand()
    {
        await using var hosts = await TestHosts.OpenAsync(1);
        var leads = await hosts.Stores[0].LeadAsync(Stop);
        await StoreBackupFile.WriteAsync(hosts.Stores[0], Backup, cancellationToken: Stop);
        var unused = hosts.Server.NewOptions();
        await using (var store = new PostgresMaasStore(unused)) await store.OpenAsync(new StoreLimits(), Stop);

        var replace = () => StoreBackupFile.RestoreAsync(new PostgresMaasStore(hosts.Options), Backup, StoreRestoreMode.Replace);
        var copy = () => StoreCopy.RunAsync(
            new PostgresMaasStore(hosts.Options), new SqliteMaasStore(Path.Combine(_directory, "a.db")), cancellationToken: Stop);
        var into = () => StoreBackupFile.RestoreAsync(new PostgresMaasStore(unused), Backup);

        leads.Lost.IsCancellationRequested.Should().BeFalse();
        await replace.Should().ThrowAsync<StoreLockedException>();
        await copy.Should().ThrowAsync<StoreLockedException>();
        await into.Should().ThrowAsync<StoreBackupException>().WithMessage("*has tables*");
        (await StoreBackupFile.RestoreAsync(new PostgresMaasStore(unused), Backup, StoreRestoreMode.Replace)).Rows.Should().BePositive();
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_operator_s_index_serves_searches_and_a_restoration_leaves_its_extension_alone(bool isInSchema)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PostgresServer.StartNewAsync();
        var options = server.NewOptions(1);
        await using (var hosts = await TestHosts.OpenAsync(1, server, options))
        {
            for (var number = 1; number <= 3; number++) await hosts.CreateAsync(number, MachineStatus.Ready);
            var place = isInSchema ? options.Schema : "public";
            await server.ExecuteAsync($"CREATE EXTENSION pg_trgm SCHEMA {place}");
            await server.ExecuteAsync(
                $"CREATE INDEX CONCURRENTLY machines_search ON {options.Schema}.machines USING gin (search {place}.gin_trgm_ops)");
            (await SearchAsync(hosts.Stores[0])).Should().Be("machine-2");
            (await server.ExecuteAsync(
                $"""
                SET enable_seqscan TO off; SET enable_indexscan TO off; SET enable_indexonlyscan TO off;
                EXPLAIN (FORMAT JSON) SELECT number FROM {options.Schema}.machines m
                WHERE m.search LIKE '%machine-2%'
                """)).Should().BeOfType<string>().Which.Should().Contain("machines_search");
            await StoreBackupFile.WriteAsync(hosts.Stores[0], Backup, cancellationToken: stop);
        }

        await StoreBackupFile.RestoreAsync(new PostgresMaasStore(options), Backup, StoreRestoreMode.Replace, cancellationToken: stop);

        await using var restored = new PostgresMaasStore(options);
        await restored.OpenAsync(new StoreLimits(), stop);
        (await SearchAsync(restored)).Should().Be("machine-2");
        (await server.ExecuteAsync($"SELECT {(isInSchema ? options.Schema : "public")}.similarity('a', 'a')::float8")).Should().Be(1.0);

        static async Task<string> SearchAsync(PostgresMaasStore store) =>
            (await store.Machines.ListAsync(new MachineFilter { Search = ["chine-2"] }, Stop)).Should().ContainSingle().Which.Hostname;
    }

    [Fact]
    public async Task A_restoration_that_fails_leaves_the_schema_as_it_was()
    {
        await using var hosts = await TestHosts.OpenAsync(1);
        await hosts.CreateAsync(1, MachineStatus.Ready);
        await StoreBackupFile.WriteAsync(hosts.Stores[0], Backup, cancellationToken: Stop);
        var broken = (await File.ReadAllBytesAsync(Backup, Stop))[..1000];
        var (empty, foreign) = (hosts.Server.NewOptions(), hosts.Server.NewOptions());
        await hosts.Server.ExecuteAsync($"CREATE SCHEMA {foreign.Schema}; CREATE TABLE {foreign.Schema}.theirs (x INT)");

        var restore = () => new PostgresMaasStore(empty).RestoreAsync(new MemoryStream(broken), StoreRestoreMode.IntoEmpty, null, Stop);
        var replace = () => StoreBackupFile.RestoreAsync(new PostgresMaasStore(foreign), Backup, StoreRestoreMode.Replace);
        var nothing = () => new PostgresMaasStore(empty).BackUpAsync(Stream.Null, null, Stop);

        await restore.Should().ThrowAsync<StoreBackupException>();
        await replace.Should().ThrowAsync<StoreVersionException>().WithMessage("*another program*");
        await nothing.Should().ThrowAsync<StoreBackupException>().WithMessage("There is no store*");
        (await hosts.Server.ExecuteAsync($"SELECT count(*) FROM pg_tables WHERE schemaname = '{empty.Schema}'")).Should().Be(0L);
    }

    [Fact]
    public async Task A_backup_of_another_version_of_the_other_engine_is_refused()
    {
        var server = await PostgresServer.GetSharedAsync();
        var file = Path.Combine(_directory, "old.db");
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await using (var store = new SqliteMaasStore(file)) await store.OpenAsync(new StoreLimits(), Stop);
            connection.Open();
            using var older = connection.CreateCommand();
            older.CommandText = "PRAGMA user_version = 11";
            older.ExecuteNonQuery();
        }

        var copy = () => StoreCopy.RunAsync(
            new SqliteMaasStore(file), new PostgresMaasStore(server.NewOptions()), cancellationToken: Stop);

        await copy.Should().ThrowAsync<StoreVersionException>().WithMessage("*another version*start a server*");
    }
}
