using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Nodes;
using Maas.Core.Scripts;
using Maas.Core.Tests;
using Maas.Judges;

namespace Maas.Sqlite.Tests;

/// <summary>What users and machines may keep, and what still works when the disk is full.</summary>
public class FullDiskTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task Below_the_reserve_nothing_is_written_but_deletions_and_a_request_is_still_fresh_once()
    {
        var free = 1000L * Megabyte;
        await using var test =
            await TestCore.OpenInFileAsync(configureStore: options =>
            (options.SpareBytes, options.MeasureDisk) = (64 * Megabyte, () => (free, 100_000L * Megabyte)));
        var user = ((CreateUserResult.Created)await test.Core.Users.CreateAsync("bob", "", new Secret(""), false)).User;
        var key = await test.Core.Users.CreateApiKeyAsync(user);
        var machine = await test.EnlistAsync();
        await test.Core.Files.PutAsync("bob", "large", new byte[8 * Megabyte]);
        var ssh = (await test.Core.SshKeys.AddAsync(
            "bob", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a"))!;

        free = 60L * Megabyte;
        foreach (var write in new Func<Task>[]
        {
            () => test.Core.Files.PutAsync("bob", "more", new byte[1]), () => test.Core.Users.CreateApiKeyAsync(user), () =>
            test.Core.Users.CreateAsync("eve", "", new Secret(""), false),
            () => test.Machines.ExecuteAsync(machine.Id, new MachineCommand.Commission()), () =>
            test.Machines.CreateAsync(new NewMachine { MacAddresses = [MacAddress.Parse("52:54:00:00:00:02")] }, "bob"),
            () => test.Core.Events.WriteAsync(machine.Id, new(EventLevel.Info, "x", "y")), () =>
            test.Core.BootTokens.IssueAsync(machine.Id, null),
            () => test.Core.Settings.SetAsync("x", "1"),
        })
            await FluentActions.Awaiting(write).Should().ThrowAsync<StoreFullException>().WithMessage("*Only deletions are possible*");

        var now = test.Clock.GetUtcNow().ToUnixTimeSeconds();
        (await test.Core.Nonces.UseAsync(key.ConsumerKey, key.TokenKey, "once", now)).Should()
            .Be(NonceVerdict.Fresh, "the request may be the deletion that makes room");
        (await test.Core.Nonces.UseAsync(key.ConsumerKey, key.TokenKey, "once", now)).Should().Be(NonceVerdict.Used);

        (await test.Core.Files.DeleteAsync("bob", "large")).Should().BeTrue();
        // The file does not get smaller, but 8 MiB of it are free now: that is room enough again.
        await test.Core.Files.PutAsync("bob", "more", new byte[1]);
        (await test.Core.Nonces.UseAsync(key.ConsumerKey, key.TokenKey, "once", now)).Should()
            .Be(NonceVerdict.Used, "it was used while there was no room");

        free = 1L * Megabyte;
        await FluentActions.Awaiting(() => test.Core.Files.PutAsync("bob", "more", new byte[1])).Should().ThrowAsync<StoreFullException>();
        (await test.Core.SshKeys.DeleteAsync(ssh.Id)).Should().BeTrue();
        (await test.Core.Users.DeleteApiKeyAsync(user, key.TokenKey)).Should().BeTrue();
        (await test.Machines.DeleteAsync(machine.Id, null)).Should().BeOfType<CommandResult.Done>();
        (await test.Core.Users.DeleteAsync("bob")).Should().BeTrue();
    }

    [Fact]
    public async Task Of_a_small_disk_a_twentieth_is_kept()
    {
        var free = 600L * 1024;
        await using var test = await TestCore.OpenInFileAsync(
            configureStore: options => options.MeasureDisk = () => (free, 10L * Megabyte));
        await test.Core.Files.PutAsync("bob", "a", new byte[1]);
        free = 500L * 1024;
        await FluentActions.Awaiting(() => test.Core.Files.PutAsync("bob", "b", new byte[1])).Should().ThrowAsync<StoreFullException>();
    }

    [Fact]
    public async Task A_user_who_fills_a_small_disk_is_refused_before_it_is_full_and_deletions_make_room_again()
    {
        await using var disk = await SmallDisk.MountAsync("10m");
        await using var core = await MaasCore.OpenAsync(new SqliteMaasStore(Path.Combine(disk.Path, "maas.db")));
        var kept = 0;
        await FluentActions.Awaiting(async () =>
        {
            for (; kept < 100; kept++) await core.Files.PutAsync("bob", $"file-{kept}", new byte[400 * 1024]);
        }).Should().ThrowAsync<StoreFullException>();
        kept.Should().BeInRange(4, 30);
        new DriveInfo(disk.Path).AvailableFreeSpace.Should().BeGreaterThan(10 * Megabyte / 20);

        // Side by side, the large one does not take the deletions along.
        var large = core.Files.PutAsync("bob", "large", new byte[8 * Megabyte]);
        var deletions = Enumerable.Range(0, 3).Select(number => core.Files.DeleteAsync("bob", $"file-{number}")).ToList();
        await FluentActions.Awaiting(() => large).Should().ThrowAsync<StoreFullException>();
        (await Task.WhenAll(deletions)).Should().OnlyContain(deleted => deleted);
        await core.Files.PutAsync("bob", "again", new byte[400 * 1024]);
        (await core.Files.ListAsync("bob")).Should().HaveCount(kept - 3 + 1);
    }

    [Fact(Timeout = 60_000)]
    public async Task Nothing_that_was_acknowledged_is_lost_on_a_disk_that_others_fill_and_machines_go_on_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync("16m");
        var file = Path.Combine(disk.Path, "maas.db");
        List<SystemId> acknowledged = [];
        await using (var core = await MaasCore.OpenAsync(StoreOf(file)))
        {
            await EnlistAsync(core, acknowledged, 5);
            disk.Fill();
            // What SQLite has free in its files may still take a few.
            var enlist = () => EnlistAsync(core, acknowledged, 10_000, TestContext.Current.CancellationToken);
            await enlist.Should().ThrowAsync<StoreFullException>().WithMessage("*store is full*");
            (await core.Machines.ListAsync()).Select(machine => machine.Id).Should().Equal(acknowledged, "it is read");

            disk.MakeRoom();
            await EnlistAsync(core, acknowledged, 5);
            (await core.Machines.ExecuteAsync(acknowledged[^1], new MachineCommand.Commission())).Should().BeOfType<CommandResult.Done>();
        }

        await using var again = await MaasCore.OpenAsync(StoreOf(file));
        (await again.Machines.ListAsync()).Select(machine => machine.Id).Should().Equal(acknowledged);
    }

    [Fact]
    public async Task A_user_keeps_so_many_files_bytes_and_keys_and_other_users_have_their_own()
    {
        await using var test =
            await TestCore.OpenInFileAsync(options =>
            options.Quotas = new StoreQuotas { FilesPerUser = 3, FileBytesPerUser = 1000, ApiKeysPerUser = 2, SshKeysPerUser = 1 });
        var user = ((CreateUserResult.Created)await test.Core.Users.CreateAsync("bob", "", new Secret(""), false)).User;
        var files = test.Core.Files;
        await files.PutAsync("bob", "a", new byte[500]);
        await files.PutAsync("bob", "b", new byte[500]);
        await Exceeds(() => files.PutAsync("bob", "c", new byte[1]), "*1000 bytes*");
        await files.PutAsync("bob", "b", new byte[499]);
        await files.PutAsync("bob", "c", new byte[1]);
        await Exceeds(() => files.PutAsync("bob", "d", default), "*3 files*");
        await files.PutAsync("eve", "d", new byte[1000]);

        await test.Core.Users.CreateApiKeyAsync(user);
        await test.Core.Users.CreateApiKeyAsync(user);
        await Exceeds(() => test.Core.Users.CreateApiKeyAsync(user), "*2 API keys*");
        const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        (await test.Core.SshKeys.AddAsync("bob", Key + " a")).Should().NotBeNull();
        (await test.Core.SshKeys.AddAsync("bob", Key + " a")).Should().NotBeNull("it is there already");
        await Exceeds(() => test.Core.SshKeys.AddAsync("bob", Key + " b"), "*1 SSH keys*");

        static async Task Exceeds(Func<Task> write, string words) =>
            await FluentActions.Awaiting(write).Should().ThrowAsync<QuotaExceededException>().WithMessage(words);
    }

    [Fact]
    public async Task Of_what_a_machines_scripts_printed_the_newest_is_kept_within_the_quota_and_the_results_stay()
    {
        await using var test =
            await TestCore.OpenInFileAsync(options =>
            options.Quotas = new StoreQuotas { ScriptOutputBytesPerMachine = 2500, ScriptResultsPerMachine = 6 });
        var machine = await test.EnlistAsync();
        for (var round = 0; round < 3; round++)
        {
            await test.DoAsync(machine.Id, new MachineCommand.Commission());
            foreach (var pending in await test.Core.ScriptResults.PendingAsync(machine.Id))
            {
                await test.Core.ScriptResults.ReportAsync(machine.Id, new ScriptReport
                {
                    ResultId = pending.Result.Id, ExitStatus = 1, Output = new ScriptOutput(new byte[1000], default, default),
                });
            }

            await test.DoAsync(machine.Id, new MachineCommand.Abort());
        }

        var results = await test.Core.ScriptResults.ListAsync(machine.Id);
        results.Should().HaveCount(6);
        var kept = new List<int>();
        foreach (var result in results) kept.Add((await test.Core.ScriptResults.OutputAsync(result.Id))!.Combined.Length);
        kept.Sum().Should().BeLessThanOrEqualTo(2500);
        kept[0].Should().Be(1000, "the newest is kept");
    }

    [Fact]
    public async Task Nonces_of_one_key_are_bounded_and_a_long_one_is_as_good_as_a_short_one()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var now = test.Clock.GetUtcNow().ToUnixTimeSeconds();
        var nonce = new string('x', 255);
        (await test.Core.Nonces.UseAsync("c", "t", nonce, now)).Should().Be(NonceVerdict.Fresh);
        (await test.Core.Nonces.UseAsync("c", "t", nonce, now)).Should().Be(NonceVerdict.Used);
        (await test.Core.Nonces.UseAsync("c", "t", nonce[..254], now)).Should().Be(NonceVerdict.Fresh);
        await test.ReopenAsync();
        (await test.Core.Nonces.UseAsync("c", "t", nonce, now)).Should().Be(NonceVerdict.Used, "it survives a restart");
    }

    private static SqliteMaasStore StoreOf(string file) => new(new SqliteStoreOptions { DataSource = file, SpareBytes = 0 });

    private static async Task EnlistAsync(MaasCore core, List<SystemId> enlisted, int count, CancellationToken stop = default)
    {
        for (; count > 0; count--)
        {
            stop.ThrowIfCancellationRequested();
            var number = enlisted.Count;
            var created = await core.Machines.EnlistAsync(
                new NewMachine { MacAddresses = [MacAddress.Parse($"52:54:00:01:{number >> 8:x2}:{number & 0xff:x2}")] }, stop);
            enlisted.Add(created.Should().BeOfType<CreateResult.Created>().Which.Machine.Id);
        }
    }
}
