using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Metadata;

/// <summary>
/// The metadata service: what cloud-init's MAAS data source, its web hook and the agent of the ephemeral environment ask. A machine is
/// identified by its own key only. In MAAS a caller that knows a machine's id receives its key and can end its installation; here
/// the routes that allowed it answer without secrets, or not at all.
/// </summary>
internal static class MetadataRoutes
{
    private const string Handler = "MetadataHandler";

    public static IEnumerable<ApiResource> All { get; } =
    [
        Resource("", ApiAction.Read(ApiAccess.Machine, MetadataTree.VersionsAsync, "The versions of the service.")),

        Resource(
            "boot/{token}/",
            ApiAction.Read(ApiAccess.Public, Credentials.TradeAsync, "Trades a one-time boot token for the machine's own key.")),
        Resource(
            "status/{system_id}",
            ApiAction.Create(ApiAccess.Machine, CloudInitWebhook.ReceiveAsync, "Receives cloud-init's reports.") with { ReadsBody = true }),

        Resource(
            "enlist/",
            ApiAction.Read(ApiAccess.Public, Enlistment.VersionsAsync, "The versions of the service, for an unknown machine.")),
        Resource(
            "enlist/{version}/",
            ApiAction.Read(ApiAccess.Public, Versioned(Enlistment.IndexAsync), "What there is for an unknown machine.")),
        Resource("enlist/{version}/meta-data/", ApiAction.Read(ApiAccess.Public, Versioned(Enlistment.ItemsAsync), "Its items.")),
        Resource("enlist/{version}/meta-data/{item}", ApiAction.Read(ApiAccess.Public, Versioned(Enlistment.ItemAsync), "One of them.")),
        Resource(
            "enlist/{version}/user-data",
            ApiAction.Read(ApiAccess.Public, Versioned(Enlistment.UserDataAsync), "The script that enlists it.")),
        Resource(
            "{version}/enlist-preseed/",
            ApiAction.Get("get_enlist_preseed", ApiAccess.Public, Versioned(Enlistment.PreseedAsync), "Where to find the above.")),

        Resource(
            "{version}/by-token/{token}/",
            ApiAction.Get(
                "get_preseed",
                ApiAccess.Public,
                Versioned(Credentials.PreseedAsync),
                "Trades a boot token for a cloud-config with the machine's key.")),
        Resource("{version}/by-id/{system_id}/",
            ApiAction.Get(
                "get_preseed",
                ApiAccess.Public,
                Versioned(Credentials.PreseedWithoutSecretsAsync),
                "A cloud-config without the machine's key."),
            ApiAction.Post("netboot_off", ApiAccess.Machine, Versioned(Signals.NetbootOffAsync), "The system is on the disk.")),
        Resource("{version}/by-mac/{rest*}", ApiAction.Read(ApiAccess.Public, ByMacAsync, "Never answered: an address proves nothing.")),

        Resource("{version}/meta-data/", ApiAction.Read(ApiAccess.Machine, Versioned(MetadataTree.ItemsAsync), "The items there are.")),
        Resource("{version}/meta-data/{item}", ApiAction.Read(ApiAccess.Machine, Versioned(MetadataTree.ItemAsync), "One of them.")),
        Resource(
            "{version}/user-data",
            ApiAction.Read(
                ApiAccess.Machine,
                Versioned(MetadataTree.UserDataAsync),
                "What the user gave for the machine. Asking for it ends an installation.")),
        Resource("{version}/maas-scripts", ApiAction.Read(ApiAccess.Machine, Versioned(ScriptArchive.ArchiveAsync), "The scripts to run.")),
        Resource(
            "{version}/maas-commissioning-scripts",
            ApiAction.Read(ApiAccess.Machine, Versioned(ScriptArchive.OldArchiveAsync), "The same in the form of 2012.")),
        Resource(
            "{version}/maas-task",
            ApiAction.Read(ApiAccess.Machine, Versioned(AgentTask.ReadAsync), "What to do in the ephemeral environment.")),
        Resource(
            "{version}/maas-image",
            ApiAction.Read(ApiAccess.Machine, Versioned(AgentTask.ImageAsync), "The image to write, whole or in part.")),
        Resource(
            "{version}/maas-cloud-config",
            ApiAction.Read(
                ApiAccess.Machine, Versioned(Credentials.CloudConfigAsync), "cloud-init's configuration for the installed system.")),
        Resource("{version}/",
            ApiAction.Read(ApiAccess.Machine, Versioned(MetadataTree.ReadAsync), "What there is."),
            ApiAction.Post("signal", ApiAccess.Machine, Versioned(Signals.ReceiveAsync), """
                How it goes.

                :param status: OK, FAILED, WORKING, TESTING and so on.
                :param error: what went wrong.
                :param script_result_id: which script it is about.
                :param exit_status: how the script ended.
                """) with
            {
                LongestForm = FormLimits.Report,
                TakesAnyFile = true,
                // What the node-side scripts of MAAS say besides. Power settings are not taken from a machine.
                AlsoTakes = ["script_result", "result", "name", "runtime", "script_version_id", "power_type", "power_parameters"],
            },
            ApiAction.Post(
                "netboot_off", ApiAccess.Machine, Versioned(Signals.NetbootOffAsync), "The system is on the disk: boot it from now on."),
            ApiAction.Post("netboot_on", ApiAccess.Machine, Versioned(Signals.NetbootOnAsync), "Boot from the network again.")),
    ];

    private static ApiResource Resource(string path, params ApiAction[] actions) => new("metadata/" + path, Handler, "", actions);

    private static ApiHandler Versioned(ApiHandler handler) => request => request.Route["version"] is "2012-03-01" or "latest"
        ? handler(request)
        : Task.FromResult(ApiResults.Text($"Unknown metadata version: {request.Route["version"]}", 404));

    private static Task<ApiResult> ByMacAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.Forbidden("Metadata is not given to an address."));
}
