using Maas.Api.OAuth;
using Maas.Api.Results;

namespace Maas.Api.Routing;

/// <summary>Which caller an operation admits. What no rule admits is denied.</summary>
internal static class AccessRules
{
    /// <summary>The refusal of a caller; null when the operation admits it.</summary>
    public static ApiResult? Deny(ApiAction action, Authentication authentication) =>
        Deny(action.Access, authentication)
        ?? (action.Right is { } right && authentication.Caller is Caller.OfUser { User: var user } && !user.Has(right)
            ? ApiResults.Forbidden("Forbidden: this takes an administrator.")
            : null);

    /// <summary>The refusal of a kind of caller; null when the access admits it.</summary>
    public static ApiResult? Deny(ApiAccess access, Authentication authentication) => (access, authentication.Caller) switch
    {
        (ApiAccess.Public, _) => null,
        (ApiAccess.UserOrAnonymous or ApiAccess.MachineOrAnonymous, Caller.Anonymous) when !authentication.WasTried => null,
        (_, Caller.Anonymous) => authentication.Refusal,
        (ApiAccess.Machine or ApiAccess.MachineOrAnonymous, Caller.OfMachine) => null,
        (ApiAccess.Machine or ApiAccess.MachineOrAnonymous, _) => ApiResults.Forbidden("Not authenticated as a known node."),
        (_, Caller.OfMachine) => ApiResults.Forbidden("User is not allowed access to this API."),
        (ApiAccess.Administrator, Caller.OfUser { User.IsAdministrator: false }) =>
            ApiResults.Forbidden("Forbidden: this takes an administrator."),
        (_, Caller.OfUser) => null,
        _ => ApiResults.Unauthorized("Authorization Error: not known."),
    };
}
