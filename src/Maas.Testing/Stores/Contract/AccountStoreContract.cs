using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Files;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.Contract;

internal sealed class AccountStoreContract : StoreCases
{
    private IAccountStore Accounts => Store.Accounts;

    protected override StoreLimits Limits { get; } = new() { Quotas = new StoreQuotas { ApiKeysPerUser = 3, SshKeysPerUser = 3 } };

    public async Task A_user_is_found_with_the_hash()
    {
        var user = await UserAsync("alice", isAdministrator: true).ConfigureAwait(false);

        Expect.Equal(new User(user.Id, "alice", "alice@example.org", true), user);
        Expect.Equal((user, "hash"), await Accounts.FindUserAsync("alice", Token).ConfigureAwait(false) ?? default);
        Expect.Equal(null, await Accounts.FindUserAsync("Alice", Token).ConfigureAwait(false));
    }

    public async Task Names_are_unique_by_ordinal()
    {
        foreach (var name in HostileTexts)
            Expect.Equal(name, (await UserAsync(name).ConfigureAwait(false)).Name);
        foreach (var name in HostileTexts)
            Expect.Equal(null, await Accounts.CreateUserAsync(name, "", false, "other", Token).ConfigureAwait(false));
        foreach (var name in HostileTexts)
            Expect.Equal("hash", (await Accounts.FindUserAsync(name, Token).ConfigureAwait(false))?.PasswordHash);
    }

