using Maas.Api.OAuth;
using Maas.Api.Results;

namespace Maas.Api.Routing;

/// <summary>Which caller an operation admits. What no rule admits is denied.</summary>
internal static class AccessRules
{
    /// <summary>The refusal of a caller; null when the operation admits it.</summary>
    public static ApiResult? Deny(ApiAccess access, Authentication authentication) => (access, authentication.Caller) switch
    {
        (ApiAccess.Public, _) => null,
        (ApiAccess.UserOrAnonymous, Caller.Anonymous) when !authentication.WasTried => null,
        (_, Caller.Anonymous) => authentication.Refusal,
        (ApiAccess.Machine, Caller.OfMachine) => null,
        (ApiAccess.Machine, _) => ApiResults.Forbidden("Not authenticated as a known node."),
        (_, Caller.OfMachine) => ApiResults.Forbidden("User is not allowed access to this API."),
        (ApiAccess.Administrator, Caller.OfUser { User.IsAdministrator: false }) =>
            ApiResults.Forbidden("Forbidden: this takes an administrator."),
        (_, Caller.OfUser) => null,
        _ => ApiResults.Unauthorized("Authorization Error: not known."),
    };
}
