using System.Security.Claims;
using Maas.Api.Results;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.OAuth;

/// <summary>The sender of a request.</summary>
internal abstract record Caller
{
    private Caller() { }

    /// <summary>The claims of the caller, for the application; null for a caller without valid credentials.</summary>
    public ClaimsPrincipal? ToPrincipal() => this switch
    {
        OfUser { User: var user } => Principal(user.Name,
            [new(ClaimTypes.Role, MaasApiAuthentication.UserRole),
                .. user.IsAdministrator ? [new Claim(ClaimTypes.Role, MaasApiAuthentication.AdministratorRole)] : (Claim[])[]]),
        OfMachine { Id: var id } => Principal(id.ToString(),
            new(ClaimTypes.Role, MaasApiAuthentication.MachineRole), new(MaasApiAuthentication.SystemIdClaim, id.ToString())),
        _ => null,
    };

    private static ClaimsPrincipal Principal(string name, params ReadOnlySpan<Claim> claims) =>
        new(new ClaimsIdentity([new(ClaimTypes.Name, name), .. claims], MaasApiAuthentication.Scheme));

    /// <summary>A caller without credentials, or with wrong ones.</summary>
    internal sealed record Anonymous : Caller;

    /// <summary>A user, by one of their keys.</summary>
    /// <param name="User">The user, with the rights of this request.</param>
    /// <param name="TokenKey">The key, to which allocated machines are bound.</param>
    internal sealed record OfUser(User User, string TokenKey) : Caller
    {
        /// <summary>
        /// Whether the user's API keys may be read and made. Not for a user whom the application admits with fewer rights than are stored:
        /// a key has the stored rights.
        /// </summary>
        public bool MayManageKeys { get; init; } = true;
    }

    /// <summary>A machine, by its own key.</summary>
    internal sealed record OfMachine(SystemId Id) : Caller;
}

/// <summary>The result of checking credentials.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Refusal">The response where credentials are required; null when they were right.</param>
/// <param name="WasTried">Whether credentials were sent. Wrong credentials are refused also where none are required.</param>
internal sealed record Authentication(Caller Caller, ApiResult? Refusal, bool WasTried)
{
    public static Authentication None { get; } =
        new(new Caller.Anonymous(), ApiResults.Unauthorized("Authorization Error: credentials are missing."), WasTried: false);

    public static Authentication As(Caller caller) => new(caller, null, WasTried: true);

    public static Authentication Refused(ApiResult response) => new(new Caller.Anonymous(), response, WasTried: true);
}
