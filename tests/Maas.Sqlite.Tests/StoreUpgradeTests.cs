using Maas.Core;
using Maas.Core.Stores;
using Maas.Core.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Sqlite.Tests;

/// <summary>A store of each version of the schema, with rows in every table, is brought up to date: everything is read as it was.</summary>
public sealed class StoreUpgradeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-upgrade-").FullName;

    /// <summary>All versions of the schema.</summary>
    public static TheoryData<int> Versions => [.. Enumerable.Range(1, StoreSchema.Version)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string DataSource => Path.Combine(_directory, "maas.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory, MemberData(nameof(Versions))]
    public async Task A_store_of_any_version_is_read_after_its_upgrade(int version)
    {
        StoreRows.Create(DataSource, version);

        await CheckAsync(DataSource, version);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_backup_of_any_version_is_restored_and_upgraded(int version)
    {
        var (backup, restored) = (Path.Combine(_directory, "backup.gz"), Path.Combine(_directory, "restored.db"));
        StoreRows.Create(DataSource, version);

        var written = await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), backup, cancellationToken: Stop);
        var read = await StoreBackupFile.RestoreAsync(new SqliteMaasStore(restored), backup, cancellationToken: Stop);

        written.Schema.Should().Be(version);
        read.Tables.Should().Equal(written.Tables).And.OnlyContain(table => table.Rows > 0);
        await CheckAsync(restored, version);
    }

    [Fact]
    public void Every_table_of_records_has_rows_in_the_stores_that_are_upgraded() =>
        EarlierDocuments.Known.Should().BeEquivalentTo(EarlierDocuments.Tables.Select(table => table.Name));

    private static async Task CheckAsync(string file, int version)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        var store = new SqliteMaasStore(new SqliteStoreOptions { DataSource = file }, clock);
        var services = new MaasCoreServices { TimeProvider = clock, Tables = EarlierDocuments.OfPackages };
        await using var core = await MaasCore.OpenAsync(store, null, services, Stop);
        await EarlierDocuments.CheckAsync(store.Records, "sqlite", version, Stop);
        await UpgradedStore.CheckAsync(core, store, hasChanges: version >= 4, clock.GetUtcNow(), Stop);
    }
}
