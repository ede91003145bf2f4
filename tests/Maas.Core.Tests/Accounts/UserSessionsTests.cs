using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Core.Tests.Accounts;

/// <summary>Sessions in browsers: how long they last, and what ends them.</summary>
public class UserSessionsTests
{
    private static readonly Secret Password = new("correct horse");

    [Fact]
    public async Task A_session_is_found_by_its_token_alone_and_the_token_is_not_stored()
    {
        await using var test = await TestCore.OpenInFileAsync();
        var bob = await AddAsync(test, "bob");
        var (session, token) = await test.Core.Sessions.BeginAsync(bob, "10.0.0.7", "Fire\tfox\n");

        var found = await test.Core.Sessions.FindAsync(token);

        found!.Value.User.Should().Be(bob);
        (found.Value.Session.Id, found.Value.Session.From, found.Value.Session.Client).Should().Be((session.Id, "10.0.0.7", "Firefox"));
        (await test.Core.Sessions.FindAsync(new string('0', 64))).Should().BeNull();
        (await test.Core.Sessions.FindAsync("")).Should().BeNull();
        await test.ReopenAsync();
        (await test.Core.Sessions.FindAsync(token)).Should().NotBeNull("a restart ends no session");
        var stored = await test.Store.Records.ListAsync(new RecordQuery<UserSession>(AccountTables.Sessions), default);
        AccountTables.Sessions.Write(stored.Should().ContainSingle().Subject).Should().Contain("Firefox").And.NotContain(token);
    }

    [Fact]
    public async Task A_session_that_is_not_used_ends()
    {
        await using var test = await TestCore.OpenAsync();
        var bob = await AddAsync(test, "bob");
        var (_, token) = await test.Core.Sessions.BeginAsync(bob, "", "");
        for (var hours = 0; hours < 20; hours += 4)
        {
            test.Clock.Advance(TimeSpan.FromHours(4));
            (await test.Core.Sessions.FindAsync(token))!.Value.Session.LastUsed.Should().Be(test.Clock.GetUtcNow());
        }

        test.Clock.Advance(UserSessions.Lifetime);

        (await test.Core.Sessions.FindAsync(token)).Should().BeNull();
        (await test.Core.Sessions.ListAsync(bob)).Should().BeEmpty();
    }

    [Fact]
    public async Task Looking_at_a_session_does_not_use_it()
    {
        await using var test = await TestCore.OpenAsync();
        var bob = await AddAsync(test, "bob");
        var (begun, token) = await test.Core.Sessions.BeginAsync(bob, "", "");
        for (var minutes = 0; minutes < 470; minutes += 10)
        {
            test.Clock.Advance(TimeSpan.FromMinutes(10));
            (await test.Core.Sessions.PeekAsync(token))!.Value.Session.LastUsed.Should().Be(begun.LastUsed);
        }

        test.Clock.Advance(TimeSpan.FromMinutes(10));

        (await test.Core.Sessions.PeekAsync(token)).Should().BeNull();
    }

    [Fact]
    public async Task Another_password_ends_all_sessions_but_the_one_that_is_kept()
    {
        await using var test = await TestCore.OpenAsync();
        var bob = await AddAsync(test, "bob");
        var (own, token) = await test.Core.Sessions.BeginAsync(bob, "", "one");
        var (_, other) = await test.Core.Sessions.BeginAsync(bob, "", "two");
        var (_, carols) = await test.Core.Sessions.BeginAsync(await AddAsync(test, "carol"), "", "three");

        await test.Core.Users.SetPasswordAsync("bob", Password); // also the same one
        (await test.Core.Sessions.ListAsync(bob)).Should().BeEmpty();
        await test.Core.Sessions.KeepAsync(own);

        (await test.Core.Sessions.FindAsync(token)).Should().NotBeNull();
        (await test.Core.Sessions.FindAsync(other)).Should().BeNull();
        (await test.Core.Sessions.FindAsync(carols)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_removed_user_has_no_session_and_neither_has_another_one_of_the_same_name()
    {
        await using var test = await TestCore.OpenAsync();
        var bob = await AddAsync(test, "bob");
        var (own, token) = await test.Core.Sessions.BeginAsync(bob, "", "");

        (await test.Core.UserRemoval.RemoveAsync(bob, null, "admin")).Should().BeNull();
        await AddAsync(test, "bob");
        await test.Core.Sessions.KeepAsync(own);

        (await test.Core.Sessions.FindAsync(token)).Should().BeNull();
        var begin = () => test.Core.Sessions.BeginAsync(bob, "", "");
        await begin.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task A_user_ends_one_session_or_all_others_and_no_one_else_s()
    {
        await using var test = await TestCore.OpenAsync();
        var (bob, carol) = (await AddAsync(test, "bob"), await AddAsync(test, "carol"));
        var (first, token) = await test.Core.Sessions.BeginAsync(bob, "", "");
        var (second, _) = await test.Core.Sessions.BeginAsync(bob, "", "");
        await test.Core.Sessions.BeginAsync(bob, "", "");
        var (carols, _) = await test.Core.Sessions.BeginAsync(carol, "", "");

        (await test.Core.Sessions.EndAsync(bob, carols.Id, "bob")).Should().BeFalse();
        (await test.Core.Sessions.EndAsync(bob, second.Id, "bob")).Should().BeTrue();
        (await test.Core.Sessions.EndAsync(bob, second.Id, "bob")).Should().BeFalse();
        (await test.Core.Sessions.EndAllAsync(bob, except: first.Id, "bob")).Should().Be(1);

        (await test.Core.Sessions.ListAsync(bob)).Should().ContainSingle().Which.Id.Should().Be(first.Id);
        (await test.Core.Sessions.FindAsync(token)).Should().NotBeNull();
        (await test.Core.Sessions.ListAsync(carol)).Should().ContainSingle();
        (await test.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Audit })).Select(each => each.Note.Description)
            .Should().Contain("1 session of user 'bob' ended.");
    }

    [Fact]
    public async Task Too_many_sessions_end_the_least_recently_used_one()
    {
        await using var test = await TestCore.OpenAsync();
        var bob = await AddAsync(test, "bob");
        var (_, oldest) = await test.Core.Sessions.BeginAsync(bob, "", "");
        for (var more = 0; more < UserSessions.MostPerUser; more++)
        {
            test.Clock.Advance(TimeSpan.FromSeconds(1));
            await test.Core.Sessions.BeginAsync(bob, "", "");
        }

        (await test.Core.Sessions.ListAsync(bob)).Should().HaveCount(UserSessions.MostPerUser);
        (await test.Core.Sessions.FindAsync(oldest)).Should().BeNull();
    }

    private static async Task<User> AddAsync(TestCore test, string name) =>
        (await test.Core.Users.CreateAsync(name, "", Password, isAdministrator: false)).Should().BeOfType<CreateUserResult.Created>()
            .Subject.User;
}
