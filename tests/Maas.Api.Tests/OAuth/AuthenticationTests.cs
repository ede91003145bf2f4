using System.Globalization;
using Maas.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.OAuth;

public class AuthenticationTests
{
    private const string WhoAmI = "users/?op=whoami";

    [Fact]
    public async Task Criterion_01_a_good_key_is_known_and_an_unknown_one_is_401()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, WhoAmI)).Expect(200).Json.GetProperty("username").GetString().Should().Be("bob");
        (await host.SendAsync("GET", WhoAmI, host.Sign("nobody", "nothing", new Secret("x"), null, null))).Expect(401);
    }

    [Fact]
    public async Task A_401_has_the_servers_Date_and_says_which_scheme_it_wants()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2031, 5, 4, 3, 2, 1, TimeSpan.Zero));
        await using var host = await ApiHost.StartAsync(time);

        foreach (var authorization in new[]
        {
            null, "Basic Ym9iOmJvYg==", "OAuth oauth_token=\"t\"", host.Sign("c", "t", new Secret("s"), null, null)
        })
        {
            var reply = (await host.SendAsync("GET", WhoAmI, authorization)).Expect(401);
            reply.Headers.GetValues("Date").Should().Equal("Sun, 04 May 2031 03:02:01 GMT");
            reply.Headers.GetValues("WWW-Authenticate").Single().Should().StartWith("OAuth realm=");
            reply.Text.Should().NotBeEmpty();
        }
    }

    [Fact]
    public async Task Criterion_08_a_timestamp_301_seconds_old_is_expired_and_one_of_300_is_not()
    {
        await using var host = await ApiHost.StartAsync();
        var now = host.Time.GetUtcNow().ToUnixTimeSeconds();

        var expired = (await host.SendAsync("GET", WhoAmI, host.Sign(host.Bob, now - 310))).Expect(401);

        expired.Text.Should().StartWith(
            $"Authorization Error: 'Expired timestamp: given {(now - 310).ToString(CultureInfo.InvariantCulture)} and now ")
            .And.EndWith("has a greater difference than threshold 300'");
        expired.Headers.Date.Should().NotBeNull();
        (await host.SendAsync("GET", WhoAmI, host.Sign(host.Bob, now - 290))).Expect(200);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_host_whose_clock_is_a_day_wrong_judges_timestamps_by_the_clock_of_the_store(int days)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2031, 5, 4, 3, 2, 1, TimeSpan.Zero));
        var wrong = new FakeTimeProvider(time.GetUtcNow().AddDays(days));
        await using var host = await ApiHost.StartAsync(time, configureServices: services => services.AddSingleton<TimeProvider>(wrong));

        (await host.GetAsync(host.Bob, WhoAmI)).Expect(200).Headers.Date.Should().Be(time.GetUtcNow());
        (await host.SendAsync("GET", WhoAmI)).Expect(401).Headers.Date.Should().Be(time.GetUtcNow());
        var old = wrong.GetUtcNow().AddDays(-2).ToUnixTimeSeconds();
        (await host.SendAsync("GET", WhoAmI, host.Sign(host.Bob, old))).Expect(401);
    }

    [Fact]
    public async Task Criterion_08_a_nonce_works_once()
    {
        await using var host = await ApiHost.StartAsync();
        var header = host.Sign(host.Bob);

        (await host.SendAsync("GET", WhoAmI, header)).Expect(200);
        (await host.SendAsync("GET", WhoAmI, header)).Expect(401).Text.Should().Contain("Nonce already used");
    }

    [Fact]
    public async Task Criterion_08_a_timestamp_in_the_future_is_accepted_and_its_nonce_still_works_only_once()
    {
        await using var host = await ApiHost.StartAsync();
        var header = host.Sign(host.Bob, host.Time.GetUtcNow().AddDays(1).ToUnixTimeSeconds());

        (await host.SendAsync("GET", WhoAmI, header)).Expect(200);
        (await host.SendAsync("GET", WhoAmI, header)).Expect(401);
    }

    [Fact]
    public async Task A_replay_is_refused_after_a_restart_too()
    {
        var directory = Directory.CreateTempSubdirectory("maas-api-").FullName;
        try
        {
            string header;
            await using (var first = await ApiHost.StartAsync(store: directory))
            {
                header = first.Sign(first.Bob);
                (await first.SendAsync("GET", WhoAmI, header)).Expect(200);
            }

            await using var second = await ApiHost.StartAsync(store: directory);
            (await second.SendAsync("GET", WhoAmI, header)).Expect(401);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_and_uses_up_nothing()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync(
            "GET", WhoAmI, host.Sign(host.Bob.ConsumerKey, host.Bob.TokenKey, new Secret("wrong"), null, "the-nonce"))).Expect(
            401);
        (await host.SendAsync("GET", WhoAmI, host.Sign(host.Bob, nonce: "the-nonce"))).Expect(200);
    }

    [Theory]
    [InlineData("oauth_timestamp=\"soon\"", 400)]
    [InlineData("oauth_timestamp=\"-1\"", 400)]
    [InlineData("oauth_version=\"2.0\"", 401)]
    [InlineData("oauth_signature_method=\"HMAC-SHA1\"", 401)]
    [InlineData("oauth_signature_method=\"RSA-SHA1\"", 401)]
    public async Task A_parameter_that_makes_no_sense_is_refused(string parameter, int code)
    {
        await using var host = await ApiHost.StartAsync();
        var name = parameter.Split('=')[0];
        var header = string.Join(
            ", ",
            host.Sign(host.Bob)["OAuth ".Length..].Split(", ")
                .Select(each => each.StartsWith(name + "=", StringComparison.Ordinal) ? parameter : each));

        (await host.SendAsync("GET", WhoAmI, "OAuth " + header)).Expect(code);
    }

    [Fact]
    public async Task A_machines_key_is_no_good_for_the_API_and_a_users_is_none_for_metadata()
    {
        await using var host = await ApiHost.StartAsync();
        var token = await host.TokenAsync(await host.EnlistAsync());

        (await host.GetAsync(token, WhoAmI)).Expect(403).Text.Should().Be("User is not allowed access to this API.");
        (await host.GetAsync(host.Bob, "/MAAS/metadata/")).Expect(403).Text.Should().Be("Not authenticated as a known node.");
    }

    [Fact]
    public async Task Wrong_credentials_are_not_taken_for_none()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.SendAsync("POST", "machines/", host.Sign("c", "t", new Secret("s"), null, null),
            ApiHost.Form(("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:01")))).Expect(401);
        (await host.Core.Machines.ListAsync(null, ApiHost.Cancellation)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_public_route_answers_a_signed_request_too_whatever_the_signature()
    {
        await using var host = await ApiHost.StartAsync();

        (await host.GetAsync(host.Bob, "version/")).Expect(200);
        (await host.SendAsync("GET", "version/", "OAuth nonsense")).Expect(200);
    }
}
