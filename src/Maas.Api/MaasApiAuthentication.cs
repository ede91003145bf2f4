using System.Security.Claims;

namespace Maas.Api;

/// <summary>
/// Names of the authentication scheme that <c>AddMaasApi</c> registers, and of the claims of its principals. The endpoints of the API
/// authenticate by this scheme themselves; name it in a policy to admit MAAS's users to endpoints of the application.
/// </summary>
/// <example>
/// <code>
/// app.MapGet("/whoami", (ClaimsPrincipal user) => user.Identity?.Name)
///     .RequireAuthorization(policy => policy.AddAuthenticationSchemes(MaasApiAuthentication.Scheme).RequireAuthenticatedUser());
/// </code>
/// </example>
public static class MaasApiAuthentication
{
    /// <summary>The scheme: OAuth 1.0a with MAAS's API keys and machine keys, and the users that the application admits.</summary>
    public const string Scheme = "Maas";

    /// <summary>The role claim (<see cref="ClaimTypes.Role"/>) of an administrator.</summary>
    public const string AdministratorRole = "maas:administrator";

    /// <summary>The role claim (<see cref="ClaimTypes.Role"/>) of every user.</summary>
    public const string UserRole = "maas:user";

    /// <summary>The role claim (<see cref="ClaimTypes.Role"/>) of a machine.</summary>
    public const string MachineRole = "maas:machine";

    /// <summary>The type of the claim with a machine's system id. Users have none.</summary>
    public const string SystemIdClaim = "maas:system_id";
}
