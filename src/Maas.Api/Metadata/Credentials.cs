using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;

namespace Maas.Api.Metadata;

/// <summary>
/// How a machine gets its own key: by a one-time token from its boot script, traded from the address the script went to, once.
/// </summary>
internal static class Credentials
{
    /// <summary>The key as <c>name=value</c> lines, for the agent of the ephemeral environment.</summary>
    public static async Task<ApiResult> TradeAsync(ApiRequest request) => await RedeemAsync(request).ConfigureAwait(false) switch
    {
        BootTokenResult.Accepted { Token: var token } => ApiResults.Text(
            $"system_id={token.MachineId}\nconsumer_key={token.ConsumerKey}\n"
            + $"token_key={token.TokenKey}\ntoken_secret={token.TokenSecret.Reveal()}\n"),
        BootTokenResult.Refused refused => ApiResults.Text(refused.Reason, 404),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The key within a cloud-config, for ephemeral images with cloud-init.</summary>
    public static async Task<ApiResult> PreseedAsync(ApiRequest request) => await RedeemAsync(request).ConfigureAwait(false) switch
    {
        BootTokenResult.Accepted accepted => ApiResults.Text(CloudConfig.For(accepted.Token, request.BaseUrl)),
        BootTokenResult.Refused refused => ApiResults.Text(refused.Reason, 404),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>What MAAS answers here contains the key of any machine whose id one knows; ours does not.</summary>
    public static async Task<ApiResult> PreseedWithoutSecretsAsync(ApiRequest request) =>
        SystemId.TryParse(request.Route["system_id"], out var id)
            && await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) is not null
            ? ApiResults.Text(CloudConfig.WithoutSecrets(request.BaseUrl + "/metadata/"))
            : ApiResults.NotFound("Node");

    /// <summary>The configuration that the agent puts into an installed system: asked for with the key itself.</summary>
    public static async Task<ApiResult> CloudConfigAsync(ApiRequest request) =>
        await request.Core.MachineTokens.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is { } token
            ? ApiResults.Text(CloudConfig.For(token, request.BaseUrl))
            : ApiResults.NotFound("Node");

    private static Task<BootTokenResult> RedeemAsync(ApiRequest request) =>
        request.Core.BootTokens.RedeemAsync(
            new Secret(request.Route["token"]), request.RemoteAddress, request.SeenHardware, request.Aborted);
}
