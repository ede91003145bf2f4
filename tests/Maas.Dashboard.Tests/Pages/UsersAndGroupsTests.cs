using Bunit;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Records;
using Maas.Dashboard.Pages;

namespace Maas.Dashboard.Tests.Pages;

/// <summary>The rights of users, and groups with members and entitlements.</summary>
public sealed class UsersAndGroupsTests
{
    private static CancellationToken Cancellation => DashboardHost.Cancellation;

    [Fact]
    public async Task An_administrator_changes_mail_address_and_rights_of_another_user()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<UsersPage>();

        page.Press("Edit bob");
        page.WaitForElement("#edit-mail").Change("bob@example.net");
        page.Find("form input[type=checkbox]").Change(true);
        page.Submit(0);

        page.ShouldSay("bob was changed.");
        var bob = await host.Core.Users.FindAsync("bob", Cancellation);
        (bob!.Email, bob.IsAdministrator).Should().Be(("bob@example.net", true));
        var audit = await host.Core.Events.QueryAsync(new EventQuery { Limit = 50, Level = EventLevel.Audit }, Cancellation);
        audit.Should().Contain(each => each.Note.Username == "admin"
            && each.Note.Description == "Changed the user bob: an administrator, mail address 'bob@example.net'.");
    }

    [Fact]
    public async Task An_administrator_keeps_the_own_rights()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<UsersPage>();

        page.Press("Edit admin");
        page.WaitForElement("#edit-mail").Change("root@example.net");
        page.Find("form input[type=checkbox]").HasAttribute("disabled").Should().BeTrue();
        page.Find("form input[type=checkbox]").Change(false); // a page may be changed in the browser
        page.Submit(0);

        page.ShouldSay("Administrators cannot take away their own rights.");
        (await host.Core.Users.FindAsync("admin", Cancellation)).Should().Be(host.Admin);
    }

    [Fact]
    public async Task Who_may_change_identities_changes_mail_addresses_of_users_only()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.AddUserAsync("carol");
        await JoinAsync(host, "bob", "can_edit_identities");
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<UsersPage>();
        page.WaitForAssertion(() => page.Markup.Should().Contain("can_edit_identities"));
        page.FindAll("button").Should().NotContain(button => button.GetAttribute("aria-label") == "Edit admin");

        page.Press("Edit carol");
        page.WaitForElement("#edit-mail").Change("carol@example.net");
        page.FindAll("form input[type=checkbox]").Should().BeEmpty();
        await MakeAdministratorAsync(host, "carol");
        page.Submit(0);

        page.ShouldSay("This needs an administrator.");
        (await host.Core.Users.FindAsync("carol", Cancellation))!.Email.Should().Be("carol@example.com");
    }

    [Fact]
    public async Task A_group_is_made_gets_entitlements_and_members_and_is_deleted()
    {
        await using var host = await DashboardHost.StartAsync();
        await using var context = PageContext.Of(host);
        var page = context.Render<GroupsPage>();
        page.WaitForElement("#group-name").Change("network staff");
        page.Find("#group-description").Change("<img src=x onerror=alert(1)>");
        page.Submit(^1);
        page.ShouldSay("The group network staff was added.");
        page.FindAll("img").Should().BeEmpty("a description is text");

        page.Act("fieldset input", 0, each => each.Change(true)); // can_edit_global_entities
        page.Submit(0);
        page.ShouldSay("The group was changed.");
        page.WaitForElement("#member").Change("bob");
        page.Submit(1);
        page.ShouldSay("bob is a member of network staff.");
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        (await host.Core.UserGroups.WithEntitlementsAsync(bob, Cancellation)).Entitlements.Should().Equal("can_edit_global_entities");

        page.Confirm("Remove bob");
        page.ShouldSay("bob left network staff.");
        (await host.Core.UserGroups.WithEntitlementsAsync(bob, Cancellation)).Entitlements.Should().BeEmpty();

        page.Confirm("Delete network staff");
        page.ShouldSay("The group network staff was deleted.");
        (await host.Core.UserGroups.Records.ListAsync(Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task Who_may_change_identities_gives_no_right_that_it_has_not()
    {
        await using var host = await DashboardHost.StartAsync();
        await JoinAsync(host, "bob", "can_edit_identities");
        var powerful = await CreateAsync(host, "imagers", "can_edit_boot_entities");
        await using var context = PageContext.Of(host, "bob");
        var page = context.Render<GroupsPage>();

        page.Press("Edit imagers");
        page.WaitForElement("#member").Change("bob");
        page.Submit(1);
        page.ShouldSay("You may only give what you may do yourself.");

        page.Press("Edit bob-group");
        page.Act("fieldset input", 0, each => each.Change(true));
        page.Submit(0);
        page.ShouldSay("You may only give what you may do yourself.");

        (await host.Core.UserGroups.ListMembersAsync(powerful.Id, Cancellation)).Should().BeEmpty();
        (await host.Core.UserGroups.Records.ListAsync(Cancellation)).SelectMany(group => group.Entitlements).Should()
            .BeEquivalentTo("can_edit_identities", "can_edit_boot_entities");
    }

    [Fact]
    public async Task A_user_without_the_right_sees_no_groups()
    {
        await using var host = await DashboardHost.StartAsync();
        await CreateAsync(host, "staff", "can_edit_identities");
        await using var context = PageContext.Of(host, "bob");

        var page = context.Render<GroupsPage>();

        page.WaitForAssertion(() => page.Markup.Should().Contain("Only administrators"));
        page.Markup.Should().NotContain("staff");
    }

    private static async Task<UserGroup> CreateAsync(DashboardHost host, string name, string entitlement) =>
        (await host.Core.UserGroups.Records.CreateAsync(
            new UserGroup { Name = name, Entitlements = [entitlement] }, "admin", Cancellation))
        .Should().BeOfType<RecordEdit<UserGroup>.Done>().Subject.Record;

    private static async Task JoinAsync(DashboardHost host, string user, string entitlement) =>
        await host.Core.UserGroups.AddMemberAsync(
            await CreateAsync(host, user + "-group", entitlement), (await host.Core.Users.FindAsync(user, Cancellation))!, "admin",
            Cancellation);

    private static async Task MakeAdministratorAsync(DashboardHost host, string name)
    {
        var user = (await host.Core.Users.FindAsync(name, Cancellation))!;
        (await host.Core.Users.UpdateAsync(name, user.Email, true, host.Admin, Cancellation))
            .Should().BeOfType<UpdateUserResult.Updated>();
    }
}
