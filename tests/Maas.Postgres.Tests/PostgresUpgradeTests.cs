using System.Net;
using Maas.Core;
using Maas.Core.Stores;
using Maas.Core.Tests;
using Maas.Sqlite.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Postgres.Tests;

/// <summary>
/// A schema of each version, with rows in every table, is brought up to date, and restored from a backup: everything is read as it was.
/// </summary>
public sealed class PostgresUpgradeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-upgrade-").FullName;

    /// <summary>All versions of the schema.</summary>
    public static TheoryData<int> Versions => [.. Enumerable.Range(1, PostgresSchema.Version)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory(Timeout = 60_000), MemberData(nameof(Versions))]
    public async Task A_schema_of_any_version_is_read_after_its_upgrade(int version)
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions();
        PostgresRows.Create(options, version);
        (await VersionOfAsync(server, options)).Should().Be(version);

        await CheckAsync(options, version);

        (await VersionOfAsync(server, options)).Should().Be(PostgresSchema.Version);
        await using var leases = new PostgresLeaseStore(options);
        (await leases.Leases.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.Should().HaveCount(version < 2 ? 0 : 3);
        (await leases.Leases6.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.Should().HaveCount(version < 3 ? 0 : 2);
    }

    [Theory(Timeout = 60_000), MemberData(nameof(Versions))]
    public async Task A_backup_of_any_version_is_restored_and_upgraded(int version)
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var (options, restored, backup) = (server.NewOptions(), server.NewOptions(), Path.Combine(_directory, "backup.gz"));
        PostgresRows.Create(options, version);

        var written = await StoreBackupFile.WriteAsync(new PostgresMaasStore(options), backup, cancellationToken: stop);
        var read = await StoreBackupFile.RestoreAsync(new PostgresMaasStore(restored), backup, cancellationToken: stop);

        written.Schema.Should().Be(version);
        read.Tables.Should().Equal(written.Tables).And.OnlyContain(table => table.Rows > 0);
        await CheckAsync(restored, version);
    }

    [Fact(Timeout = 60_000)]
    public async Task Hosts_that_start_at_once_upgrade_an_old_schema_once()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var options = server.NewOptions(1);
        PostgresRows.Create(options, 1);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var store = new PostgresMaasStore(options);
            await store.OpenAsync(new StoreLimits(), stop);
            (await store.Machines.CountAsync(stop)).Values.Sum().Should().Be(2);
        })));

        (await server.ExecuteAsync($"SELECT count(*) FROM {options.Schema}.schema_version")).Should().Be(1L);
    }

    [Fact(Timeout = 60_000)]
    public async Task Neither_leases_nor_backups_of_a_newer_schema_are_read()
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var (options, backup) = (server.NewOptions(), Path.Combine(_directory, "backup.gz"));
        PostgresRows.Create(options, PostgresSchema.Version);
        await server.ExecuteAsync($"UPDATE {options.Schema}.schema_version SET version = {PostgresSchema.Version + 1}");
        await using var leases = new PostgresLeaseStore(options);

        var read = async () => await leases.Leases.ReadAsync(Guid.CreateVersion7(), 0, stop);
        var write = async () => await leases.Leases.ClaimAsync(
            Guid.CreateVersion7(), [IPAddress.Parse("10.0.0.9")], TimeSpan.FromHours(1), stop);
        var back = () => StoreBackupFile.WriteAsync(new PostgresMaasStore(options), backup, cancellationToken: stop);

        await read.Should().ThrowAsync<StoreVersionException>().WithMessage("*understands up to*");
        await write.Should().ThrowAsync<StoreVersionException>();
        await back.Should().ThrowAsync<StoreVersionException>();
        File.Exists(backup).Should().BeFalse();
    }

    private static async Task<long> VersionOfAsync(PostgresServer server, PostgresStoreOptions options) =>
        (long)(await server.ExecuteAsync($"SELECT max(version) FROM {options.Schema}.schema_version"))!; // it has one

    private static async Task CheckAsync(PostgresStoreOptions options, int version)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        var store = new PostgresMaasStore(options);
        var services = new MaasCoreServices { TimeProvider = clock, Tables = EarlierDocuments.OfPackages };
        await using var core = await MaasCore.OpenAsync(store, null, services, Stop);
        await EarlierDocuments.CheckAsync(store.Records, "postgres", version, Stop);
        await UpgradedStore.CheckAsync(core, store, hasChanges: true, clock.GetUtcNow(), Stop);
    }
}
