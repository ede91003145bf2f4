using System.Text;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;

namespace Maas.Api.Metadata;

/// <summary>
/// User data of this server's own, for a machine that runs an ephemeral system with cloud-init: it performs the machine's task, or powers
/// it off when it has none.
/// </summary>
internal static class EphemeralScript
{
    private const string PowerOffScript = "#!/bin/sh\npoweroff\n";
    private static readonly string Script = Resources.Read("ephemeral.sh");

    /// <summary>Whether the user data of the machine is a script of this server.</summary>
    public static bool IsFor(Machine machine) =>
        machine.NextBoot is BootIntent.Ephemeral { Task: EphemeralTask.PowerOff } || TaskOf(machine.NextBoot) is not null;

    /// <summary>
    /// The script for what the machine boots for; null when its user data is its owner's. An erasure and the installation of an image are
    /// beyond a system with cloud-init: its script reports the failure at once and names the reason.
    /// </summary>
    public static async Task<ApiResult?> ForAsync(ApiRequest request, Machine machine) => machine.NextBoot switch
    {
        BootIntent.Ephemeral { Task: EphemeralTask.PowerOff } => new ApiResult.Bytes(Encoding.UTF8.GetBytes(PowerOffScript)),
        var boot => TaskOf(boot) is { } task ? await WithKeyAsync(request, task).ConfigureAwait(false) : null,
    };

    private static string? TaskOf(BootIntent boot) => boot switch
    {
        BootIntent.Ephemeral { Task: EphemeralTask.Commission or EphemeralTask.Test or EphemeralTask.Release } => "scripts",
        BootIntent.Ephemeral { Task: EphemeralTask.Erase } => "erase",
        BootIntent.Ephemeral { Task: EphemeralTask.Rescue } => "rescue",
        BootIntent.Install => "deploy",
        _ => null,
    };

    /// <summary>The script of an installer that only curtin could perform: it fails the deployment at once and says why.</summary>
    public static Task<ApiResult> NoInstallerAsync(ApiRequest request) => WithKeyAsync(request, "deploy");

    private static async Task<ApiResult> WithKeyAsync(ApiRequest request, string task)
    {
        if (await request.Core.MachineTokens.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is not { } token)
            return ApiResults.NotFound("Node");
        var script = Script.Replace("@TASK@", task, StringComparison.Ordinal)
            .Replace("@BASE@", Resources.Quote(request.BaseUrl), StringComparison.Ordinal)
            .Replace("@CONSUMER@", Resources.Quote(token.ConsumerKey), StringComparison.Ordinal)
            .Replace("@TOKEN@", Resources.Quote(token.TokenKey), StringComparison.Ordinal)
            .Replace("@SECRET@", Resources.Quote(token.TokenSecret.Reveal()), StringComparison.Ordinal);
        return new ApiResult.Bytes(Encoding.UTF8.GetBytes(script));
    }
}
