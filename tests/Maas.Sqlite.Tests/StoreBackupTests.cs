using System.IO.Compression;
using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Stores;
using Maas.Core.Tests;

namespace Maas.Sqlite.Tests;

/// <summary>Backups are written while the store is in use, and restored into one that has the same rows.</summary>
public sealed class StoreBackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("maas-backup-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string DataSource => Path.Combine(_directory, "maas.db");

    private string Restored => Path.Combine(_directory, "new", "maas.db");

    private string Backup => Path.Combine(_directory, "backup.gz");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_restored_store_has_every_row_of_every_table()
    {
        await using var test = await TestCore.OpenInFileAsync();
        StoreRows.Create(DataSource, StoreSchema.Version);
        Rows(DataSource).Should().OnlyContain(table => table.Value.Count > 0);
        await using (await OpenAsync(DataSource, test)) { }

        var written = await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);
        var read = await StoreBackupFile.RestoreAsync(new SqliteMaasStore(Restored), Backup, cancellationToken: Stop);
        // Derived columns are made when the store is opened.
        await using (await OpenAsync(Restored, test)) { }
        await using (await OpenAsync(DataSource, test)) { }

        read.Tables.Should().Equal(written.Tables);
        read.LeftOut.Should().BeEmpty();
        var (expected, actual) = (Rows(DataSource), Rows(Restored));
        actual.Keys.Should().BeEquivalentTo(expected.Keys);
        foreach (var (table, rows) in expected) actual[table].Should().Equal(rows, table);
    }

    [Fact]
    public async Task A_backup_under_load_is_of_one_moment()
    {
        await using var store = new SqliteMaasStore(DataSource);
        await store.OpenAsync(new StoreLimits(), Stop);
        using var written = new CancellationTokenSource();
        var writing = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            var machine = UpgradedStore.Machines[0] with
            {
                Id = SystemId.Parse($"abc34{"3467"[number]}"), Hostname = $"m{number}",
                MacAddresses = [MacAddress.Parse($"52:54:00:00:00:0{number}")],
            };
            do
            {
                var saved = await store.Machines.SaveAsync([new MachineChange { Machine = machine, At = machine.Created }], default);
                machine = saved.Should().BeOfType<SaveResult.Saved>().Subject.Machines[0];
            }
            while (!written.IsCancellationRequested);
            return machine.Version;
        })).ToList();

        while ((await store.Machines.CountAsync(Stop)).Values.Sum() < 4) await Task.Yield();
        for (var round = 0; round < 5; round++)
        {
            await StoreBackupFile.WriteAsync(store, Backup, overwrite: true, cancellationToken: Stop);
            await StoreBackupFile.RestoreAsync(new SqliteMaasStore(Restored), Backup, StoreRestoreMode.Replace, cancellationToken: Stop);
            using var session = SqliteSession.Open($"Data Source={Restored};Pooling=False");
            session.Query(
                """
                SELECT m.version, (SELECT max(c.version) FROM machine_changes c WHERE c.machine = m.id),
                    (SELECT count(*) FROM machine_changes c WHERE c.machine = m.id) FROM machines m
                """,
                row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))).Should().HaveCount(4)
                .And.OnlyContain(machine => machine.Item1 == machine.Item2 && machine.Item1 == machine.Item3);
        }

        await written.CancelAsync();
        (await Task.WhenAll(writing)).Should().OnlyContain(version => version > 1, "writers were not stopped");
    }

    [Fact]
    public async Task A_restored_host_continues_what_was_under_way()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var machine = await test.EnlistAsync();
        await test.DoAsync(machine.Id, new MachineCommand.Accept()); // it is to be turned on: that is in the queue
        var last = (await test.Store.Machines.ReadChangesAsync(0, 100, Stop))[^1].Number;
        await StoreBackupFile.WriteAsync((IStoreBackup)test.Store, Backup, cancellationToken: Stop);

        // What happens after the backup is lost with the old store.
        await test.SettleAsync(machine.Id);
        await StoreBackupFile.RestoreAsync(new SqliteMaasStore(Restored), Backup, cancellationToken: Stop);
        await test.ReopenOverAsync(() => new SqliteMaasStore(new SqliteStoreOptions { DataSource = Restored }, test.Clock));
        test.Power.Asked.Clear();
        await test.SettleAsync(machine.Id);
        await test.RunScriptsAsync(machine.Id, Inventories.Small("52:54:00:00:00:01", 2, 2048));
        await test.DoAsync(machine.Id, new MachineReport.Signal(SignalReport.Ok, null));

        (await test.SettleAsync(machine.Id)).Status.Should().Be(MachineStatus.Ready);
        test.Power.Asked.Should().StartWith([Core.Power.PowerAction.TurnOff, Core.Power.PowerAction.TurnOn]);
        var changes = await test.Store.Machines.ReadChangesAsync(last, 100, Stop);
        changes.Select(change => change.Number).Should().BeInAscendingOrder().And.OnlyContain(number => number > last);
        changes[^1].To.Should().Be(MachineStatus.Ready);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_and_nothing_is_created()
    {
        StoreRows.Create(DataSource, StoreSchema.Version);
        await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);
        var bytes = await File.ReadAllBytesAsync(Backup, Stop);
        var lines = Unzip(bytes);
        var random = new Random(1);
        List<byte[]> damaged =
        [
            bytes[..(bytes.Length - 40)], bytes[..(bytes.Length / 2)], [], [1, 2, 3], Zip(lines.AsSpan(..^1)), Zip([.. lines, .. "{}\n"u8]),
        ];
        for (var round = 0; round < 40; round++)
        {
            var copy = (byte[])lines.Clone();
            copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(7));
            damaged.Add(Zip(copy));
        }

        foreach (var each in damaged)
        {
            var restore = () => new SqliteMaasStore(Restored).RestoreAsync(new MemoryStream(each), StoreRestoreMode.IntoEmpty, null, Stop);
            var failure = (await restore.Should().ThrowAsync<Exception>()).Which;
            failure.Should().Match(caught => caught is StoreBackupException || caught is StoreVersionException
                || caught is Microsoft.Data.Sqlite.SqliteException, failure.ToString());
            File.Exists(Restored).Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_store_is_replaced_only_on_demand_and_is_as_before_when_that_fails()
    {
        StoreRows.Create(DataSource, StoreSchema.Version);
        await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);
        Directory.CreateDirectory(Path.GetDirectoryName(Restored)!);
        StoreRows.Create(Restored, 5);
        var before = Rows(Restored);
        var broken = (await File.ReadAllBytesAsync(Backup, Stop))[..1000];

        var refused = () => StoreBackupFile.RestoreAsync(new SqliteMaasStore(Restored), Backup, cancellationToken: Stop);
        var failed = () => new SqliteMaasStore(Restored).RestoreAsync(new MemoryStream(broken), StoreRestoreMode.Replace, null, Stop);

        await refused.Should().ThrowAsync<StoreBackupException>().WithMessage("*exists*");
        await failed.Should().ThrowAsync<StoreBackupException>();
        Rows(Restored).Should().BeEquivalentTo(before);
        await StoreBackupFile.RestoreAsync(new SqliteMaasStore(Restored), Backup, StoreRestoreMode.Replace, cancellationToken: Stop);
        Rows(Restored)["machines"].Should().Equal(Rows(DataSource)["machines"]);
    }

    [Fact]
    public async Task A_store_that_a_server_has_open_is_not_replaced_and_not_copied()
    {
        StoreRows.Create(DataSource, StoreSchema.Version);
        await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);
        await using var open = new SqliteMaasStore(DataSource);
        await open.OpenAsync(new StoreLimits(), Stop);

        var restore = () => StoreBackupFile.RestoreAsync(new SqliteMaasStore(DataSource), Backup, StoreRestoreMode.Replace);
        var copy = () => StoreCopy.RunAsync(new SqliteMaasStore(DataSource), new SqliteMaasStore(Restored), cancellationToken: Stop);

        await restore.Should().ThrowAsync<StoreLockedException>();
        await copy.Should().ThrowAsync<StoreLockedException>();
        File.Exists(Restored).Should().BeFalse();
    }

    [Fact]
    public async Task A_backup_of_a_newer_version_or_of_nothing_is_refused()
    {
        StoreRows.Create(DataSource, StoreSchema.Version);
        await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);
        var lines = System.Text.Encoding.UTF8.GetString(Unzip(await File.ReadAllBytesAsync(Backup, Stop)));
        var newer = Zip(System.Text.Encoding.UTF8.GetBytes(lines.Replace(
            $"\"schema\":{StoreSchema.Version}", "\"schema\":999", StringComparison.Ordinal)));
        using (var session = SqliteSession.Open($"Data Source={DataSource};Pooling=False")) session.Execute("PRAGMA user_version = 999");

        var restore = () => new SqliteMaasStore(Restored).RestoreAsync(new MemoryStream(newer), StoreRestoreMode.IntoEmpty, null, Stop);
        var write = () => StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, overwrite: true, cancellationToken: Stop);
        var nothing = () => StoreBackupFile.WriteAsync(new SqliteMaasStore(Restored), Backup, overwrite: true, cancellationToken: Stop);

        await restore.Should().ThrowAsync<StoreVersionException>().WithMessage("*schema 999*understands up to*");
        await write.Should().ThrowAsync<StoreVersionException>();
        await nothing.Should().ThrowAsync<StoreBackupException>().WithMessage("There is no store*");
        File.Exists(Backup).Should().BeTrue("a backup that fails leaves the file of an earlier one");
    }

    [Fact]
    public async Task A_backup_is_a_private_file_that_replaces_another_only_on_demand()
    {
        StoreRows.Create(DataSource, StoreSchema.Version);
        await StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);

        var again = () => StoreBackupFile.WriteAsync(new SqliteMaasStore(DataSource), Backup, cancellationToken: Stop);

        await again.Should().ThrowAsync<IOException>().WithMessage("*exists*");
        Directory.GetFiles(_directory, "backup*").Should().Equal(Backup);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Backup).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static Task<MaasCore> OpenAsync(string file, TestCore test) => MaasCore.OpenAsync(
        new SqliteMaasStore(new SqliteStoreOptions { DataSource = file }, test.Clock), new MaasCoreOptions { ControllerHostname = "host" },
        new MaasCoreServices { TimeProvider = test.Clock, Tables = EarlierDocuments.OfPackages }, Stop);

    /// <summary>The rows of all tables, as texts.</summary>
    private static Dictionary<string, List<string>> Rows(string file)
    {
        using var session = SqliteSession.Open($"Data Source={file};Pooling=False");
        var rows = new Dictionary<string, List<string>>();
        foreach (var table in session.Query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('sqlite_stat1', 'record_tables')",
            row => row.GetString(0)))
        {
            var columns = session.Query(
                "SELECT name FROM pragma_table_info(@table) ORDER BY name", row => $"quote(\"{row.GetString(0)}\")", ("@table", table));
            rows[table] = session.Query(
                $"SELECT {string.Join(" || '|' || ", columns)} AS line FROM \"{table}\" ORDER BY line", row => row.GetString(0));
        }

        return rows;
    }

    private static byte[] Unzip(byte[] bytes)
    {
        using var input = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var output = new MemoryStream();
        input.CopyTo(output);
        return output.ToArray();
    }

    private static byte[] Zip(ReadOnlySpan<byte> bytes)
    {
        using var output = new MemoryStream();
        using (var zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(bytes);
        return output.ToArray();
    }
}
