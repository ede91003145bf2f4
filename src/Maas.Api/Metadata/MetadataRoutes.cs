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
        Resource("enlist/{version}/", Public(Enlistment.IndexAsync, "What there is for an unknown machine.")),
        Resource("enlist/{version}/meta-data/", Public(Enlistment.ItemsAsync, "Its items.")),
        Resource("enlist/{version}/meta-data/{item}", Public(Enlistment.ItemAsync, "One of them.")),
        Resource("enlist/{version}/user-data", Public(Enlistment.UserDataAsync, "The script that enlists it.")),
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
        Resource(
            "{version}/install/{token}/{file}",
            Public(InstallerFiles.TradeAsync, "Trades a boot token for an answer file of the machine's installer.")),
        Resource("{version}/install-files/{file}", Machine(InstallerFiles.ReadAsync, "An answer file for the installer that asks.")),
        Resource("{version}/by-id/{system_id}/",
            ApiAction.Get(
                "get_preseed",
                ApiAccess.MachineOrAnonymous,
                Versioned(Credentials.PreseedByIdAsync),
                "A cloud-config, or what the machine's installer asks for: with the machine's key for the machine itself, else without."),
            ApiAction.Post("netboot_off", ApiAccess.Machine, Versioned(Signals.NetbootOffAsync), "The system is on the disk.")),
        Resource("{version}/by-mac/{rest*}", ApiAction.Read(ApiAccess.Public, ByMacAsync, "Never answered: an address proves nothing.")),

        // MAAS gives the curtin paths to the environment that installs, and the others to the installed system.
        Resource("curtin/", ApiAction.Read(ApiAccess.Machine, MetadataTree.VersionsAsync, "The versions, for the installer.")),
        .. Tree("curtin/"),
        Resource("curtin/{version}/user-data", Machine(EphemeralScript.NoInstallerAsync, "A script that says why curtin is not used.")),
        Resource("curtin/{version}/curtin-installer", Machine(EphemeralScript.NoInstallerAsync, "The same.")),

        .. Tree(""),
        Resource(
            "{version}/user-data",
            Machine(MetadataTree.UserDataAsync, "What the user gave for the machine. Asking for it ends an installation.")),
        Resource(
            "{version}/maas-commissioning-scripts", Machine(ScriptArchive.OldArchiveAsync, "The scripts to run, in the form of 2012.")),
        Resource(
            "{version}/maas-hardware",
            ApiAction.Create(
                ApiAccess.Machine, Versioned(HardwareReports.ReceiveAsync), "Receives the inventory of a deployed machine.") with
            {
                ReadsBody = true,
            }),
        Resource("{version}/maas-task", Machine(AgentTask.ReadAsync, "What to do in the ephemeral environment.")),
        Resource("{version}/maas-image", Machine(AgentTask.ImageAsync, "The image to write, whole or in part.")),
        Resource(
            "{version}/maas-disk-plan", Machine(AgentTask.PlanAsync, "The steps that prepare the machine's disks for a root archive.")),
        Resource(
            "{version}/maas-cloud-config", Machine(Credentials.CloudConfigAsync, "cloud-init's configuration for the installed system.")),
    ];

    /// <summary>What the environment that installs and the installed system both have.</summary>
    private static IEnumerable<ApiResource> Tree(string root) =>
    [
        Resource(root + "{version}/meta-data/", Machine(MetadataTree.ItemsAsync, "The items there are.")),
        Resource(root + "{version}/meta-data/{item}", Machine(MetadataTree.ItemAsync, "One of them.")),
        Resource(
            root + "{version}/maas-scripts",
            ApiAction.Read(ApiAccess.MachineOrAnonymous, Versioned(ScriptArchive.ArchiveAsync), "The scripts to run.")),
        Resource(root + "{version}/",
            ApiAction.Read(ApiAccess.MachineOrAnonymous, Versioned(MetadataTree.ReadAsync), "What there is."),
            ApiAction.Post("signal", ApiAccess.Machine, Versioned(Signals.ReceiveAsync), "How it goes.")
                .With(
                    ApiArgument.Text("status", "OK, FAILED, WORKING, TESTING and so on."),
                    ApiArgument.Text("error", "what went wrong."),
                    ApiArgument.Integer("script_result_id", "which script it is about."),
                    ApiArgument.Integer("exit_status", "how the script ended.")) with
            {
                LongestForm = FormLimits.Report,
                TakesAnyFile = true,
                // What the node-side scripts of MAAS say besides.
                AlsoTakes =
                [
                    "script_result", "result", "name", "script_name", "runtime", "script_version_id", "power_type", "power_parameters",
                    "partial", // what a script has printed so far: the environment's own agent says so
                    "erased", // that OK is the end of the erasure, and not of the release scripts before it: that agent again
                ],
            },
            ApiAction.Post(
                "netboot_off", ApiAccess.Machine, Versioned(Signals.NetbootOffAsync), "The system is on the disk: boot it from now on."),
            ApiAction.Post("netboot_on", ApiAccess.Machine, Versioned(Signals.NetbootOnAsync), "Boot from the network again.")),
    ];

    private static ApiResource Resource(string path, params ApiAction[] actions) => new("metadata/" + path, Handler, "", actions);

    private static ApiAction Public(ApiHandler handler, string doc) => ApiAction.Read(ApiAccess.Public, Versioned(handler), doc);

    private static ApiAction Machine(ApiHandler handler, string doc) => ApiAction.Read(ApiAccess.Machine, Versioned(handler), doc);

    private static ApiHandler Versioned(ApiHandler handler) => request => request.Route["version"] is "2012-03-01" or "latest"
        ? handler(request)
        : Task.FromResult(ApiResults.Text($"Unknown metadata version: {LogText.From(request.Route["version"], 64)}", 404));

    private static Task<ApiResult> ByMacAsync(ApiRequest request) =>
        Task.FromResult(ApiResults.Forbidden("Metadata is not given to an address."));
}
