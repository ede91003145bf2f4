using System.Security.Claims;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Components.Authorization;

namespace Maas.Dashboard.SignIn;

/// <summary>
/// The signed-in user of one browser tab. Session and user are read from the store each time: ending the session, or removing the user or
/// an administrator's rights, takes effect at the next page, change or action.
/// </summary>
internal sealed class DashboardSession(MaasCore core, AuthenticationStateProvider authentication)
{
    /// <summary>The cookie's authentication scheme.</summary>
    public const string Scheme = "MaasDashboard";

    private const string TokenClaim = "maas:session";

    /// <summary>The user with the entitlements of the user's groups; <see langword="null"/> when the session has ended.</summary>
    public async Task<User?> FindUserAsync(CancellationToken cancellationToken = default) =>
        await FindAsync(cancellationToken) is { User: var user }
            ? await core.UserGroups.WithEntitlementsAsync(user, cancellationToken)
            : null;

    /// <summary>The session and its user; <see langword="null"/> when it has ended.</summary>
    public async Task<(UserSession Session, User User)?> FindAsync(CancellationToken cancellationToken = default) =>
        await FindAsync(core, (await authentication.GetAuthenticationStateAsync()).User, cancellationToken);

    /// <summary>The user on whose behalf machines are read and changed.</summary>
    /// <exception cref="SessionEndedException">The session has ended.</exception>
    public async Task<MachineActor> GetActorAsync(CancellationToken cancellationToken = default) =>
        await FindUserAsync(cancellationToken) is { } user ? MachineActor.Of(user) : throw new SessionEndedException();

    /// <summary>
    /// The same for what a page does without its user, such as following changes: a page that was left open does not keep its session.
    /// </summary>
    /// <exception cref="SessionEndedException">The session has ended.</exception>
    public async Task<MachineActor> PeekActorAsync(CancellationToken cancellationToken = default) =>
        await PeekAsync(core, (await authentication.GetAuthenticationStateAsync()).User, cancellationToken) is { } user
            ? MachineActor.Of(user)
            : throw new SessionEndedException();

    /// <summary>The user of the session that a cookie names, without using the session; <see langword="null"/> when it has ended.</summary>
    public static async Task<User?> PeekAsync(MaasCore core, ClaimsPrincipal? principal, CancellationToken cancellationToken) =>
        TokenOf(principal) is { } token
            && await core.Sessions.PeekAsync(token, cancellationToken).ConfigureAwait(false) is { User: var user }
            && user.Name == principal?.Identity?.Name
                ? user
                : null;

    /// <summary>The session that a cookie names, if it has not ended, and its user.</summary>
    public static async Task<(UserSession Session, User User)?> FindAsync(
        MaasCore core, ClaimsPrincipal? principal, CancellationToken cancellationToken) =>
        TokenOf(principal) is { } token
            && await core.Sessions.FindAsync(token, cancellationToken).ConfigureAwait(false) is { User: var user } found
            && user.Name == principal?.Identity?.Name
                ? found
                : null;

    private static string? TokenOf(ClaimsPrincipal? principal) =>
        principal is { Identity: { IsAuthenticated: true, AuthenticationType: Scheme } } ? principal.FindFirstValue(TokenClaim) : null;

    /// <summary>What the cookie says: the user's name and the session's token, no rights.</summary>
    public static ClaimsPrincipal PrincipalOf(User user, string token) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, user.Name), new Claim(TokenClaim, token)], Scheme));
}

/// <summary>The session has ended, or its user does not exist any more.</summary>
internal sealed class SessionEndedException() : InvalidOperationException("You are not signed in any more. Load the page again.");
