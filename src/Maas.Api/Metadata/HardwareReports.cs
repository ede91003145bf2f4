using System.Globalization;
using System.Text;
using System.Text.Json;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Accounts;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Metadata;

/// <summary>
/// Hardware sync of deployed machines: the vendor data that installs a timer in the system, and what the timer's script reports.
/// </summary>
internal static class HardwareReports
{
    private const int BodyLimit = 1024 * 1024;
    private static readonly string Script = Resources.Read("hardware-sync.sh");

    /// <summary>cloud-init's vendor data for a machine: a script that installs the timer, or nothing to do.</summary>
    public static string VendorData(Machine machine, MachineToken? token, string baseUrl)
    {
        if (machine.Deployment?.HardwareSync is not { } sync || token is null) return "cloud-init: \"#cloud-config\\n{}\\n\"\n";
        var inventory = Encoding.UTF8.GetString(BuiltinScripts.Find(BuiltinScripts.Inventory)!.Value.Span); // built in
        var script = Script.Replace("@URL@", Resources.Quote(baseUrl + "/metadata/latest/maas-hardware"), StringComparison.Ordinal)
            .Replace("@CONSUMER@", Resources.Quote(token.ConsumerKey), StringComparison.Ordinal)
            .Replace("@TOKEN@", Resources.Quote(token.TokenKey), StringComparison.Ordinal)
            .Replace("@SECRET@", Resources.Quote(token.TokenSecret.Reveal()), StringComparison.Ordinal)
            .Replace(
                "@SECONDS@", ((long)sync.Interval.TotalSeconds).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@INVENTORY@", inventory.TrimEnd('\n'), StringComparison.Ordinal);
        // A JSON string is a YAML string.
        return $"cloud-init: \"{JsonEncodedText.Encode(script)}\"\n";
    }

    /// <summary>Takes a report: the output of the inventory.</summary>
    public static async Task<ApiResult> ReceiveAsync(ApiRequest request)
    {
        if (await RequestBody.ReadAsync(request.Http.Request, BodyLimit, request.Aborted).ConfigureAwait(false) is not { } body)
            return ApiResults.TooLarge(BodyLimit);
        return await request.Core.Machines.SyncHardwareAsync(request.MachineId, body, request.Aborted).ConfigureAwait(false) switch
        {
            HardwareSyncResult.Synced => ApiResults.Ok,
            HardwareSyncResult.Unreadable unreadable => ApiResults.BadRequest($"The inventory cannot be read: {unreadable.Reason}"),
            HardwareSyncResult.Refused refused => ApiResults.Conflict(refused.Reason),
            _ => ApiResults.NotFound("Node"),
        };
    }
}
