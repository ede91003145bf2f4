using System.Text;
using System.Text.Json;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Api.Metadata;

/// <summary>
/// cloud-init's web hook reporter: one JSON object a request, without a content type. The end of a top-level stage moves the machine;
/// starts and failures go to the journal; files are the output of scripts.
/// </summary>
internal static class CloudInitWebhook
{
    private const int BodyLimit = 4 * 1024 * 1024;
    private const int LongestText = 500;

    /// <summary>An installer reports hundreds of steps; each is a sign of life, and one in this time is enough.</summary>
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(30);

    public static async Task<ApiResult> ReceiveAsync(ApiRequest request)
    {
        if (request.Route["system_id"] != request.MachineId.ToString()) return ApiResults.Forbidden("That is another machine.");
        if (await RequestBody.ReadAsync(request.Http.Request, BodyLimit, request.Aborted).ConfigureAwait(false) is not { } body)
            return ApiResults.TooLarge(BodyLimit);
        if (!Ascii.IsValid(body.Span)) return ApiResults.BadRequest("Status payload must be ASCII-only.");
        if (Report.Read(body, out var wrong) is not { } report) return ApiResults.BadRequest(wrong);

        foreach (var script in report.Scripts)
            await request.Core.ScriptResults.ReportAsync(request.MachineId, script, request.Aborted).ConfigureAwait(false);
        if (report.Failed || report.EventType == "start") await WriteEventAsync(request, report).ConfigureAwait(false);
        if (!report.Failed) await RenewDeadlineAsync(request).ConfigureAwait(false);

        // "init-network/config-ssh" is a step within a stage; only the stage itself says how it went.
        if (report.EventType == "finish" && !report.Name.Contains('/', StringComparison.Ordinal))
        {
            await request.Core.Machines.ReportAsync(
                request.MachineId,
                new MachineReport.StageFinished(report.Name, !report.Failed, report.Description),
                request.Aborted).ConfigureAwait(false);
        }

        return ApiResults.NoContent;
    }

    private static Task WriteEventAsync(ApiRequest request, Report report)
    {
        var level = report.Failed ? EventLevel.Error : EventLevel.Debug;
        var note = new EventNote(level, "cloud-init", $"{report.Origin} {report.Name}: {report.Description}");
        return request.Core.Events.WriteAsync(request.MachineId, note, request.Aborted);
    }

    private static async Task RenewDeadlineAsync(ApiRequest request)
    {
        var machine = await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        if (machine?.Status is MachineStatus.Deploying && request.Services.Time.GetUtcNow() - machine.Updated >= RenewalInterval)
            await request.Core.Machines.ReportAsync(
                request.MachineId, new MachineReport.Signal(SignalReport.Working, null), request.Aborted).ConfigureAwait(false);
    }

    private sealed record Report(
        string EventType, string Origin, string Name, string Description, string Result, IReadOnlyList<ScriptReport> Scripts)
    {
        private const string Incomplete = "Status payload is not a JSON object with event_type, origin, name and description.";

        public bool Failed => Result is "FAIL" or "FAILURE";

        public static Report? Read(ReadOnlyMemory<byte> body, out string wrong)
        {
            wrong = Incomplete;
            try
            {
                using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
                var root = json.RootElement;
                if (root.ValueKind != JsonValueKind.Object) return null;
                if (Text(root, "event_type") is not { } type
                    || Text(root, "origin") is not { } origin
                    || Text(root, "name") is not { } name
                    || Text(root, "description") is not { } description)
                    return null;
                if (WebhookFiles.Read(root, out var scripts) is { } fault)
                {
                    wrong = fault;
                    return null;
                }

                return new Report(type, origin, name, description, Text(root, "result") ?? "", scripts);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair
            {
                return null;
            }
        }

        private static string? Text(JsonElement root, string name)
        {
            if (!root.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return null;
            var text = value.GetString() ?? "";
            return text.Length <= LongestText ? text : text[..LongestText];
        }
    }
}
