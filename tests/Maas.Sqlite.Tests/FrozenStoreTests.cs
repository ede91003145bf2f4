using System.Globalization;
using System.IO.Compression;
using Maas.Core;
using Maas.Core.Tests;
using Maas.Judges;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Sqlite.Tests;

/// <summary>
/// A file of each version of the schema, as it was once written, is brought up to date: later changes of the program, and of the code that
/// makes rows of old versions, do not change what is upgraded here. <c>UPDATE_GOLDEN=1</c> adds the file of a new version only.
/// </summary>
public sealed class FrozenStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-frozen-").FullName;

    /// <summary>All versions of the schema.</summary>
    public static TheoryData<int> Versions => [.. Enumerable.Range(1, StoreSchema.Version)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory, MemberData(nameof(Versions))]
    public async Task A_file_that_was_written_once_is_read_after_its_upgrade(int version)
    {
        var frozen = Repository.PathOf(string.Create(
            CultureInfo.InvariantCulture, $"tests/Maas.Sqlite.Tests/Fixtures/schema-{version}.db.gz"));
        if (!File.Exists(frozen) && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") await FreezeAsync(frozen, version);
        var file = Path.Combine(_directory, "maas.db");
        await using (var packed = new GZipStream(File.OpenRead(frozen), CompressionMode.Decompress))
        await using (var plain = File.Create(file))
            await packed.CopyToAsync(plain, Stop);

        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        var store = new SqliteMaasStore(new SqliteStoreOptions { DataSource = file }, clock);
        var services = new MaasCoreServices { TimeProvider = clock, Tables = EarlierDocuments.OfPackages };
        await using var core = await MaasCore.OpenAsync(store, null, services, Stop);
        await EarlierDocuments.CheckAsync(store.Records, "sqlite", version, Stop);
        await UpgradedStore.CheckAsync(core, store, hasChanges: version >= 4, clock.GetUtcNow(), Stop);
    }

    private async Task FreezeAsync(string frozen, int version)
    {
        var file = Path.Combine(_directory, "new.db");
        StoreRows.Create(file, version);
        await using var plain = File.OpenRead(file);
        await using var packed = new GZipStream(File.Create(frozen), CompressionLevel.SmallestSize);
        await plain.CopyToAsync(packed, Stop);
    }
}
