using System.Text.Encodings.Web;
using Maas.Api.Results;
using Maas.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Maas.Api.OAuth;

/// <summary>
/// The scheme <see cref="MaasApiAuthentication.Scheme"/> of ASP.NET Core. Credentials are checked once per request, by its first user: a
/// nonce is good for one check only.
/// </summary>
internal sealed class MaasAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes,
    ILoggerFactory loggerFactory,
    UrlEncoder encoder,
    Authenticator authenticator,
    MaasCore core) : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggerFactory, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var authentication = await authenticator.AuthenticateAsync(Request, Context.RequestAborted).ConfigureAwait(false);
        Context.Features.Set(authentication);
        if (authentication.Caller.ToPrincipal() is { } principal)
            return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
        return authentication.WasTried ? AuthenticateResult.Fail("The credentials are not valid.") : AuthenticateResult.NoResult();
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        SendAsync(Context.Features.Get<Authentication>()?.Refusal ?? Authentication.None.Refusal!); // None always has one

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        SendAsync(ApiResults.Forbidden("A policy of this server does not allow this."));

    private Task SendAsync(ApiResult refusal)
    {
        if (Response.HasStarted) return Task.CompletedTask; // another scheme of the same policy has responded
        ResponseHeaders.AddTo(Response, core.TimeProvider);
        return refusal.SendAsync(Response, Context.RequestAborted);
    }
}