    public async Task Concurrent_creations_of_a_name_create_one_user()
    {
        var created = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(
            () => Accounts.CreateUserAsync("alice", "", false, $"hash{number}", Token), Token))).ConfigureAwait(false);

        Expect.Equal(1, created.Count(user => user is not null));
        Expect.Equal(1, (await Accounts.ListUsersAsync(Token).ConfigureAwait(false)).Count);
    }

    public async Task Users_are_listed_by_name_in_the_order_of_code_points()
    {
        foreach (var name in (string[])["b", "\uFF5E", "a", "\U0001F600", "B", "ß", "aa"]) await UserAsync(name).ConfigureAwait(false);

        var users = await Accounts.ListUsersAsync(Token).ConfigureAwait(false);

        Expect.Sequence(["B", "a", "aa", "b", "ß", "\uFF5E", "\U0001F600"], users.Select(user => user.Name));
    }

    public async Task A_password_is_replaced()
    {
        await UserAsync("alice").ConfigureAwait(false);
        Expect.Equal(true, await Accounts.SetPasswordHashAsync("alice", "new", Token).ConfigureAwait(false));
        Expect.Equal(false, await Accounts.SetPasswordHashAsync("bob", "new", Token).ConfigureAwait(false));
        Expect.Equal("new", (await Accounts.FindUserAsync("alice", Token).ConfigureAwait(false))?.PasswordHash);
    }

    public async Task A_user_is_changed_only_as_it_was_read()
    {
        var admin = await UserAsync("root", isAdministrator: true).ConfigureAwait(false);
        var alice = await UserAsync("alice").ConfigureAwait(false);
        var after = alice with { Email = "a@example.net", IsAdministrator = true };

        Expect.Equal(UserUpdate.Conflict, await UpdateAsync(alice with { Email = "other" }, after).ConfigureAwait(false));
        Expect.Equal(UserUpdate.Conflict, await UpdateAsync(alice with { IsAdministrator = true }, after).ConfigureAwait(false));
        Expect.Equal(UserUpdate.Conflict, await UpdateAsync(alice with { Id = admin.Id }, after).ConfigureAwait(false));
        Expect.Equal(UserUpdate.Conflict, await UpdateAsync(alice with { Name = "ghost" }, after).ConfigureAwait(false));
        Expect.Equal((alice, "hash"), await Accounts.FindUserAsync("alice", Token).ConfigureAwait(false) ?? default);

        Expect.Equal(UserUpdate.Saved, await UpdateAsync(alice, after).ConfigureAwait(false));
        Expect.Equal((after, "hash"), await Accounts.FindUserAsync("alice", Token).ConfigureAwait(false) ?? default);
    }

    public async Task One_of_two_administrators_who_take_each_others_rights_at_once_remains()
    {
        for (var round = 0; round < 8; round++)
        {
            var (one, two) = (await UserAsync($"one{round}", isAdministrator: true).ConfigureAwait(false),
                await UserAsync($"two{round}", isAdministrator: true).ConfigureAwait(false));
            var results = await Task.WhenAll(
                Task.Run(() => UpdateAsync(one, one with { IsAdministrator = false }), Token),
                Task.Run(() => UpdateAsync(two, two with { IsAdministrator = false }), Token)).ConfigureAwait(false);

            Expect.Equal(1, results.Count(result => result is UserUpdate.Saved));
            Expect.Equal(1, results.Count(result => result is UserUpdate.LastAdministrator));
            var left = (await Accounts.ListUsersAsync(Token).ConfigureAwait(false)).Single(user => user.IsAdministrator);
            await UserAsync($"next{round}", isAdministrator: true).ConfigureAwait(false);
            Expect.Equal(UserUpdate.Saved, await UpdateAsync(left, left with { IsAdministrator = false }).ConfigureAwait(false));
            await Accounts.DeleteUserAsync($"next{round}", Token).ConfigureAwait(false);
        }
    }

    private Task<UserUpdate> UpdateAsync(User before, User after) => Accounts.UpdateUserAsync(before, after, Token);

    public async Task A_deleted_user_takes_keys_and_files_along_and_nothing_of_others()
    {
        var (alice, bob) = (await UserAsync("alice").ConfigureAwait(false), await UserAsync("bob").ConfigureAwait(false));
        foreach (var user in (User[])[alice, bob])
        {
            await Accounts.CreateApiKeyAsync(Key(user, 1), Token).ConfigureAwait(false);
            await Accounts.AddSshKeyAsync(user.Name, "ssh-ed25519 AAAA", null, Token).ConfigureAwait(false);
            await Store.Files.PutAsync(new StoredFile(user.Name, "file", $"key of {user.Name}", default), Token).ConfigureAwait(false);
        }

        await Store.Files.PutAsync(new StoredFile(null, "file", "key of none", default), Token).ConfigureAwait(false);
        var machine = await SaveAsync(NewMachine(1) with { Owner = "alice" }).ConfigureAwait(false);

        Expect.Equal(true, await Accounts.DeleteUserAsync("alice", Token).ConfigureAwait(false));

        Expect.Equal(null, await Accounts.FindUserAsync("alice", Token).ConfigureAwait(false));
        Expect.Equal(null, await Accounts.FindApiKeyAsync("consumer", Key(alice, 1).TokenKey, Token).ConfigureAwait(false));
        Expect.Equal(0, (await Accounts.ListSshKeysAsync("alice", Token).ConfigureAwait(false)).Count);
        Expect.Equal(null, await Store.Files.FindByKeyAsync("key of alice", Token).ConfigureAwait(false));
        Expect.Equal(1, (await Accounts.ListApiKeysAsync(bob, Token).ConfigureAwait(false)).Count);
        Expect.Equal(1, (await Accounts.ListSshKeysAsync("bob", Token).ConfigureAwait(false)).Count);
        Expect.Equal(true, await Store.Files.FindAsync(null, "file", Token).ConfigureAwait(false) is not null);
        Expect.Equal(machine, await GetAsync(machine.Id).ConfigureAwait(false));

        var again = await UserAsync("alice").ConfigureAwait(false);
        Expect.True(again.Id > bob.Id, "An id is given once");
        Expect.Equal(0, (await Accounts.ListApiKeysAsync(again, Token).ConfigureAwait(false)).Count);
    }

    public async Task A_user_that_does_not_exist_is_not_deleted_and_no_file_either()
    {
        await Store.Files.PutAsync(new StoredFile("ghost", "file", "key1", default), Token).ConfigureAwait(false);
        await Store.Files.PutAsync(new StoredFile(null, "file", "key2", default), Token).ConfigureAwait(false);

        Expect.Equal(false, await Accounts.DeleteUserAsync("ghost", Token).ConfigureAwait(false));
        Expect.Equal(false, await Accounts.DeleteUserAsync("", Token).ConfigureAwait(false));

        Expect.Equal(true, await Store.Files.FindByKeyAsync("key1", Token).ConfigureAwait(false) is not null);
        Expect.Equal(true, await Store.Files.FindByKeyAsync("key2", Token).ConfigureAwait(false) is not null);
    }

    public async Task API_keys_are_listed_found_renamed_and_deleted()
    {
        var (alice, bob) = (await UserAsync("alice").ConfigureAwait(false), await UserAsync("bob").ConfigureAwait(false));
        ApiKey[] keys = [Key(alice, 2), Key(alice, 1)];
        foreach (var key in keys) await Accounts.CreateApiKeyAsync(key, Token).ConfigureAwait(false);

        Expect.Sequence(keys, await Accounts.ListApiKeysAsync(alice, Token).ConfigureAwait(false));
        Expect.Equal(keys[1], await Accounts.FindApiKeyAsync("consumer", keys[1].TokenKey, Token).ConfigureAwait(false));
        Expect.Equal(null, await Accounts.FindApiKeyAsync("Consumer", keys[1].TokenKey, Token).ConfigureAwait(false));
        Expect.Equal(null, await Accounts.FindApiKeyAsync("consumer", "absent", Token).ConfigureAwait(false));

        Expect.Equal(false, await Accounts.RenameApiKeyAsync(bob, keys[0].TokenKey, "stolen", Token).ConfigureAwait(false));
        Expect.Equal(false, await Accounts.DeleteApiKeyAsync(bob, keys[0].TokenKey, Token).ConfigureAwait(false));
        Expect.Equal(true, await Accounts.RenameApiKeyAsync(alice, keys[0].TokenKey, "new", Token).ConfigureAwait(false));
        Expect.Equal(
            keys[0] with { Name = "new" }, await Accounts.FindApiKeyAsync("consumer", keys[0].TokenKey, Token).ConfigureAwait(false));
        Expect.Equal(true, await Accounts.DeleteApiKeyAsync(alice, keys[0].TokenKey, Token).ConfigureAwait(false));
        Expect.Equal(false, await Accounts.DeleteApiKeyAsync(alice, keys[0].TokenKey, Token).ConfigureAwait(false));
        Expect.Sequence([keys[1]], await Accounts.ListApiKeysAsync(alice, Token).ConfigureAwait(false));
    }

    public async Task API_keys_have_a_quota_also_when_they_are_created_at_once()
    {
        var user = await UserAsync("alice").ConfigureAwait(false);
        var creations = Enumerable.Range(0, 10).Select(number => Task.Run(
            async () =>
            {
                try
                {
                    await Accounts.CreateApiKeyAsync(Key(user, number), Token).ConfigureAwait(false);
                    return true;
                }
                catch (QuotaExceededException)
                {
                    return false;
                }
            },
            Token));

        Expect.Equal(3, (await Task.WhenAll(creations).ConfigureAwait(false)).Count(isCreated => isCreated));
        Expect.Equal(3, (await Accounts.ListApiKeysAsync(user, Token).ConfigureAwait(false)).Count);
        var key = (await Accounts.ListApiKeysAsync(user, Token).ConfigureAwait(false))[0];
        await Accounts.DeleteApiKeyAsync(user, key.TokenKey, Token).ConfigureAwait(false);
        await Accounts.CreateApiKeyAsync(Key(user, 100), Token).ConfigureAwait(false);
    }

    public async Task The_parts_of_a_key_that_is_not_unique_are_refused()
    {
        var user = await UserAsync("alice").ConfigureAwait(false);
        await Accounts.CreateApiKeyAsync(Key(user, 1), Token).ConfigureAwait(false);
        await Expect.ThrowsAsync<Exception>(
            () => Accounts.CreateApiKeyAsync(Key(user, 1), Token), "A second key with the same token key").ConfigureAwait(false);
        Expect.Equal(1, (await Accounts.ListApiKeysAsync(user, Token).ConfigureAwait(false)).Count);
    }

    public async Task An_SSH_key_is_added_once()
    {
        await UserAsync("alice").ConfigureAwait(false);
        await UserAsync("bob").ConfigureAwait(false);
        var first = Expect.NotNull(await Accounts.AddSshKeyAsync("alice", "ssh-rsa AAAA", "lp:alice", Token).ConfigureAwait(false));

        Expect.Equal(new SshKey(first.Id, "alice", "ssh-rsa AAAA", "lp:alice"), first);
        Expect.Equal(first, await Accounts.AddSshKeyAsync("alice", "ssh-rsa AAAA", null, Token).ConfigureAwait(false));
        Expect.Equal(first, await Accounts.GetSshKeyAsync(first.Id, Token).ConfigureAwait(false));
        var second = Expect.NotNull(await Accounts.AddSshKeyAsync("alice", "ssh-rsa AAAa", null, Token).ConfigureAwait(false));
        var bobs = Expect.NotNull(await Accounts.AddSshKeyAsync("bob", "ssh-rsa AAAA", null, Token).ConfigureAwait(false));
        Expect.Sequence([first, second], await Accounts.ListSshKeysAsync("alice", Token).ConfigureAwait(false));
        Expect.Equal(null, await Accounts.AddSshKeyAsync("nobody", "ssh-rsa AAAA", null, Token).ConfigureAwait(false));

        Expect.Equal(true, await Accounts.DeleteSshKeyAsync(first.Id, Token).ConfigureAwait(false));
        Expect.Equal(false, await Accounts.DeleteSshKeyAsync(first.Id, Token).ConfigureAwait(false));
        Expect.Equal(null, await Accounts.GetSshKeyAsync(first.Id, Token).ConfigureAwait(false));
        Expect.Sequence([bobs], await Accounts.ListSshKeysAsync("bob", Token).ConfigureAwait(false));
    }

    public async Task SSH_keys_have_a_quota_that_a_known_key_does_not_exceed()
    {
        await UserAsync("alice").ConfigureAwait(false);
        for (var number = 0; number < 3; number++)
            await Accounts.AddSshKeyAsync("alice", $"ssh-rsa {number}", null, Token).ConfigureAwait(false);

        await Expect.ThrowsAsync<QuotaExceededException>(
            () => Accounts.AddSshKeyAsync("alice", "ssh-rsa x", null, Token), "A fourth SSH key").ConfigureAwait(false);
        Expect.Equal(
            "ssh-rsa 1", (await Accounts.AddSshKeyAsync("alice", "ssh-rsa 1", null, Token).ConfigureAwait(false))?.Key);
        Expect.Equal(3, (await Accounts.ListSshKeysAsync("alice", Token).ConfigureAwait(false)).Count);
    }

    public async Task The_secret_of_an_API_key_is_replaced()
    {
        var alice = Expect.NotNull(await Accounts.CreateUserAsync("alice", "", false, "hash", Token).ConfigureAwait(false));
        var bob = Expect.NotNull(await Accounts.CreateUserAsync("bob", "", false, "hash", Token).ConfigureAwait(false));
        var key = new ApiKey(alice, "key", "c", "t", new Secret("old"));
        await Accounts.CreateApiKeyAsync(key, Token).ConfigureAwait(false);

        Expect.Equal(false, await Accounts.ReplaceApiKeySecretAsync(bob, "t", new Secret("stolen"), Token).ConfigureAwait(false));
        Expect.Equal(false, await Accounts.ReplaceApiKeySecretAsync(alice, "x", new Secret("new"), Token).ConfigureAwait(false));
        Expect.Equal(true, await Accounts.ReplaceApiKeySecretAsync(alice, "t", new Secret("new"), Token).ConfigureAwait(false));

        Expect.Equal(
            key with { TokenSecret = new Secret("new") }, await Accounts.FindApiKeyAsync("c", "t", Token).ConfigureAwait(false));
    }

    public async Task SSH_keys_are_added_together_or_not_at_all()
    {
        await Accounts.CreateUserAsync("alice", "", false, "hash", Token).ConfigureAwait(false);
        var first = Expect.NotNull(await Accounts.AddSshKeyAsync("alice", "ssh-rsa 1", null, Token).ConfigureAwait(false));

        var keys = Expect.NotNull(
            await Accounts.AddSshKeysAsync("alice", ["ssh-rsa 2", "ssh-rsa 1"], "gh:alice", Token).ConfigureAwait(false));

        Expect.Sequence([("ssh-rsa 2", "gh:alice"), ("ssh-rsa 1", null)], keys.Select(key => (key.Key, key.Source)));
        Expect.Equal(first, keys[1]);
        await Expect.ThrowsAsync<QuotaExceededException>(
            () => Accounts.AddSshKeysAsync("alice", ["ssh-rsa 3", "ssh-rsa 4"], null, Token), "A third and a fourth SSH key")
            .ConfigureAwait(false);
        Expect.Equal(2, (await Accounts.ListSshKeysAsync("alice", Token).ConfigureAwait(false)).Count);
        Expect.Equal(null, await Accounts.AddSshKeysAsync("nobody", ["ssh-rsa 1"], null, Token).ConfigureAwait(false));
    }

    private static ApiKey Key(User user, int number) =>
        new(user, "name", "consumer", $"token{number} of {user.Name}", new Secret("secret"));

    private async Task<User> UserAsync(string name, bool isAdministrator = false) => Expect.NotNull(
        await Accounts.CreateUserAsync(name, $"{name}@example.org", isAdministrator, "hash", Token).ConfigureAwait(false));
}
