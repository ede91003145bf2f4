using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Tests.Hosting;

/// <summary>Users and policies of an application.</summary>
public class HostUsersTests
{
    private const string WhoAmI = "/MAAS/api/2.0/users/?op=whoami";
    private const string Tags = "/MAAS/api/2.0/tags/";

    private static Task<HostedApi> StartAsync(
        Action<IServiceCollection>? services = null,
        Action<MaasApiConventionBuilder>? conventions = null,
        Action<WebApplication>? pipeline = null) =>
        HostedApi.StartAsync(
            each =>
            {
                TokenHandler.Add(each);
                services?.Invoke(each);
            },
            pipeline,
            conventions,
            options => options.AdmitUsers(TokenHandler.Name, (_, principal) => ValueTask.FromResult(
                principal.Identity?.Name is { } name && name != "guest" ? new MaasApiUser(name, principal.IsInRole("admins")) : null)));

    [Theory]
    [InlineData("Bearer carol", 200)]
    [InlineData("Bearer admin:admin", 200)]
    [InlineData("Bearer -", 401)] // a wrong token
    [InlineData("Bearer guest", 401)] // a user whom the application does not map
    [InlineData("Bearer mallory", 401)] // a user who is not in the store
    [InlineData("Basic Zm9vOmJhcg==", 401)] // a scheme that is not admitted
    [InlineData("OAuth oauth_token=\"x\"", 401)]
    [InlineData("", 401)]
    public async Task A_user_of_another_scheme_is_admitted_when_mapped_and_stored(string authorization, int status)
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync("GET", WhoAmI, authorization);

        ((int)response.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData("Bearer carol", 403)]
    [InlineData("Bearer carol:admin", 403)] // the store does not say so
    [InlineData("Bearer admin", 403)] // the application does not say so
    [InlineData("Bearer admin:admin", 200)]
    public async Task An_administrator_is_one_by_the_application_and_by_the_store(string authorization, int status)
    {
        await using var host = await StartAsync();

        var response = await host.SendAsync("POST", Tags, authorization, ApiHost.Form(("name", "ssd")));

        ((int)response.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData("Bearer admin", 403)]
    [InlineData("Bearer admin:admin", 200)]
    [InlineData("Bearer carol:admin", 200)]
    public async Task A_user_with_fewer_rights_than_are_stored_makes_no_key_that_has_them(string authorization, int status)
    {
        await using var host = await StartAsync();
        const string Account = "/MAAS/api/2.0/account/";

        var made = await host.SendAsync("POST", Account, authorization, ApiHost.Form(("op", "create_authorisation_token")));
        var listed = await host.SendAsync("GET", $"{Account}?op=list_authorisation_tokens", authorization);

        ((int)made.StatusCode).Should().Be(status);
        ((int)listed.StatusCode).Should().Be(status);
    }

    [Fact]
    public async Task API_keys_are_good_beside_the_scheme_of_the_application()
    {
        await using var host = await StartAsync();

        (await host.SendAsync("GET", WhoAmI)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_policy_on_the_API_does_not_lock_out_machines()
    {
        await using var host = await StartAsync(
            services => services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireRole("admins")),
            maas => maas.Api.RequireAuthorization("admins"));

        (await host.SendAsync("GET", WhoAmI, "Bearer carol")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await host.SendAsync("GET", WhoAmI, "Bearer admin:admin")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await host.SendAsync("GET", "/MAAS/metadata/enlist/", "")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("?op=allocate", null)]
    [InlineData("", "allocate")] // the policy holds also when the operation is in the body
    [InlineData("op-allocate", null)]
    public async Task A_policy_on_one_operation_holds_however_the_operation_is_named(string op, string? inBody)
    {
        await using var host = await StartAsync(
            services => services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireRole("admins")),
            maas => maas.Finally(endpoint =>
            {
                if (endpoint.Metadata.OfType<MaasApiOperation>().Any(operation => operation.Op == "allocate"))
                    endpoint.Metadata.Add(new AuthorizeAttribute("admins"));
            }));
        var fields = inBody is null ? ApiHost.Form() : ApiHost.Form(("op", inBody));

        (await host.SendAsync("POST", $"/MAAS/api/2.0/machines/{op}", "Bearer carol", fields)).StatusCode.Should()
            .Be(HttpStatusCode.Forbidden);
        (await host.SendAsync("POST", "/MAAS/api/2.0/machines/", "Bearer carol", ApiHost.Form(("op", "release")))).StatusCode
            .Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AllowAnonymous_of_the_host_lifts_no_check_of_the_API()
    {
        await using var host = await StartAsync(
            services => services.AddAuthorizationBuilder().SetFallbackPolicy(
                new AuthorizationPolicyBuilder(TokenHandler.Name).RequireAuthenticatedUser().Build()),
            maas => maas.AllowAnonymous());

        (await host.SendAsync("GET", WhoAmI, "")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await host.SendAsync("GET", "/MAAS/metadata/latest/meta-data/", "")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await host.SendAsync("GET", "/MAAS/metadata/enlist/", "")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_endpoint_of_the_host_admits_users_of_MAAS_by_the_scheme()
    {
        await using var host = await StartAsync(
            services => services.AddAuthorization(),
            pipeline: app => app.MapGet("/own", (ClaimsPrincipal user) =>
                    $"{user.Identity?.Name} {user.IsInRole(MaasApiAuthentication.AdministratorRole)}")
                .RequireAuthorization(policy => policy.AddAuthenticationSchemes(MaasApiAuthentication.Scheme)
                    .RequireRole(MaasApiAuthentication.UserRole)));

        (await (await host.SendAsync("GET", "/own")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Should()
            .Be("admin True");
        (await host.SendAsync("GET", "/own", "")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_scheme_of_the_application_stays_its_default()
    {
        await using var host = await StartAsync(
            services => services.AddAuthorization(),
            pipeline: app => app.MapGet("/own", (ClaimsPrincipal user) => user.Identity?.Name).RequireAuthorization());

        (await host.SendAsync("GET", "/own", "Bearer carol")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await host.SendAsync("GET", "/own")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
