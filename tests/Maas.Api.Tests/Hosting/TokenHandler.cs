using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Api.Tests.Hosting;

/// <summary>An application's own bearer tokens: <c>Bearer NAME</c> or <c>Bearer NAME:admin</c>; <c>Bearer -</c> is a wrong one.</summary>
internal sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    public const string Name = "Token";

    public static void Add(IServiceCollection services) =>
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenHandler>(Name, null);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal)) return Task.FromResult(AuthenticateResult.NoResult());
        var parts = header["Bearer ".Length..].Split(':');
        if (parts[0] == "-") return Task.FromResult(AuthenticateResult.Fail("wrong"));
        var identity = new ClaimsIdentity([new(ClaimTypes.Name, parts[0])], Name);
        if (parts is [_, "admin"]) identity.AddClaim(new(ClaimTypes.Role, "admins"));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }
}
