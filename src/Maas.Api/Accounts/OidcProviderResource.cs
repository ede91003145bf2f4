using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Accounts;

/// <summary>
/// OpenID Connect providers. The host admits users of such a provider by its own authentication schemes
/// (<see cref="MaasApiOptions"/>), so none is configured over the API.
/// </summary>
internal static class OidcProviderResource
{
    private const string Refusal = "OIDC providers are configured by the host of this server, not over the API.";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/oidc-providers/", "OidcProvidersHandler", "OIDC providers that are configured over the API; there are none.",
        [
            ApiAction.Read(ApiAccess.User, _ => Task.FromResult(ApiResults.List<int>([], (_, _) => { })), "List OIDC providers.")
                with { Right = ApiRight.ViewIdentities },
            ApiAction.Create(ApiAccess.User, _ => Task.FromResult(ApiResults.BadRequest(Refusal)), "Not supported: the answer is 400.")
                with { Right = ApiRight.EditIdentities, TakesAnyArgument = true },
            ApiAction.Get(
                "get_active", ApiAccess.User, _ => Task.FromResult(ApiResults.Text("No enabled OIDC provider found.", 404)),
                "Read the provider that is in use.") with { Right = ApiRight.ViewIdentities },
        ]),
        new("api/2.0/oidc-providers/{id}/", "OidcProviderHandler", "An OIDC provider; there are none.",
        [
            ApiAction.Read(ApiAccess.User, NotFoundAsync, "Read an OIDC provider.") with { Right = ApiRight.ViewIdentities },
            ApiAction.Update(ApiAccess.User, NotFoundAsync, "Change an OIDC provider.")
                with { Right = ApiRight.EditIdentities, TakesAnyArgument = true },
            ApiAction.Delete(ApiAccess.User, NotFoundAsync, "Delete an OIDC provider.") with { Right = ApiRight.EditIdentities },
        ]),
    ];

    private static Task<ApiResult> NotFoundAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.Text($"No OIDC provider found with ID: {request.Route["id"]}", 404));
}
