using System.Net;
using Maas.Core;
using Maas.Core.Events;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Requests;

public sealed class LoginGuardTests
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.7"), Elsewhere = IPAddress.Parse("10.0.0.8");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void After_some_failures_each_further_one_doubles_the_delay_up_to_a_bound()
    {
        var guard = new LoginGuard(_time);
        for (var failure = 1; failure < LoginGuard.FreeFailures; failure++) Fail(guard, "admin", Here);
        guard.Ask("admin", Here).Allowed.Should().BeTrue();

        var expected = TimeSpan.FromSeconds(1);
        for (var failure = 0; failure < 12; failure++)
        {
            Fail(guard, "admin", Here);
            var verdict = guard.Ask("admin", Here);
            verdict.Should().Be(new LoginVerdict(false, expected < LoginGuard.LongestForAddress ? expected : LoginGuard.LongestForAddress));
            guard.Ask("other", Here).Allowed.Should().BeFalse("the address is delayed whatever the name");
            _time.Advance(verdict.Wait);
            guard.Ask("admin", Here).Allowed.Should().BeTrue();
            expected *= 2;
        }
    }

    [Fact]
    public void Many_addresses_that_guess_one_name_are_delayed_and_the_user_who_was_here_before_is_not()
    {
        var guard = new LoginGuard(_time);
        guard.Succeeded("admin", Here);
        for (var number = 0; number < 50; number++) Fail(guard, "admin", IPAddress.Parse($"10.1.0.{number}"));
        guard.Ask("admin", Elsewhere).Should().Be(new LoginVerdict(false, LoginGuard.LongestForName));
        guard.Ask("admin", Here).Allowed.Should().BeTrue();
        _time.Advance(LoginGuard.Forgotten + TimeSpan.FromSeconds(1));
        guard.Ask("admin", Elsewhere).Allowed.Should().BeTrue();
        Fail(guard, "admin", Elsewhere);
        guard.Ask("admin", Elsewhere).Allowed.Should().BeTrue("old failures are forgotten");
    }

    [Fact]
    public void The_tables_are_bounded_and_an_address_under_delay_is_not_pushed_out_by_made_up_names()
    {
        var guard = new LoginGuard(_time);
        for (var failure = 0; failure < 10; failure++) Fail(guard, "admin", Here);
        for (var number = 0; number < 20_000; number++) Fail(guard, $"name-{number}", new IPAddress(0x0a00_0000 + number));
        guard.Ask("admin", Elsewhere).Allowed.Should().BeFalse();
    }

    [Fact]
    public async Task Guesses_are_delayed_logged_in_the_journal_once_a_burst_and_the_right_password_works_after_the_delay()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
        await using var host = await ApiHost.StartAsync(time);
        await host.Core.Users.SetPasswordAsync("bob", new Secret("right"), ApiHost.Cancellation);

        for (var guess = 0; guess < LoginGuard.FreeFailures; guess++) (await LoginAsync(host, "wrong")).Expect(403);
        var delayed = (await LoginAsync(host, "right")).Expect(429);
        delayed.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(1));
        (await LoginAsync(host, "right")).Expect(200);

        (await host.Core.Events.QueryAsync(new EventQuery { Level = EventLevel.Warning }, ApiHost.Cancellation))
            .Should().ContainSingle(each => each.Note.Type == "Authentication").Which.Note.Description.Should()
                .Contain("5 logins failed, the last as bob from 127.0.0.1");
    }

    [Fact]
    public async Task Logins_without_a_consumer_leave_no_more_keys_than_a_user_may_have()
    {
        await using var host = await ApiHost.StartAsync(configureCore: options => options.Quotas.ApiKeysPerUser = 4);
        await host.Core.Users.SetPasswordAsync("bob", new Secret("right"), ApiHost.Cancellation);
        for (var login = 0; login < 8; login++) (await LoginAsync(host, "right")).Expect(200);
        (await host.Core.Users.ListApiKeysAsync(host.Bob.User, ApiHost.Cancellation)).Should().HaveCount(4).And.Contain(
            key => key.TokenKey == host.Bob.TokenKey, "a named key is kept");
        (await host.PostAsync(host.Bob, "account/?op=create_authorisation_token", ("name", "more"))).Expect(507).Text.Should()
            .Contain("at most 4 API keys");
    }

    [Fact]
    public async Task One_address_has_few_places_in_the_queue_and_another_finds_one()
    {
        var (queue, busy) = (new PasswordQueue(), new TaskCompletionSource());
        var first = Enumerable.Range(0, 8)
            .Select(_ => queue.RunAsync(Here, async () => { await busy.Task; return true; }, default))
            .ToList();
        var refused = await Task.WhenAll(first.Where(each => each.IsCompleted));
        refused.Should().HaveCount(6).And.OnlyContain(each => !each.Entered);
        var other = queue.RunAsync(Elsewhere, () => Task.FromResult(true), default);
        busy.SetResult();
        (await other).Should().Be((true, true));
        (await Task.WhenAll(first)).Count(each => each.Entered).Should().Be(2);
    }

    private static Task<Reply> LoginAsync(ApiHost host, string password) =>
        host.SendAsync("POST", "/MAAS/accounts/authenticate/", content: ApiHost.Form(("username", "bob"), ("password", password)));

    private static void Fail(LoginGuard guard, string name, IPAddress from) => guard.Failed(name, from);
}
