using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>Which operations run, and how far they are. MAAS has neither operation; <c>op=abort</c> cancels one.</summary>
internal static class ProgressOperations
{
    private const int MostOperations = 1000;

    /// <summary>On all machines.</summary>
    public static ApiAction List { get; } = ApiAction.Get(
        "operations",
        ApiAccess.User,
        ListAsync,
        "List what runs on machines: the operation, since when, which step, how far, its deadline, and why it does not go on.");

    /// <summary>On one machine.</summary>
    public static ApiAction Progress { get; } = ApiAction.Get(
        "progress", ApiAccess.User, ProgressAsync, "Read how far the machine's deployment has come: its steps, each with its time.");

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var filter = new MachineFilter
        {
            VisibleTo = request.User.IsAdministrator ? null : request.User.Name, Limit = MostOperations,
        };
        var operations = await request.Core.Operations.ListAsync(filter, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartArray();
            foreach (var operation in operations) Write(json, operation);
            json.WriteEndArray();
        });
    }

    private static async Task<ApiResult> ProgressAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var progress = await request.Core.Operations.ProgressAsync(machine, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("current", progress.Current is { } current ? NameOf(current.Stage) : null);
            json.WriteStartArray("steps");
            foreach (var step in progress.Steps)
            {
                json.WriteStartObject();
                json.WriteString("name", NameOf(step.Stage));
                json.WriteBoolean("reached", step.IsReached);
                json.WriteString("time", step.At is { } at ? JsonWriting.TimeOf(at) : null);
                WritePercent(json, step.Percent);
                json.WriteString("detail", step.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, RunningOperation operation)
    {
        json.WriteStartObject();
        json.WriteString("system_id", operation.Machine.Id.ToString());
        json.WriteString("hostname", operation.Machine.Hostname);
        json.WriteString("operation", operation.Machine.Status.DisplayName);
        json.WriteString("since", JsonWriting.TimeOf(operation.Since));
        json.WriteString("deadline", JsonWriting.TimeOf(operation.Deadline));
        json.WriteString("step", JsonNamingPolicy.KebabCaseLower.ConvertName(operation.Step));
        WritePercent(json, operation.Percent);
        json.WriteString("message", operation.Machine.StatusMessage);
        json.WriteString("explanation", operation.Explanation?.Cause);
        json.WriteString("power_failure", operation.PowerFailure);
        json.WriteEndObject();
    }

    private static void WritePercent(Utf8JsonWriter json, int? percent)
    {
        if (percent is { } known) json.WriteNumber("percent", known);
        else json.WriteNull("percent");
    }

    private static string NameOf(DeploymentStage stage) => JsonNamingPolicy.KebabCaseLower.ConvertName(stage.ToString());
}
