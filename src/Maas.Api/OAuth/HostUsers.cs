using Maas.Api.Results;
using Maas.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Maas.Api.OAuth;

/// <summary>
/// Admits users of the application's own authentication schemes. A principal is a MAAS user only when the application names one that is
/// stored, and an administrator only when both the application and the store say so.
/// </summary>
internal sealed class HostUsers(MaasCore core, IOptions<MaasApiOptions> options)
{
    /// <summary>Authenticates by the schemes that the options name, in their order.</summary>
    /// <returns>Null when no scheme found credentials.</returns>
    public async Task<Authentication?> AuthenticateAsync(HttpContext http)
    {
        foreach (var (scheme, map) in options.Value.AdmittedSchemes)
        {
            var result = await http.AuthenticateAsync(scheme).ConfigureAwait(false);
            if (result.None) continue;
            if (result is not { Succeeded: true, Principal: { Identity.IsAuthenticated: true } principal })
                return Refused("the credentials are not valid.");
            if (await map(http, principal).ConfigureAwait(false) is not { } admitted) return Refused("this user is not admitted.");
            if (await core.Users.FindAsync(admitted.Name, http.RequestAborted).ConfigureAwait(false) is not { } user)
                return Refused("this user does not exist.");
            var isAdministrator = admitted.IsAdministrator && user.IsAdministrator;
            var entitled = await core.UserGroups.WithEntitlementsAsync(user, http.RequestAborted).ConfigureAwait(false);
            return Authentication.As(new Caller.OfUser(entitled with { IsAdministrator = isAdministrator }, $"{scheme}:{user.Name}")
            {
                MayManageKeys = isAdministrator == user.IsAdministrator,
            });
        }

        return null;
    }

    private static Authentication Refused(string reason) =>
        Authentication.Refused(ApiResults.Unauthorized("Authorization Error: " + reason));
}
