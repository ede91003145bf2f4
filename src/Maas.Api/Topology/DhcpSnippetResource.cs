using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Topology;

/// <summary>
/// Text that MAAS once inserted into the configuration of ISC dhcpd. This server's DHCP server has no such text; there are no snippets.
/// </summary>
internal static class DhcpSnippetResource
{
    private const string Refusal =
        "User-supplied DHCP configuration is not supported: the DHCP server of this host is configured by its options.";

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/dhcp-snippets/", "DHCPSnippetsHandler", "All DHCP snippets; there are none.",
        [
            ApiAction.Read(ApiAccess.User, _ => Task.FromResult(ApiResults.List<int>([], (_, _) => { })), "List DHCP snippets.")
                with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Create(ApiAccess.User, _ => Task.FromResult(ApiResults.BadRequest(Refusal)), "Not supported: the answer is 400.")
                with { Right = ApiRight.EditGlobalEntities, TakesAnyArgument = true },
        ]),
        new("api/2.0/dhcp-snippets/{id}/", "DHCPSnippetHandler", "A DHCP snippet; there are none.",
        [
            ApiAction.Read(ApiAccess.User, NotFoundAsync, "Read a DHCP snippet.") with { Right = ApiRight.ViewGlobalEntities },
            ApiAction.Update(ApiAccess.User, NotFoundAsync, "Change a DHCP snippet.")
                with { Right = ApiRight.EditGlobalEntities, TakesAnyArgument = true },
            ApiAction.Delete(ApiAccess.User, NotFoundAsync, "Delete a DHCP snippet.") with { Right = ApiRight.EditGlobalEntities },
            ApiAction.Post("revert", ApiAccess.User, NotFoundAsync, "Change a DHCP snippet back.")
                .With(ApiArgument.Integer("to", "the earlier revision."))
                with { Right = ApiRight.EditGlobalEntities },
        ]),
    ];

    private static Task<ApiResult> NotFoundAsync(ApiRequest request) => Task.FromResult(ApiResults.NotFound("DHCPSnippet"));
}
