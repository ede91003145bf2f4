using System.Globalization;
using System.Security.Claims;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Components.Authorization;

namespace Maas.Dashboard.SignIn;

/// <summary>
/// The signed-in user of one browser tab. The user is read from the store each time: removing a user, or an administrator's rights, takes
/// effect at the next page, change or action.
/// </summary>
internal sealed class DashboardSession(MaasCore core, AuthenticationStateProvider authentication)
{
    /// <summary>The cookie's authentication scheme.</summary>
    public const string Scheme = "MaasDashboard";

    private const string IdClaim = "maas:user_id";

    /// <summary>The user; <see langword="null"/> when the user has been removed since.</summary>
    public async Task<User?> FindUserAsync(CancellationToken cancellationToken = default) =>
        await FindUserAsync(core, (await authentication.GetAuthenticationStateAsync()).User, cancellationToken);

    /// <summary>The user on whose behalf machines are read and changed.</summary>
    /// <exception cref="SessionEndedException">The user has been removed since.</exception>
    public async Task<MachineActor> GetActorAsync(CancellationToken cancellationToken = default) =>
        await FindUserAsync(cancellationToken) is { } user ? MachineActor.Of(user) : throw new SessionEndedException();

    /// <summary>The user that a cookie names, if there still is one of this name and number.</summary>
    public static async Task<User?> FindUserAsync(MaasCore core, ClaimsPrincipal? principal, CancellationToken cancellationToken) =>
        principal?.Identity is { IsAuthenticated: true, AuthenticationType: Scheme, Name: { } name }
            && await core.Users.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } user
            && principal.HasClaim(IdClaim, user.Id.ToString(CultureInfo.InvariantCulture))
                ? user
                : null;

    /// <summary>What the cookie says of a user: name and number, no rights.</summary>
    public static ClaimsPrincipal PrincipalOf(User user) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, user.Name), new Claim(IdClaim, user.Id.ToString(CultureInfo.InvariantCulture))], Scheme));
}

/// <summary>The signed-in user does not exist any more.</summary>
internal sealed class SessionEndedException() : InvalidOperationException("You are not signed in any more. Load the page again.");
