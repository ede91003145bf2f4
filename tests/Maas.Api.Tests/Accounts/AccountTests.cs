using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;

namespace Maas.Api.Tests.Accounts;

public class AccountTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0HmXUrL7qg9hQZ8l9Kx5tzcQqT5t4q3mI8o5JvFqTj bob@home";

    [Fact]
    public async Task Criterion_06_a_password_becomes_a_key_and_the_same_consumer_gets_the_same_one()
    {
        await using var host = await ApiHost.StartAsync();
        await host.Core.Users.SetPasswordAsync("bob", new Secret("bob-password"), ApiHost.Cancellation);
        Task<Reply> LogInAsync(string password) => host.SendAsync("POST", "/MAAS/accounts/authenticate/", null,
            ApiHost.Form(("username", "bob"), ("password", password), ("consumer", "libmaas on laptop")));

        var first = (await LogInAsync("bob-password")).Expect(200).Json;
        var key = new ApiKey(
            host.Bob.User,
            "",
            first.GetProperty("consumer_key").GetString()!,
            first.GetProperty("token_key").GetString()!,
            new Secret(first.GetProperty("token_secret").GetString()!));

        (await host.GetAsync(key, "users/?op=whoami")).Expect(200);
        (await LogInAsync("bob-password")).Json.GetProperty("token_key").GetString().Should().Be(key.TokenKey);
        (await LogInAsync("guess")).Expect(403);
        (await host.SendAsync("GET", "/MAAS/accounts/authenticate/")).Expect(405);
    }

    [Fact]
    public async Task Criterion_07_a_new_key_works_at_once_and_a_deleted_one_no_more()
    {
        await using var host = await ApiHost.StartAsync();

        var made = (await host.PostAsync(host.Bob, "account/?op=create_authorisation_token", ("name", "ci"))).Expect(200).Json;
        var key = new ApiKey(
            host.Bob.User,
            "ci",
            made.GetProperty("consumer_key").GetString()!,
            made.GetProperty("token_key").GetString()!,
            new Secret(made.GetProperty("token_secret").GetString()!));

        (await host.GetAsync(key, "users/?op=whoami")).Expect(200);
        (await host.GetAsync(host.Bob, "account/?op=list_authorisation_tokens")).Expect(200).Json.EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "ci")
            .GetProperty("token")
            .GetString()
            .Should()
            .Be(key.ToSecret().Reveal());
        (await host.PostAsync(host.Bob, "account/?op=update_token_name", ("token", key.TokenKey), ("name", "renamed"))).Expect(
            202).Text.Should()
            .Be("Accepted");
        (await host.PostAsync(host.Eve, "account/?op=delete_authorisation_token", ("token_key", key.TokenKey))).Expect(404);
        (await host.PostAsync(host.Bob, "account/?op=delete_authorisation_token", ("token_key", key.TokenKey))).Expect(204);
        (await host.GetAsync(key, "users/?op=whoami")).Expect(401);
        (await host.PostAsync(host.Bob, "account/?op=delete_authorisation_token", ("token_key", "unknown"))).Expect(404);
        (await host.PostAsync(host.Bob, "account/?op=delete_authorisation_token")).Expect(400);
        (await host.SendAsync("POST", "account/?op=create_authorisation_token")).Expect(401);
    }

    [Fact]
    public async Task Criterion_55_ssh_keys_are_added_listed_served_to_the_owners_machines_and_removed()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));
        var token = await host.TokenAsync(machine);

        var id = (await host.PostAsync(host.Bob, "account/prefs/sshkeys/", ("key", Key))).Expect(201).Json.GetProperty("id").GetInt64();

        (await host.GetAsync(host.Bob, "account/prefs/sshkeys/")).Json[0].GetProperty("key").GetString().Should().Be(Key);
        (await host.GetAsync(token, "/MAAS/metadata/2012-03-01/meta-data/public-keys")).Expect(200).Text.Should().Be(Key);
        (await host.PostAsync(host.Bob, "account/prefs/sshkeys/", ("key", "not a key"))).Expect(400);
        (await host.DeleteAsync(host.Eve, $"account/prefs/sshkeys/{id}/")).Expect(403);
        (await host.DeleteAsync(host.Bob, $"account/prefs/sshkeys/{id}/")).Expect(204);
        (await host.DeleteAsync(host.Bob, $"account/prefs/sshkeys/{id}/")).Expect(404);
    }

    [Fact]
    public async Task Criterion_56_users_are_made_with_all_four_fields_and_whoami_is_the_keys_user()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.PostAsync(host.Admin, "users/", ("username", "new"), ("email", "n@example.com"), ("is_superuser", "0"))).Expect(
            400).Text.Should()
            .Be("No provided password!");
        (await host.PostAsync(
            host.Admin,
            "users/",
            ("username", "new"),
            ("email", "n@example.com"),
            ("is_superuser", "0"),
            ("password", "pass-word"))).Expect(
            200);
        (await host.PostAsync(host.Bob, "users/", ("username", "x"), ("email", "x"), ("is_superuser", "1"), ("password", "x"))).Expect(403);

        var me = (await host.GetAsync(host.Admin, "users/?op=whoami")).Json;
        (
            me.GetProperty("username").GetString(),
            me.GetProperty("is_superuser").GetBoolean(),
            me.GetProperty("is_local").GetBoolean(),
            me.GetProperty("resource_uri").GetString())
            .Should().Be(("admin", true, true, "/MAAS/api/2.0/users/admin/"));
        (await host.GetAsync(host.Bob, "users/")).Json.EnumerateArray()
            .Select(each => each.GetProperty("username").GetString())
            .Should()
            .Contain("new");
    }

    [Fact]
    public async Task Criterion_56_neither_oneself_nor_an_owner_of_machines_is_deleted()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        await host.DoAsync(machine.Id, new MachineCommand.Allocate("bob"));

        (await host.DeleteAsync(host.Admin, "users/admin/")).Expect(400);
        (await host.DeleteAsync(host.Admin, "users/bob/")).Expect(400);
        (await host.DeleteAsync(host.Admin, "users/eve/")).Expect(204);
        (await host.GetAsync(host.Eve, "users/?op=whoami")).Expect(401);
    }

    [Fact]
    public async Task The_same_SSH_key_is_not_added_twice()
    {
        await using var host = await ApiHost.StartAsync();
        Task<Reply> AddAsync(Core.Accounts.ApiKey key) => host.PostAsync(key, "account/prefs/sshkeys/", ("key", Key));

        (await AddAsync(host.Bob)).Expect(201);
        (await AddAsync(host.Bob)).Expect(400).Text.Should().Be("""{"__all__":["This key has already been added for this user."]}""");
        (await AddAsync(host.Eve)).Expect(201);
        (await host.GetAsync(host.Bob, "account/prefs/sshkeys/")).Expect(200).Json.GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task SSH_keys_are_imported_from_a_source_and_answered_as_a_list()
    {
        await using var host = await ApiHost.StartAsync(keySource: new OneKey());

        var imported = (await host.PostAsync(host.Bob, "account/prefs/sshkeys/?op=import", ("keysource", "gh:bob"))).Expect(200).Json;
        imported.EnumerateArray().Select(key => (key.GetProperty("key").GetString(), key.GetProperty("keysource").GetString())).Should()
            .Equal((Key, "gh:bob"));
        (await host.GetAsync(host.Bob, "account/prefs/sshkeys/")).Json.GetArrayLength().Should().Be(1);

        (await host.PostAsync(host.Bob, "account/prefs/sshkeys/?op=import", ("keysource", "gh:nobody"))).Expect(400).Text.Should()
            .Be("Unable to import SSH keys. gh user nobody doesn't exist.");
        (await host.PostAsync(host.Bob, "account/prefs/sshkeys/?op=import", ("keysource", "ftp:bob"))).Expect(400);
        (await host.PostAsync(host.Bob, "account/prefs/sshkeys/?op=import")).Expect(400).Text.Should()
            .Be("Importing SSH keys failed. Input needs to be in protocol:auth_id or auth_id format.");
        var id = imported[0].GetProperty("id").GetInt64();
        (await host.DeleteAsync(host.Bob, $"account/prefs/sshkeys/{id}/")).Expect(204);
        (await host.GetAsync(host.Bob, "account/prefs/sshkeys/")).Json.GetArrayLength().Should().Be(0);
    }

    private sealed class OneKey : Core.Accounts.ISshKeySource
    {
        public Task<Core.Accounts.SshKeySourceResult> FindAsync(string protocol, string account, CancellationToken cancellationToken) =>
            Task.FromResult<Core.Accounts.SshKeySourceResult>(account == "nobody"
                ? new Core.Accounts.SshKeySourceResult.Failed($"{protocol} user {account} doesn't exist.")
                : new Core.Accounts.SshKeySourceResult.Found([Key]));
    }
}
