using Maas.Api.OAuth;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;

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
        BootTokenResult.Accepted accepted => ApiResults.Text(
            CloudConfig.For(accepted.Token, request.BaseUrl, null, await ProxyAsync(request).ConfigureAwait(false))),
        BootTokenResult.Refused refused => ApiResults.Text(refused.Reason, 404),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// In MAAS the answer contains the key of any machine whose id the caller knows. Here it contains the key for the machine itself only.
    /// </summary>
    public static async Task<ApiResult> PreseedByIdAsync(ApiRequest request)
    {
        if (request.Caller is not Caller.OfMachine) return await WithoutSecretsAsync(request).ConfigureAwait(false);
        return request.Route["system_id"] == request.MachineId.ToString()
            ? await InstallerFiles.PreseedAsync(request).ConfigureAwait(false) ?? await CloudConfigAsync(request).ConfigureAwait(false)
            : ApiResults.Forbidden("That is another machine.");
    }

    private static async Task<ApiResult> WithoutSecretsAsync(ApiRequest request) =>
        SystemId.TryParse(request.Route["system_id"], out var id)
            && await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) is not null
            ? ApiResults.Text(CloudConfig.WithoutSecrets(request.BaseUrl + "/metadata/"))
            : ApiResults.NotFound("Node");

    /// <summary>The configuration that the agent puts into an installed system: asked for with the key itself.</summary>
    public static async Task<ApiResult> CloudConfigAsync(ApiRequest request) =>
        await request.Core.MachineTokens.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is { } token
            ? ApiResults.Text(CloudConfig.For(
                token, request.BaseUrl, await NetworkAsync(request).ConfigureAwait(false),
                await ProxyAsync(request).ConfigureAwait(false)))
            : ApiResults.NotFound("Node");

    private static Task<PackageProxyAddress?> ProxyAsync(ApiRequest request) =>
        request.Core.PackageProxies.ForMachinesAsync(new Uri(request.BaseUrl), request.Aborted);

    /// <summary>
    /// The network configuration of the system that is installed; null when all that is planned is what an image does by itself.
    /// </summary>
    private static async Task<string?> NetworkAsync(ApiRequest request)
    {
        if (await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false)
            is not { Deployment: not null } machine) return null;
        var network = (await request.Core.NodeConfigs.GetAsync(machine, request.Aborted).ConfigureAwait(false)).Network;
        var isPlanned = network.Interfaces.Any(
            one => one.Type != InterfaceType.Physical || one.Links.Any(link => link.Address is not null));
        if (!isPlanned) return null;
        var topology = await request.Core.Topology.GetAsync(request.Aborted).ConfigureAwait(false);
        return CloudInitNetworkConfig.Write(network, NetworkViews.Of(topology, machine.Hostname, [machine.Domain]));
    }

    private static Task<BootTokenResult> RedeemAsync(ApiRequest request) =>
        request.Core.BootTokens.RedeemAsync(
            new Secret(request.Route["token"]), request.MachineAddress, request.SeenHardware, request.Aborted);
}
