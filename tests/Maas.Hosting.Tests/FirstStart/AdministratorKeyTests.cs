using Maas.Core;
using Maas.Core.Accounts;
using Maas.Hosting.FirstStart;
using Maas.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Hosting.Tests.FirstStart;

public sealed class AdministratorKeyTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-first-start");
    private readonly FakeTimeProvider _time = new();
    private MaasCore _core = null!; // opened before each test

    private string KeyFile => FileOf("a");

    public async ValueTask InitializeAsync() => _core = await MaasCore.OpenAsync(new SqliteMaasStore(SqliteStoreOptions.InMemory));

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task The_first_start_writes_a_key_that_works_and_that_only_the_owner_can_read()
    {
        await EnsureAsync();
        var parts = (await File.ReadAllTextAsync(KeyFile)).Trim().Split(':');
        var key = await _core.Users.FindApiKeyAsync(parts[0], parts[1]);
        key!.TokenSecret.Reveal().Should().Be(parts[2]);
        key.User.IsAdministrator.Should().BeTrue();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(KeyFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_later_start_changes_nothing_and_does_not_bring_a_deleted_file_back()
    {
        await EnsureAsync();
        File.Delete(KeyFile);
        await EnsureAsync();
        File.Exists(KeyFile).Should().BeFalse("the operator removed it");
        (await _core.Users.ListAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task A_start_that_was_killed_before_the_file_was_written_is_made_good()
    {
        var admin = ((CreateUserResult.Created)await _core.Users.CreateAsync("admin", "", new Secret(""), isAdministrator: true)).User;
        var key = await _core.Users.CreateApiKeyAsync(admin!);
        await EnsureAsync();
        (await File.ReadAllTextAsync(KeyFile)).Trim().Should().Be(key.ToSecret().Reveal());
    }

    [Fact]
    public async Task A_store_with_users_of_its_own_gets_no_administrator_of_ours()
    {
        await _core.Users.CreateAsync("alice", "", new Secret("pw"), isAdministrator: true);
        await EnsureAsync();
        File.Exists(KeyFile).Should().BeFalse();
    }

    [Fact]
    public async Task Another_host_of_the_store_writes_no_key()
    {
        await EnsureAsync();
        await EnsureAsync("b");
        Directory.EnumerateFiles(Path.Combine(_data.FullName, "b")).Should().BeEmpty();
        (await KeysAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task No_host_makes_a_key_after_the_operator_has_revoked_all()
    {
        await EnsureAsync();
        foreach (var key in await KeysAsync()) await _core.Users.DeleteApiKeyAsync(key.User, key.TokenKey, Token);
        await EnsureAsync("b");
        await EnsureAsync();
        (await KeysAsync()).Should().BeEmpty();
        File.Exists(FileOf("b")).Should().BeFalse();
    }

    [Fact]
    public async Task Of_hosts_that_are_started_together_one_writes_the_key_and_none_fails()
    {
        string[] hosts = ["a", "b", "c", "d"];
        await Task.WhenAll(hosts.Select(host => Task.Run(() => EnsureAsync(host, time: TimeProvider.System), Token)));
        hosts.Count(host => File.Exists(FileOf(host))).Should().Be(1);
        (await KeysAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task A_store_of_a_version_that_kept_no_mark_stays_quiet()
    {
        var admin = ((CreateUserResult.Created)await _core.Users.CreateAsync("admin", "", new Secret(""), isAdministrator: true)).User;
        await File.WriteAllTextAsync(Path.Combine(_data.CreateSubdirectory("a").FullName, ".admin.apikey.written"), "", Token);
        await EnsureAsync();
        await EnsureAsync("b");
        (File.Exists(KeyFile), File.Exists(FileOf("b"))).Should().Be((false, false));
        (await _core.Users.ListApiKeysAsync(admin, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_of_the_operators_own_is_refused_before_anything_is_made()
    {
        var file = Path.Combine(_data.FullName, "notes.txt");
        await File.WriteAllTextAsync(file, "mine", Token);
        await FluentActions.Awaiting(() => EnsureAsync(options: new MaasOptions { AdministratorKeyFile = file }))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*notes.txt*exists*");
        (await File.ReadAllTextAsync(file, Token)).Should().Be("mine");
        (await _core.Users.ListAsync(Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_elsewhere_that_was_written_before_a_kill_is_known_by_its_key()
    {
        var admin = ((CreateUserResult.Created)await _core.Users.CreateAsync("admin", "", new Secret(""), isAdministrator: true)).User;
        var key = await _core.Users.CreateApiKeyAsync(admin, "first start", Token);
        var file = Path.Combine(_data.FullName, "key");
        await File.WriteAllTextAsync(file, key.ToSecret().Reveal() + "\n", Token);
        await EnsureAsync(options: new MaasOptions { AdministratorKeyFile = file });
        (await File.ReadAllTextAsync(file, Token)).Should().Be(key.ToSecret().Reveal() + "\n");
    }

    [Theory]
    [InlineData("a/secret.key", null)]
    [InlineData("own", "own")]
    [InlineData("own", "own.tmp")]
    public async Task The_file_of_the_secret_key_is_refused(string keyFile, string? secretKeyFile)
    {
        var options = new MaasOptions
        {
            AdministratorKeyFile = Path.Combine(_data.FullName, keyFile),
            SecretKeyFile = secretKeyFile is null ? null : Path.Combine(_data.FullName, secretKeyFile),
        };
        await FluentActions.Awaiting(() => EnsureAsync(options: options))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*secret key is kept in*");
        (await _core.Users.ListAsync(Token)).Should().BeEmpty();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string FileOf(string host) => Path.Combine(_data.FullName, host, "admin.apikey");

    private async Task<IReadOnlyList<ApiKey>> KeysAsync() =>
        await _core.Users.ListApiKeysAsync((await _core.Users.FindAsync("admin", Token))!, Token); // it was made

    private async Task EnsureAsync(string host = "a", MaasOptions? options = null, TimeProvider? time = null)
    {
        options ??= new MaasOptions();
        options.DataDirectory = Path.Combine(_data.FullName, host);
        var place = new AdministratorKeyPlace(options, new DataDirectory(options));
        var done = new AdministratorKey(_core.Users, _core.Settings, place, time ?? _time, NullLogger.Instance).EnsureAsync(Token);
        while (!done.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100)); // its patience with other hosts ends
            await Task.Yield();
        }

        await done;
    }
}
