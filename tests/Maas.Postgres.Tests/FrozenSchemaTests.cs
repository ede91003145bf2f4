using System.Globalization;
using Maas.Core;
using Maas.Core.Tests;
using Maas.Judges;
using Maas.Sqlite.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Postgres.Tests;

/// <summary>
/// A dump of each version of the schema, as <c>pg_dump</c> once wrote it, is brought up to date: later changes of the program, and of the
/// code that makes rows of old versions, do not change what is upgraded here. <c>UPDATE_GOLDEN=1</c> adds the dump of a new version, and
/// changes none.
/// </summary>
public sealed class FrozenSchemaTests
{
    private const string Name = "frozen_schema"; // in the dumps

    /// <summary>All versions of the schema.</summary>
    public static TheoryData<int> Versions => [.. Enumerable.Range(1, PostgresSchema.Version)];

    [Theory(Timeout = 60_000), MemberData(nameof(Versions))]
    public async Task A_dump_that_was_written_once_is_read_after_its_upgrade(int version)
    {
        var stop = TestContext.Current.CancellationToken;
        var server = await PostgresServer.GetSharedAsync();
        var dump = Repository.PathOf(string.Create(
            CultureInfo.InvariantCulture, $"tests/Maas.Postgres.Tests/Fixtures/schema-{version}.sql"));
        var options = server.NewOptions();
        if (!File.Exists(dump) && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            PostgresRows.Create(options, version);
            await File.WriteAllTextAsync(
                dump, (await server.DumpAsync(options.Schema)).Replace(options.Schema, Name, StringComparison.Ordinal), stop);
            options = server.NewOptions();
        }

        await server.ExecuteAsync((await File.ReadAllTextAsync(dump, stop)).Replace(Name, options.Schema, StringComparison.Ordinal));

        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        var store = new PostgresMaasStore(options);
        var services = new MaasCoreServices { TimeProvider = clock, Tables = EarlierDocuments.OfPackages };
        await using var core = await MaasCore.OpenAsync(store, null, services, stop);
        await EarlierDocuments.CheckAsync(store.Records, "postgres", version, stop);
        await UpgradedStore.CheckAsync(core, store, hasChanges: true, clock.GetUtcNow(), stop);
        await using var leases = new PostgresLeaseStore(options);
        (await leases.Leases.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.Should().HaveCount(version < 2 ? 0 : 3);
        (await leases.Leases6.ReadAsync(Guid.CreateVersion7(), 0, stop)).Leases.Should().HaveCount(version < 3 ? 0 : 2);
    }
}
