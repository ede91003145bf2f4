using System.Net;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Dashboard.Access;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.SignIn;

/// <summary>The sign-in page, and the forms that begin and end a session. They need no script.</summary>
internal static class SignInEndpoints
{
    private const int LongestForm = 16 * 1024;

    /// <summary>Shows the form.</summary>
    public static Task ShowAsync(HttpContext http, DashboardMount mount) =>
        ShowAsync(http, mount, http.Request.Query["returnUrl"].ToString(), "", "");

    /// <summary>Takes the form.</summary>
    public static async Task SignInAsync(HttpContext http, DashboardMount mount)
    {
        if (!await IsOwnFormAsync(http).ConfigureAwait(false)) return;
        var form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        var name = form["user"].ToString().Trim();
        var (user, refusal) = await http.RequestServices.GetRequiredService<SignInService>()
            .VerifyAsync(name, form["password"].ToString(), http.Connection.RemoteIpAddress ?? IPAddress.None, http.RequestAborted)
            .ConfigureAwait(false);
        var returnUrl = form["returnUrl"].ToString();
        if (user is null)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await ShowAsync(http, mount, returnUrl, name, refusal).ConfigureAwait(false);
            return;
        }

        await BeginAsync(http, user).ConfigureAwait(false);
        http.Response.Redirect(mount.ReturnUrlOf(http, returnUrl));
    }

    /// <summary>Takes a link of <see cref="DashboardSignInLinks"/>.</summary>
    public static async Task UseLinkAsync(HttpContext http, DashboardMount mount)
    {
        var name = http.RequestServices.GetRequiredService<DashboardSignInLinks>().Redeem(http.Request.Query["token"]);
        var user = name is null ? null
            : await http.RequestServices.GetRequiredService<SignInService>()
                .AcceptAsync(name, http.Connection.RemoteIpAddress ?? IPAddress.None, http.RequestAborted).ConfigureAwait(false);
        if (user is null)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await ShowAsync(http, mount, "", "", "This link was used before, or is too old. Sign in by name.").ConfigureAwait(false);
            return;
        }

        await BeginAsync(http, user).ConfigureAwait(false);
        http.Response.Redirect(mount.BaseOf(http));
    }

    /// <summary>Ends the session.</summary>
    public static async Task SignOutAsync(HttpContext http, DashboardMount mount)
    {
        if (!await IsOwnFormAsync(http).ConfigureAwait(false)) return;
        var core = http.RequestServices.GetRequiredService<MaasCore>();
        if (await DashboardSession.FindAsync(core, http.User, http.RequestAborted).ConfigureAwait(false) is { } ended)
            await core.Sessions.EndAsync(ended.User, ended.Session.Id, ended.User.Name, http.RequestAborted).ConfigureAwait(false);
        await http.SignOutAsync(DashboardSession.Scheme).ConfigureAwait(false);
        http.Response.Redirect(mount.BaseOf(http) + "sign-in");
    }

    private static async Task BeginAsync(HttpContext http, User user)
    {
        var (_, token) = await http.RequestServices.GetRequiredService<MaasCore>().Sessions.BeginAsync(
            user, http.Connection.RemoteIpAddress?.ToString() ?? "", http.Request.Headers.UserAgent.ToString(), http.RequestAborted)
            .ConfigureAwait(false);
        await http.SignInAsync(DashboardSession.Scheme, DashboardSession.PrincipalOf(user, token)).ConfigureAwait(false);
    }

    // A form of another site, or one that is too long, is answered here.
    private static async Task<bool> IsOwnFormAsync(HttpContext http)
    {
        if (http.Request.ContentLength is not <= LongestForm)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return false;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LongestForm;
        if (await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http).ConfigureAwait(false)) return true;
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        await http.Response.WriteAsync("The form is too old. Go back, reload the page, and try again.", http.RequestAborted)
            .ConfigureAwait(false);
        return false;
    }

    private static async Task ShowAsync(HttpContext http, DashboardMount mount, string returnUrl, string name, string refusal)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        await new RazorComponentResult<SignInPage>(new
        {
            Base = mount.BaseOf(http),
            ReturnUrl = returnUrl,
            Name = name,
            Refusal = refusal,
            TokenName = tokens.FormFieldName,
            Token = tokens.RequestToken,
        })
        { StatusCode = http.Response.StatusCode }.ExecuteAsync(http).ConfigureAwait(false);
    }
}
