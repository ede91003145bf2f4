using Maas.Core.Accounts;

namespace Maas.Core.Tests.Accounts;

public class UsersTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBGfYyNz2rYoY6G8mHEwXS0p0sYzhd1OqZW4qBH2mB0e bob@desk";

    [Fact]
    public async Task A_password_lets_in_its_user_and_nobody_else()
    {
        await using var test = await TestCore.OpenAsync();
        var users = test.Core.Users;
        var bob = ((CreateUserResult.Created)await users.CreateAsync("bob", "bob@example.org", new Secret("secret"), false)).User;
        (await users.VerifyPasswordAsync("bob", new Secret("secret"))).Should().Be(bob);
        (await users.VerifyPasswordAsync("bob", new Secret("Secret"))).Should().BeNull();
        (await users.VerifyPasswordAsync("eve", new Secret("secret"))).Should().BeNull();

        await users.CreateAsync("robot", "", default, false);
        (await users.VerifyPasswordAsync("robot", default)).Should().BeNull("an empty password is none");
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("../x")]
    public async Task A_name_that_is_taken_or_strange_is_refused(string name)
    {
        await using var test = await TestCore.OpenAsync();
        await test.Core.Users.CreateAsync("bob", "", default, false);
        (await test.Core.Users.CreateAsync(name, "", default, true)).Should().BeOfType<CreateUserResult.Refused>();
    }

    [Fact]
    public async Task An_administrator_changes_the_mail_address_and_the_rights_of_others()
    {
        await using var test = await TestCore.OpenAsync();
        var (root, bob) = (await AddAsync(test, "root", true), await AddAsync(test, "bob", false));
        var wanted = bob with { Email = "bob@example.net", IsAdministrator = true };

        (await test.Core.Users.UpdateAsync("bob", "bob@example.net", true, root)).Should().Be(new UpdateUserResult.Updated(wanted));
        (await test.Core.Users.FindAsync("bob")).Should().Be(wanted);
        (await test.Core.Users.UpdateAsync("bob", bob.Email, false, root)).Should().Be(new UpdateUserResult.Updated(bob));
        (await test.Core.Users.UpdateAsync("eve", "", true, root)).Should().BeOfType<UpdateUserResult.NotFound>();
        (await test.Core.Users.UpdateAsync("bob", new string('x', 255), true, root)).Should()
            .Be(new UpdateUserResult.Refused("email", "At most 254 characters."));
    }

    [Fact]
    public async Task One_administrator_remains_whoever_changes_or_removes_users()
    {
        await using var test = await TestCore.OpenAsync();
        var (root, ann) = (await AddAsync(test, "root", true), await AddAsync(test, "ann", true));

        (await test.Core.Users.UpdateAsync("root", root.Email, false, root)).Should()
            .Be(new UpdateUserResult.Refused("is_superuser", "Administrators cannot take away their own rights."));
        (await test.Core.Users.UpdateAsync("root", root.Email, false, ann)).Should().BeOfType<UpdateUserResult.Updated>();
        // Who was an administrator when the request came is compared with what is stored when it is changed.
        (await test.Core.Users.UpdateAsync("ann", ann.Email, false, root)).Should()
            .Be(new UpdateUserResult.Refused("is_superuser", "One user must be an administrator."));
        (await test.Core.UserRemoval.RemoveAsync(ann, null, "root")).Should().Be("One user must be an administrator.");
        (await test.Core.Users.FindAsync("ann")).Should().Be(ann);
    }

    [Fact]
    public async Task Who_may_edit_identities_changes_no_administrator_and_makes_none()
    {
        await using var test = await TestCore.OpenAsync();
        await AddAsync(test, "root", true);
        var bob = await AddAsync(test, "bob", false);
        var clerk = await AddAsync(test, "clerk", false) with { Entitlements = ["can_edit_identities"] };

        (await test.Core.Users.UpdateAsync("bob", "b@example.net", false, clerk)).Should().BeOfType<UpdateUserResult.Updated>();
        (await test.Core.Users.UpdateAsync("bob", "", true, clerk)).Should().BeOfType<UpdateUserResult.Forbidden>();
        (await test.Core.Users.UpdateAsync("root", "", true, clerk)).Should().BeOfType<UpdateUserResult.Forbidden>();
        (await test.Core.Users.UpdateAsync("clerk", "", true, clerk)).Should().BeOfType<UpdateUserResult.Forbidden>();
        (await test.Core.Users.UpdateAsync("bob", "", false, bob)).Should().BeOfType<UpdateUserResult.Forbidden>();
    }

    private static async Task<User> AddAsync(TestCore test, string name, bool isAdministrator) =>
        ((CreateUserResult.Created)await test.Core.Users.CreateAsync(name, $"{name}@example.org", default, isAdministrator)).User;

    [Fact]
    public async Task A_key_works_from_its_making_to_its_end()
    {
        await using var test = await TestCore.OpenAsync();
        var users = test.Core.Users;
        var bob = ((CreateUserResult.Created)await users.CreateAsync("bob", "", default, true)).User;
        var key = await users.CreateApiKeyAsync(bob, "laptop");
        key.ToSecret().Reveal().Split(':').Should().HaveCount(3).And.OnlyHaveUniqueItems();
        key.ToString().Should().NotContain(key.TokenSecret.Reveal());

        await test.ReopenAsync();
        users = test.Core.Users;
        (await users.FindApiKeyAsync(key.ConsumerKey, key.TokenKey)).Should().Be(key);
        (await users.FindApiKeyAsync("x", key.TokenKey)).Should().BeNull();
        (await users.RenameApiKeyAsync(bob, key.TokenKey, "desk")).Should().BeTrue();
        (await users.ListApiKeysAsync(bob)).Should().ContainSingle().Which.Name.Should().Be("desk");
        (await users.DeleteApiKeyAsync(bob, key.TokenKey)).Should().BeTrue();
        (await users.DeleteApiKeyAsync(bob, key.TokenKey)).Should().BeFalse();
        (await users.FindApiKeyAsync(key.ConsumerKey, key.TokenKey)).Should().BeNull();
    }

    [Fact]
    public async Task A_user_goes_with_all_keys_and_files()
    {
        await using var test = await TestCore.OpenAsync();
        var bob = ((CreateUserResult.Created)await test.Core.Users.CreateAsync("bob", "", default, true)).User;
        var key = await test.Core.Users.CreateApiKeyAsync(bob);
        await test.Core.SshKeys.AddAsync("bob", Key);
        await test.Core.Files.PutAsync("bob", "f", new byte[] { 1 });

        (await test.Core.Users.DeleteAsync("bob")).Should().BeTrue();

        (await test.Core.Users.FindApiKeyAsync(key.ConsumerKey, key.TokenKey)).Should().BeNull();
        (await test.Core.SshKeys.ListAsync("bob")).Should().BeEmpty();
        (await test.Core.Files.ListAsync("bob")).Should().BeEmpty();
    }

    [Fact]
    public async Task An_ssh_key_is_kept_once_and_nonsense_not_at_all()
    {
        await using var test = await TestCore.OpenAsync();
        await test.Core.Users.CreateAsync("bob", "", default, false);
        var key = await test.Core.SshKeys.AddAsync("bob", Key + "\n");
        (await test.Core.SshKeys.AddAsync("bob", Key)).Should().Be(key);
        (await test.Core.SshKeys.ListAsync("bob")).Should().Equal(key!);

        foreach (var nonsense in new[] { "", "ssh-ed25519", "ssh-rsa " + Key.Split(' ')[1], "ssh-ed25519 !!!", Key +
            "\nssh-rsa AAAA", "command=\"rm\" " + Key })
            (await test.Core.SshKeys.AddAsync("bob", nonsense)).Should().BeNull(nonsense);
        (await test.Core.SshKeys.AddAsync("nobody", Key)).Should().BeNull();
        (await test.Core.SshKeys.DeleteAsync(key!.Id)).Should().BeTrue();
        (await test.Core.SshKeys.DeleteAsync(key.Id)).Should().BeFalse();
    }
}
