using System.Net;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Stores;
using Maas.Core.Tests;
using Maas.Sqlite;
using Npgsql;

namespace Maas.Postgres.Tests;

/// <summary>What hosts find in a schema after it was restored: rows, derived columns, filters and leases.</summary>
public sealed class RestoredStoreTests : IDisposable
{
    private static readonly Guid Gone = new("11111111-0000-0000-0000-000000000000"), New = Guid.CreateVersion7();
    private static readonly IPAddress Leased = IPAddress.Parse("10.0.0.1"), Ended = IPAddress.Parse("10.0.0.2"),
        Reserved = IPAddress.Parse("10.0.0.3");

    private readonly string _directory = Directory.CreateTempSubdirectory("maas-restored-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Backup => Path.Combine(_directory, "backup.gz");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restored_or_copied_schema_has_every_row_and_derived_column(bool isCopiedFromSqlite)
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var (options, restored) = (server.NewOptions(), server.NewOptions());
        await using var test = await TestCore.OpenInFileAsync();
        if (!isCopiedFromSqlite) await test.ReopenOverAsync(() => new PostgresMaasStore(options));
        await FillAsync(test);
        if (isCopiedFromSqlite)
        {
            await test.Core.DisposeAsync();
            await StoreCopy.RunAsync(new SqliteMaasStore(test.DataSource), new PostgresMaasStore(options), cancellationToken: stop);
            await test.ReopenOverAsync(() => new PostgresMaasStore(options));
        }

        await StoreBackupFile.WriteAsync(new PostgresMaasStore(options), Backup, cancellationToken: stop);
        await StoreBackupFile.RestoreAsync(new PostgresMaasStore(restored), Backup, cancellationToken: stop);
        var expected = await RowsAsync(server, options.Schema);
        var filters = await FoundAsync(test);
        await test.ReopenOverAsync(() => new PostgresMaasStore(restored));

        var actual = await RowsAsync(server, restored.Schema);
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (table, rows) in expected) actual[table].Should().Equal(rows, $"{table} is restored with its derived columns");
        filters.Should().OnlyContain(found => found.Length > 0, "each filter finds something");
        (await FoundAsync(test)).Should().Equal(filters);
    }

    [Fact(Timeout = 60_000)]
    public async Task Restored_leases_are_kept_for_their_clients_and_free_no_address_that_may_be_in_use()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var (options, restored) = (server.NewOptions(), server.NewOptions());
        PostgresRows.Create(options, PostgresSchema.Version);
        await StoreBackupFile.WriteAsync(new PostgresMaasStore(options), Backup, cancellationToken: stop);

        await StoreBackupFile.RestoreAsync(new PostgresMaasStore(restored), Backup, cancellationToken: stop);

        await using var store = new PostgresLeaseStore(restored);
        var read = await store.Leases.ReadAsync(New, 0, stop);
        read.Leases.Select(entry => (entry.Lease.Address, entry.Server)).Should().BeEquivalentTo(
            new (IPAddress, Guid?)[] { (Leased, null), (Reserved, Gone) }, "an address whose hold has ended is unknown, and so is probed");
        (await store.Leases.ReadAsync(Gone, read.Position, stop)).Leases.Should()
            .BeEmpty("the transactions of the other server do not count");

        var claimed = await store.Leases.ClaimAsync(New, [Leased, Ended, Reserved], TimeSpan.FromHours(1), stop);
        claimed.Should().ContainSingle("the others are a client's, and a host's that may have leased it")
            .Which.Lease.Address.Should().Be(Ended);
        var now = store.Leases.GetClock(TimeProvider.System).GetUtcNow();
        var refused = await store.Leases.WriteAsync(New, new[] { PostgresLeaseStoreTests.LeaseOf(Leased, 2, now) }, stop);
        refused.Should().ContainSingle().Which.Lease.Address.Should().Be(Leased);
        (await store.Leases.WriteAsync(New, new[] { PostgresLeaseStoreTests.LeaseOf(Leased, 1, now) }, stop)).Should().BeEmpty("it renews");
        (await store.Leases.ReadAsync(Gone, read.Position, stop)).Leases.Should().Contain(entry => entry.Lease.Address.Equals(Ended),
            "what a host writes after the restoration is news for others");
        (await store.Leases6.ReadAsync(New, 0, stop)).Leases.Should().ContainSingle("the same holds for IPv6")
            .Which.Lease.Address.Should().Be(IPAddress.Parse("fd00::5"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Leases_that_hosts_share_are_left_out_and_named_where_one_host_keeps_a_journal()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        PostgresRows.Create(options, PostgresSchema.Version);

        var copied = await StoreCopy.RunAsync(
            new PostgresMaasStore(options), new SqliteMaasStore(Path.Combine(_directory, "maas.db")), cancellationToken: stop);

        copied.LeftOut.Should().BeEquivalentTo("dhcp_leases", "dhcp6_leases");
    }

    private static async Task FillAsync(TestCore test)
    {
        var ready = await test.ReadyAsync();
        var deployed = await test.ReadyAsync("52:54:00:00:00:02", cpus: 16, memoryMiB: 65536);
        await test.EnlistAsync("52:54:00:00:00:03");
        await test.Core.Tags.CreateAsync(new Tag("ssd"), null, Stop);
        await test.Machines.EditAsync(ready.Id, null, machine => machine with { Tags = ["ssd"], Description = "a\tb" }, Stop);
        await test.DoAsync(deployed.Id, new MachineCommand.Allocate("ann"));
    }

    private static async Task<IReadOnlyList<string>> FoundAsync(TestCore test)
    {
        List<string> found = [];
        foreach (var filter in (MachineFilter[])
        [
            new(), new() { Statuses = [MachineStatus.Ready] }, new() { Owners = ["ann"] }, new() { Tags = ["ssd"] },
            new() { MacAddresses = [MacAddress.Parse("52:54:00:00:00:02")] }, new() { PowerStates = [MachinePowerState.Off] },
            new() { Zones = [1] }, new() { Pools = [1] }, new() { Domains = ["maas"] },
        ])
        {
            found.Add(string.Join(' ', (await test.Store.Machines.ListAsync(filter, Stop)).Select(machine => machine.Id)));
        }

        var candidates = await test.Store.Machines.ListCandidatesAsync(new CandidateFilter { Limit = 9 }, Stop);
        found.Add(string.Join(' ', candidates.Select(machine => machine.Id)));
        return found;
    }

    /// <summary>All rows of a schema but those of its connections, as JSON.</summary>
    private static async Task<Dictionary<string, List<string>>> RowsAsync(PostgresServer server, string schema)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(Stop);
        Dictionary<string, List<string>> rows = [];
        foreach (var table in await TextsAsync(connection, $"SELECT tablename::text FROM pg_tables WHERE schemaname = '{schema}'"))
        {
            // Each start raises the epoch, and notes that the host is a controller.
            if (table is "commit_marks" or "schema_version" or "record_epoch" or "controllers") continue;
            rows[table] = await TextsAsync(connection, $"SELECT to_jsonb(t)::text FROM \"{schema}\".\"{table}\" t ORDER BY 1");
        }

        return rows;
    }

    private static async Task<List<string>> TextsAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<string> texts = [];
        while (await reader.ReadAsync(Stop)) texts.Add(reader.GetString(0));
        return texts;
    }
}
