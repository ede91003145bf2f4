using System.Globalization;
using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Power;
using Maas.Core.Scripts;

namespace Maas.Api.Metadata;

/// <summary>
/// What a machine says of itself: <c>op=signal</c> with the results of its scripts, and whether it boots from the network. Power
/// settings in a signal are taken while the machine is commissioned and no user has set its power type, and name nothing but the address
/// of a management controller: a machine could point the server's own requests elsewhere.
/// </summary>
internal static class Signals
{
    public static async Task<ApiResult> ReceiveAsync(ApiRequest request)
    {
        if (request.Form["status"] is not { Length: > 0 } status) return ApiResults.BadRequest("No provided status!");
        if (ReportOf(status, request.Form["script_result_id"] is not null) is not { } report)
            return ApiResults.BadRequest($"Unknown status: '{status}'");
        if (report is SignalReport.Ok && request.Form["erased"] == "true") report = SignalReport.Erased;
        if (!TryReadScripts(request.Form, status, out var scripts, out var reason)) return ApiResults.BadRequest(reason);
        if (!await TakePowerAsync(request).ConfigureAwait(false))
            return ApiResults.BadRequest("power_parameters is not a JSON object of texts.");
        foreach (var script in scripts)
            await request.Core.ScriptResults.ReportAsync(request.MachineId, script, request.Aborted).ConfigureAwait(false);

        return await request.Core.Machines.ReportAsync(
            request.MachineId, new MachineReport.Signal(report, request.Form["error"]), request.Aborted).ConfigureAwait(false) switch
        {
            CommandResult.Done => ApiResults.Ok,
            CommandResult.Refused refused => ApiResults.Conflict(refused.Reason),
            _ => ApiResults.NotFound("Node"),
        };
    }

    // What comes of it is in the machine's events; scripts count in any case. MAAS's runner sends empty fields, too.
    private static async Task<bool> TakePowerAsync(ApiRequest request)
    {
        if (request.Form["power_type"] is not { Length: > 0 } type) return true;
        Dictionary<string, string> parameters = [];
        if (request.Form["power_parameters"] is { Length: > 0 } text && !MachineForms.TryReadObject(text, parameters)) return false;
        await request.Core.Machines.ReportAsync(
            request.MachineId, new MachineReport.BmcFound(new PowerSettings(type, parameters)), request.Aborted).ConfigureAwait(false);
        return true;
    }

    public static Task<ApiResult> NetbootOffAsync(ApiRequest request) => NetbootAsync(request, new MachineReport.NetbootOff());

    public static Task<ApiResult> NetbootOnAsync(ApiRequest request) => NetbootAsync(request, new MachineReport.NetbootOn());

    private static async Task<ApiResult> NetbootAsync(ApiRequest request, MachineReport report)
    {
        if (request.Route.Find("system_id") is { } id && id != request.MachineId.ToString())
            return ApiResults.Forbidden("That is another machine.");
        return await request.Core.Machines.ReportAsync(request.MachineId, report, request.Aborted)
            .ConfigureAwait(false) switch
        {
            CommandResult.Done => ApiResults.Ok,
            CommandResult.Refused refused => ApiResults.Conflict(refused.Reason),
            _ => ApiResults.NotFound("Node"),
        };
    }

    private static SignalReport? ReportOf(string status, bool isAboutOneScript) => status switch
    {
        "OK" => SignalReport.Ok,
        "FAILED" => SignalReport.Failed,
        "TESTING" => SignalReport.Testing,
        "TIMEDOUT" => isAboutOneScript ? SignalReport.Working : SignalReport.Failed,
        "WORKING" or "COMMISSIONING" or "INSTALLING" or "APPLYING_NETCONF" or "RELEASING" or "DEPLOYING" => SignalReport.Working,
        _ => null,
    };

    /// <summary>The reports on scripts in a signal: one for the result it names, else one for each script it has files of.</summary>
    internal static bool TryReadScripts(RequestForm form, string status, out IReadOnlyList<ScriptReport> reports, out string reason)
    {
        (reports, reason) = ([], "");
        var fields = new FormReader(form);
        var resultId = fields.Integer("script_result_id", 1, long.MaxValue);
        var exitStatus =
            (int?)(fields.Integer("exit_status", int.MinValue, int.MaxValue)
                ?? fields.Integer("script_result", int.MinValue, int.MaxValue)
                ?? (int.TryParse(form["result"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var result)
                    ? result
                    : null));
        if (fields.HasErrors)
        {
            reason = string.Join(' ', fields.Errors.Select(error => $"{error.Key}: {string.Join(' ', error.Value)}"));
            return false;
        }

        var stage = StageOf(status, exitStatus);
        var hasFailed = stage is ScriptStatus.FailedInstalling or ScriptStatus.FailedApplyingNetwork;
        // What a script has printed so far comes without an exit status, which MAAS takes for 0, and says so.
        var ended = exitStatus is not null || (form.Files.Count > 0 && fields.Boolean("partial") is not true);
        if (resultId is not null)
        {
            reports =
            [
                new ScriptReport
                {
                    ResultId = resultId,
                    Status = stage ?? (ended ? null : ScriptStatus.Running),
                    ExitStatus = hasFailed || (ended && stage is null) ? exitStatus ?? 0 : null,
                    Output = form.Files.Count > 0 ? ScriptFiles.OutputOf(form.Files) : null,
                },
            ];
        }
        else
        {
            reports =
            [
                .. form.Files.GroupBy(file => ScriptFiles.ScriptOf(file.FileName), StringComparer.Ordinal)
                    .Select(files =>
                        new ScriptReport { Name = files.Key, ExitStatus = exitStatus ?? 0, Output = ScriptFiles.OutputOf(files) }),
            ];
        }

        return true;
    }

    /// <summary>The step before a script that it is at; with an exit status, the one that failed. Null for the script itself.</summary>
    private static ScriptStatus? StageOf(string status, int? exitStatus) => (status, exitStatus) switch
    {
        ("INSTALLING", null) => ScriptStatus.Installing,
        ("INSTALLING", not 0) => ScriptStatus.FailedInstalling,
        ("APPLYING_NETCONF", null) => ScriptStatus.ApplyingNetwork,
        ("APPLYING_NETCONF", not 0) => ScriptStatus.FailedApplyingNetwork,
        ("TIMEDOUT", _) => ScriptStatus.TimedOut,
        _ => null,
    };
}
