using Maas.Core;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Stores;
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

    private static async Task CheckAsync(string file, int version)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        var store = new SqliteMaasStore(new SqliteStoreOptions { DataSource = file }, clock);
        await using var core = await MaasCore.OpenAsync(store, null, new MaasCoreServices { TimeProvider = clock }, Stop);
        await CheckMachinesAsync(store, version);
        await CheckAccountsAsync(store, clock.GetUtcNow());
        var (one, two) = (StoreRows.Machines[0], StoreRows.Machines[1]);

        (await core.Tags.ListAsync(Stop)).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new Tag("ssd", "it's \"fast\"", "quiet") { Id = 1, Version = 1 });
        (await store.Events.QueryAsync(new EventQuery { Limit = 10 }, Stop)).Select(each => (each.Id, each.Note.Description))
            .Should().Contain([(13, "a 'quoted' text"), (11, "Deploying")]);
        (await store.Events.ObservationsAsync(one.MacAddresses, 10, Stop)).Should().ContainSingle().Which.Kind.Should().Be("Dhcp");
        var result = (await store.ScriptResults.ListAsync(two.Id, Stop)).Should().ContainSingle().Subject;
        (result.Id, result.Name).Should().Be((21, "smartctl"));
        (await store.ScriptResults.GetOutputAsync(21, Stop))!.StandardOutput.ToArray().Should().Equal(10, 9, 0, (byte)'\\');
        (await store.BootResources.ListAsync(Stop)).Should().ContainSingle().Which.Sets.Should().ContainSingle();
        (await store.Files.FindAsync("ann", "notes", Stop))!.Content.ToArray().Should().Equal(0);
        (await store.Settings.GetAsync("ntp_servers", Stop)).Should().Be("\"ntp.example.com\"");
        // What is added is numbered after what there is.
        var added = await store.Events.WriteAsync(clock.GetUtcNow(), null, new EventNote(EventLevel.Info, "Test", "later", null), Stop);
        added.Id.Should().BeGreaterThan(13);
    }

    private static async Task CheckMachinesAsync(SqliteMaasStore store, int version)
    {
        var (one, two) = (StoreRows.Machines[0], StoreRows.Machines[1]);
        var machines = await store.Machines.ListAsync(new MachineFilter(), Stop);
        machines.Select(machine => (machine.Id, machine.Number, machine.Version, machine.Status, machine.Hostname)).Should().Equal(
            (one.Id, 3, 1, one.Status, "one"), (two.Id, 4, 3, two.Status, "two"));
        machines[1].Should().BeEquivalentTo(two with { Number = 4, Version = 3 });
        (await store.Machines.FindByMacAsync(one.MacAddresses[0], Stop))!.Id.Should().Be(one.Id);
        (await store.Machines.ListAsync(new MachineFilter { Tags = ["ssd"] }, Stop)).Should().ContainSingle().Which.Id.Should().Be(two.Id);
        foreach (var word in (string[])["SSD", "two.maas", "abc348", "00:00:02", "nn"])
            (await store.Machines.ListAsync(new MachineFilter { Search = [word], AfterHostname = "" }, Stop))
                .Should().ContainSingle(word).Which.Id.Should().Be(two.Id);
        (await store.Machines.ListCandidatesAsync(new CandidateFilter { Limit = 9, Architectures = ["arm64/generic"] }, Stop))
            .Should().ContainSingle().Which.Id.Should().Be(one.Id);
        (await store.Machines.GetUserDataAsync(two.Id, Stop)).Should().Equal(0, 1, 0xff, (byte)'\\', (byte)'\n');
        (await store.PowerQueue.CountAsync(Stop)).Should().Be(1);
        (await store.PowerQueue.NextDueAsync(Stop)).Should().Be(DateTimeOffset.FromUnixTimeMilliseconds(4_000_000_000_000));
        if (version < 4) return;
        (await store.Machines.ReadChangesAsync(6, 10, Stop)).Select(change => change.Number).Should().StartWith([7L, 9L]);
        var saved = await store.Machines.SaveAsync([new MachineChange { Machine = machines[0], At = machines[0].Updated }], Stop);
        saved.Should().BeOfType<SaveResult.Saved>();
        (await store.Machines.GetLastChangeAsync(Stop)).Should().Be(13);
    }

    private static async Task CheckAccountsAsync(SqliteMaasStore store, DateTimeOffset now)
    {
        var (ann, hash) = (await store.Accounts.FindUserAsync("ann", Stop))!.Value;
        (ann.Id, ann.IsAdministrator, hash).Should().Be((2, true, "hash"));
        (await store.Accounts.FindApiKeyAsync("ck", "tk", Stop))!.Name.Should().Be("laptop");
        (await store.Accounts.ListSshKeysAsync("ann", Stop)).Should().ContainSingle().Which.Id.Should().Be(8);
        (await store.Tokens.GetAsync(StoreRows.Machines[1].Id, Stop))!.TokenKey.Should().Be("ntk");
        (await store.Nonces.AddAsync("ck", "tk", "n1", now.AddMinutes(5), Stop)).Should().BeFalse("a nonce is accepted once");
        (await store.Accounts.CreateUserAsync("carol", "", false, "", Stop))!.Id.Should().Be(7);
    }
}
