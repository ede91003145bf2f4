using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Tests.Hosting;

/// <summary>The middleware of an application applies to the endpoints of the API.</summary>
public class HostMiddlewareTests
{
    private const string Version = "/MAAS/api/2.0/version/";

    [Fact]
    public async Task A_rate_limit_of_the_host_is_429()
    {
        await using var host = await HostedApi.StartAsync(
            services => services.AddRateLimiter(options =>
            {
                options.RejectionStatusCode = 429;
                options.AddFixedWindowLimiter("two", limiter => (limiter.PermitLimit, limiter.Window) = (2, TimeSpan.FromHours(1)));
            }),
            app => app.UseRateLimiter(),
            maas => maas.Api.RequireRateLimiting("two"));

        for (var i = 0; i < 2; i++) (await host.SendAsync("GET", Version, "")).StatusCode.Should().Be(HttpStatusCode.OK);

        (await host.SendAsync("GET", Version, "")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await host.SendAsync("GET", "/MAAS/metadata/enlist/", "")).StatusCode.Should().Be(
            HttpStatusCode.OK, "the limit is of the other group");
    }

    [Fact]
    public async Task A_path_base_is_in_every_address()
    {
        await using var host = await HostedApi.StartAsync(pipeline: app => app.UsePathBase("/metal"));

        var user = await JsonAsync(await host.SendAsync("GET", "/metal/MAAS/api/2.0/users/?op=whoami"));

        user.GetProperty("resource_uri").GetString().Should().Be("/metal/MAAS/api/2.0/users/admin/");
        (await TextAsync(await host.SendAsync("GET", "/metal/MAAS/api/2.0/nothing/", ""))).Should().Be(
            "Unknown API endpoint: /metal/MAAS/api/2.0/nothing/.");
    }

    [Fact]
    public async Task The_prefix_of_a_reverse_proxy_is_in_every_address()
    {
        await using var host = await HostedApi.StartAsync(
            services => services.Configure<ForwardedHeadersOptions>(options =>
            {
                options.ForwardedHeaders = ForwardedHeaders.All;
                options.KnownProxies.Add(IPAddress.Loopback);
            }),
            app => app.UseForwardedHeaders());

        var described = await JsonAsync(await host.SendAsync("GET", "/MAAS/api/2.0/describe/", "", null,
            ("X-Forwarded-Prefix", "/lab"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "maas.example"),
            ("X-Forwarded-For", "192.0.2.7")));

        described.GetProperty("resources")[0].GetProperty("auth").GetProperty("uri").GetString()
            .Should().StartWith("https://maas.example/lab/MAAS/api/2.0/");
    }

    [Fact]
    public async Task A_group_of_the_host_is_part_of_the_mount_point()
    {
        await using var host = await HostedApi.StartAsync(pipeline: app => app.MapGroup("/lab").MapMaasApi());

        var user = await JsonAsync(await host.SendAsync("GET", "/lab/MAAS//api/2.0/users/op-whoami"));

        user.GetProperty("resource_uri").GetString().Should().Be("/lab/MAAS/api/2.0/users/admin/");
    }

    [Theory]
    [InlineData("GET", "/MAAS/api/2.0/machines/")]
    [InlineData("POST", "/MAAS/api/2.0/machines/")]
    [InlineData("POST", "/MAAS/api/2.0/machines/?op=allocate")]
    [InlineData("DELETE", "/MAAS/api/2.0/machines/abc123/")]
    public async Task A_CORS_policy_of_the_host_answers_preflight_requests(string method, string path)
    {
        await using var host = await HostedApi.StartAsync(
            services => services.AddCors(options => options.AddPolicy("ui", policy => policy.WithOrigins("https://ui.example")
                .AllowAnyMethod().AllowAnyHeader())),
            app => app.UseCors(),
            maas => maas.Api.RequireCors("ui"));

        var preflight = await host.SendAsync("OPTIONS", path, "", null,
            ("Origin", "https://ui.example"), ("Access-Control-Request-Method", method));
        var version = await host.SendAsync("GET", Version, "", null, ("Origin", "https://ui.example"));

        preflight.StatusCode.Should().Be(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://ui.example");
        version.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://ui.example");
    }

    private static Task<string> TextAsync(HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        var text = await TextAsync(response);
        response.StatusCode.Should().Be(HttpStatusCode.OK, "the server said: {0}", text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
