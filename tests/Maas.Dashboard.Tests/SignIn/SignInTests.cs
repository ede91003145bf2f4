using System.Net;
using System.Text.RegularExpressions;
using Maas.Dashboard.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Dashboard.Tests.SignIn;

public sealed partial class SignInTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages =>
        ["/MAAS", "/MAAS/", "/MAAS/machines/abc123", "/MAAS/images", "/MAAS/networks", "/MAAS/events", "/MAAS/templates", "/MAAS/users",
            "/MAAS/groups", "/MAAS/settings", "/MAAS/health", "/MAAS/account"];

    [Theory, MemberData(nameof(Pages))]
    public async Task An_anonymous_reader_is_sent_to_the_sign_in_page(string page)
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();

        using var response = await client.GetAsync(page + "?q=a%22b", Cancellation);

        response.StatusCode.Should().Be(HttpStatusCode.Redirect);
        response.Headers.Location!.ToString().Should().StartWith("/MAAS/sign-in?returnUrl=");
    }

    [Fact]
    public async Task The_live_connection_needs_a_session()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();

        using var response = await client.PostAsync("/MAAS/_blazor/negotiate?negotiateVersion=1", null, Cancellation);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("own", HttpStatusCode.OK)]
    public async Task The_live_connection_is_refused_to_a_page_of_another_origin(string origin, HttpStatusCode expected)
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        (await SignInAsync(client, "admin", DashboardHost.Password)).Dispose();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/MAAS/_blazor/negotiate?negotiateVersion=1");
        if (origin.Length > 0) request.Headers.TryAddWithoutValidation("Origin", origin == "own" ? host.Origin : origin);

        using var response = await client.SendAsync(request, Cancellation);

        response.StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task A_user_signs_in_by_password_reads_a_page_and_signs_out()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();

        using var answer = await SignInAsync(client, "admin", DashboardHost.Password, "/MAAS/events");

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().Should().Be("/MAAS/events");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(each => each.StartsWith("maas-dashboard=", StringComparison.Ordinal));
        cookie.Should().Contain("httponly").And.Contain("samesite=lax");
        var page = await client.GetStringAsync("/MAAS/events", Cancellation);
        page.Should().Contain("<base href=\"/MAAS/\"").And.Contain(">admin</a>");

        using var form = Form(page, []);
        using var goodbye = await client.PostAsync("/MAAS/sign-out", form, Cancellation);
        goodbye.Headers.Location!.ToString().Should().Be("/MAAS/sign-in");
        using var after = await client.GetAsync("/MAAS/events", Cancellation);
        after.StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_user_signs_in_by_an_API_key_of_theirs_and_of_no_other()
    {
        await using var host = await DashboardHost.StartAsync();
        var key = (await host.Core.Users.CreateApiKeyAsync(host.Admin, "first start", Cancellation)).ToSecret().Reveal();
        using var client = host.NewClient();

        using var other = await SignInAsync(client, "bob", key);
        using var wrong = await SignInAsync(client, "admin", key + "x");
        using var right = await SignInAsync(client, "admin", key);

        other.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        wrong.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        right.StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Guessing_is_slowed_down_and_reported()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        for (var guess = 0; guess < 5; guess++) (await SignInAsync(client, "admin", "wrong")).Dispose();

        using var answer = await SignInAsync(client, "admin", DashboardHost.Password);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().Contain("Too many failed attempts");
        (await host.Core.Events.QueryAsync(new(), Cancellation)).Should().Contain(each => each.Note.Description.Contains("5 sign-ins"));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/MAAS/../other")]
    [InlineData("/other")]
    [InlineData("javascript:alert(1)")]
    public async Task Signing_in_leads_to_a_page_of_the_dashboard_only(string returnUrl)
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();

        using var answer = await SignInAsync(client, "admin", DashboardHost.Password, returnUrl);

        answer.Headers.Location!.ToString().Should().Be("/MAAS/");
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        using var form = new FormUrlEncodedContent([new("user", "admin"), new("password", DashboardHost.Password)]);

        using var answer = await client.PostAsync("/MAAS/sign-in", form, Cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        answer.Headers.Contains("Set-Cookie").Should().BeFalse();
    }

    [Fact]
    public async Task A_form_of_another_length_than_forms_have_is_not_read()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        using var form = new FormUrlEncodedContent([new("user", new string('a', 20_000))]);

        using var answer = await client.PostAsync("/MAAS/sign-in", form, Cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task What_the_visitor_typed_is_text_in_the_page()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();

        using var answer = await SignInAsync(client, "\"><script>alert(1)</script>", "wrong", "\"><b>");

        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().NotContain("<script>").And.NotContain("\"><b>");
    }

    [Fact]
    public async Task A_removed_user_is_signed_out()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        (await SignInAsync(client, "bob", DashboardHost.Password)).Dispose();
        (await client.GetAsync("/MAAS/", Cancellation)).StatusCode.Should().Be(HttpStatusCode.OK);

        await host.Core.Users.DeleteAsync("bob", Cancellation);
        await host.AddUserAsync("bob"); // another one of the same name

        (await client.GetAsync("/MAAS/", Cancellation)).StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_new_password_and_an_end_everywhere_sign_out_every_browser_and_leave_its_cookie_worthless()
    {
        await using var host = await DashboardHost.StartAsync();
        using var first = host.NewClient();
        using var second = host.NewClient();
        foreach (var client in new[] { first, second })
            (await SignInAsync(client, "bob", DashboardHost.Password)).Dispose();
        (await StatusAsync(first), await StatusAsync(second)).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK));

        await host.Core.Users.SetPasswordAsync("bob", new Maas.Core.Secret("another horse"), Cancellation);
        (await StatusAsync(first), await StatusAsync(second)).Should().Be((HttpStatusCode.Redirect, HttpStatusCode.Redirect));

        (await SignInAsync(first, "bob", "another horse")).Dispose();
        (await SignInAsync(second, "bob", "another horse")).Dispose();
        var bob = (await host.Core.Users.FindAsync("bob", Cancellation))!;
        (await host.Core.Sessions.ListAsync(bob, Cancellation)).Should().HaveCount(2);
        await host.Core.Sessions.EndAllAsync(bob, null, "admin", Cancellation);
        (await StatusAsync(first), await StatusAsync(second)).Should().Be((HttpStatusCode.Redirect, HttpStatusCode.Redirect));
        using var live = await second.PostAsync("/MAAS/_blazor/negotiate?negotiateVersion=1", null, Cancellation);
        live.StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        async Task<HttpStatusCode> StatusAsync(HttpClient client)
        {
            using var response = await client.GetAsync("/MAAS/", Cancellation);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_cookie_that_was_copied_ends_with_signing_out()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        using var answer = await SignInAsync(client, "bob", DashboardHost.Password);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(each => each.StartsWith("maas-dashboard=", StringComparison.Ordinal));
        using var thief = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        (await StealAsync()).Should().Be(HttpStatusCode.OK);

        using var form = Form(await client.GetStringAsync("/MAAS/", Cancellation), []);
        (await client.PostAsync("/MAAS/sign-out", form, Cancellation)).Dispose();

        (await StealAsync()).Should().Be(HttpStatusCode.Redirect);

        async Task<HttpStatusCode> StealAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, host.Origin + "/MAAS/");
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
            using var response = await thief.SendAsync(request, Cancellation);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Every_answer_forbids_inline_scripts_and_frames()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        (await SignInAsync(client, "admin", DashboardHost.Password)).Dispose();

        foreach (var path in new[] { "/MAAS/sign-in", "/MAAS/", "/MAAS/assets/dashboard.css" })
        {
            using var response = await client.GetAsync(path, Cancellation);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            policy.Should().Contain("script-src 'self';").And.Contain("frame-ancestors 'none'").And.Contain("default-src 'none'");
            var page = await response.Content.ReadAsStringAsync(Cancellation);
            if (path != "/MAAS/assets/dashboard.css")
                InlineScript().IsMatch(page).Should().BeFalse("{0} has no script of its own", path);
        }
    }

    [Fact]
    public async Task A_page_names_files_that_exist_and_may_be_kept()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        (await SignInAsync(client, "admin", DashboardHost.Password)).Dispose();
        var page = await client.GetStringAsync("/MAAS/", Cancellation);
        var files = Asset().Matches(page).Select(match => match.Value).ToList();

        files.Should().HaveCount(4);
        foreach (var file in files)
        {
            using var response = await client.GetAsync("/MAAS/" + WebUtility.HtmlDecode(file), Cancellation);
            response.StatusCode.Should().Be(HttpStatusCode.OK, file);
            response.Headers.CacheControl!.MaxAge.Should().Be(TimeSpan.FromDays(365), file);
        }
    }

    [Fact]
    public async Task A_link_signs_its_user_in_once()
    {
        await using var host = await DashboardHost.StartAsync("/lab");
        using var client = host.NewClient();
        var link = "/lab/MAAS/" + host.Links.Create("bob");

        using var first = await client.GetAsync(link, Cancellation);
        using var second = await client.GetAsync(link, Cancellation);

        first.StatusCode.Should().Be(HttpStatusCode.Redirect);
        first.Headers.Location!.ToString().Should().Be("/lab/MAAS/");
        (await client.GetStringAsync("/lab/MAAS/account", Cancellation)).Should().Contain("bob");
        second.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await second.Content.ReadAsStringAsync(Cancellation)).Should().Contain("This link was used before, or is too old");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_link_that_was_not_made_here_signs_nobody_in(string query)
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        host.Links.Create("admin");

        using var answer = await client.GetAsync("/MAAS/sign-in/link" + query, Cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        answer.Headers.Contains("Set-Cookie").Should().BeTrue("the form's token is a cookie");
        answer.Headers.GetValues("Set-Cookie").Should().NotContain(cookie => cookie.StartsWith("maas-dashboard="));
    }

    [Fact]
    public async Task A_link_of_a_removed_user_signs_nobody_in()
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = host.NewClient();
        var link = host.Links.Create("carol");

        using var answer = await client.GetAsync("/MAAS/" + link, Cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void A_link_is_no_use_after_its_time_and_unused_ones_are_bounded()
    {
        var time = new FakeTimeProvider();
        var links = new DashboardSignInLinks(time);
        var first = links.Create("bob");
        time.Advance(DashboardSignInLinks.Lifetime);

        links.Redeem(first[^64..]).Should().BeNull();
        for (var number = 0; number < 100; number++) links.Create("bob");
        var more = () => links.Create("bob");
        more.Should().Throw<InvalidOperationException>();
        time.Advance(DashboardSignInLinks.Lifetime);
        links.Redeem(links.Create("bob")[^64..]).Should().Be("bob");
    }

    [Fact]
    public async Task It_works_under_a_path_base()
    {
        await using var host = await DashboardHost.StartAsync("/lab");
        using var client = host.NewClient();

        using var anonymous = await client.GetAsync("/lab/MAAS/images", Cancellation);
        anonymous.Headers.Location!.ToString().Should().StartWith("/lab/MAAS/sign-in?returnUrl=%2Flab%2FMAAS%2Fimages");
        using var answer = await SignInAsync(client, "admin", DashboardHost.Password, "/lab/MAAS/images", "/lab");
        answer.Headers.Location!.ToString().Should().Be("/lab/MAAS/images");
        (await client.GetStringAsync("/lab/MAAS/images", Cancellation)).Should().Contain("<base href=\"/lab/MAAS/\"");
    }

    [Fact]
    public async Task A_policy_of_the_application_closes_the_sign_in_page_too()
    {
        await using var host = await DashboardHost.StartAsync(
            conventions: dashboard => dashboard.RequireAuthorization(policy => policy.RequireAssertion(_ => false)));
        using var client = host.NewClient();

        using var response = await client.GetAsync("/MAAS/sign-in", Cancellation);

        response.StatusCode.Should().NotBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync(Cancellation)).Should().NotContain("password");
    }

    private static async Task<HttpResponseMessage> SignInAsync(
        HttpClient client, string user, string password, string returnUrl = "", string pathBase = "")
    {
        var page = await client.GetStringAsync(pathBase + "/MAAS/sign-in", Cancellation);
        using var form = Form(page, [new("user", user), new("password", password), new("returnUrl", returnUrl)]);
        return await client.PostAsync(pathBase + "/MAAS/sign-in", form, Cancellation);
    }

    private static FormUrlEncodedContent Form(string page, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var token = Token().Match(page);
        token.Success.Should().BeTrue("the form has a token");
        return new FormUrlEncodedContent([new(token.Groups["name"].Value, token.Groups["value"].Value), .. fields]);
    }

    [GeneratedRegex("name=\"(?<name>__RequestVerificationToken)\" value=\"(?<value>[^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("<script(?![^>]*src=)|\\son[a-z]+=\"|javascript:", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InlineScript();

    [GeneratedRegex("assets/[^\"]+", RegexOptions.None, 1000)]
    private static partial Regex Asset();
}
