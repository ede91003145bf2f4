using Maas.Core;
using Maas.Core.Accounts;
using Maas.Hosting.FirstStart;
using Maas.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Hosting.Tests.FirstStart;

public sealed class AdministratorKeyTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("maas-first-start");
    private MaasCore _core = null!; // opened before each test

    private string KeyFile => Path.Combine(_data.FullName, "admin.apikey");

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

    private Task EnsureAsync() =>
        AdministratorKey.EnsureAsync(_core.Users, KeyFile, NullLogger.Instance, TestContext.Current.CancellationToken);
}
