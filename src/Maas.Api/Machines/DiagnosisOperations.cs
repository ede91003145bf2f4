using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Diagnosis;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>Why a machine does not boot, and what it would boot next. MAAS has neither operation.</summary>
internal static class DiagnosisOperations
{
    private const int LongestText = 500;

    public static IEnumerable<ApiAction> Actions { get; } =
    [
        ApiAction.Get(
            "explain",
            ApiAccess.User,
            ExplainAsync,
            "Explain why the machine's operation does not go on, or failed: the best explanation first, with its evidence."),
        ApiAction.Get(
            "preview_boot",
            ApiAccess.User,
            PreviewBootAsync,
            "Read what the machine would receive for each request of a boot, which rule decides, and the boot scripts and answer files "
            + "with what changes in them. Without secrets.")
            .With(
                ApiArgument.Text(
                    "recipe", "show the answer files of this recipe, such as debian/bookworm; default that by which it is being deployed."),
                ApiArgument.Text("compare_to", "system id of another machine to compare with; default what the machine received last.")),
    ];

    private static async Task<ApiResult> ExplainAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var report = await request.Core.Diagnosis.ExplainAsync(machine, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("explanations");
            foreach (var explanation in report.Explanations) Write(json, explanation);
            json.WriteEndArray();
            json.WriteStartArray("phases");
            foreach (var phase in report.Phases)
            {
                json.WriteStartObject();
                json.WriteString("name", NameOf(phase.Phase));
                json.WriteString("start", JsonWriting.TimeOf(phase.Start));
                json.WriteString("end", phase.End is { } end ? JsonWriting.TimeOf(end) : null);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<ApiResult> PreviewBootAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Machine");
        var form = request.Reader();
        Machine? other = null;
        if (form.Optional("compare_to") is { } id)
        {
            other = SystemId.TryParse(id, out var read)
                ? await request.Core.Machines.GetAsync(read, request.Aborted).ConfigureAwait(false) : null;
            if (other is null || !request.User.MaySee(other)) return ApiResults.NotFound("Machine");
        }

        var query = new NextBootQuery(new Uri(request.BaseUrl), request.Actor)
        {
            Recipe = form.Optional("recipe"), ComparedTo = other,
        };
        var next = await new NextBootFiles(request.Core.ReceivedBootFiles, request.Services.BootPreview, request.Services.AnswerFiles)
            .ReadAsync(machine, query, request.Aborted).ConfigureAwait(false);
        return ApiResults.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("next_boot", NameOf(machine.NextBoot));
            json.WriteString("rule", RuleOf(machine));
            json.WriteStartArray("requests");
            foreach (var entry in next.Requests)
            {
                json.WriteStartObject();
                json.WriteString("request", entry.Request);
                json.WriteString("answer", entry.Answer);
                json.WriteString("rule", entry.Rule);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (var file in next.Files)
            {
                json.WriteStartObject();
                json.WriteString("name", file.Name);
                json.WriteString("text", file.Text);
                json.WriteString("problem", file.Problem);
                json.WriteString("received_at", file.ReceivedAt is { } at ? JsonWriting.TimeOf(at) : null);
                json.WriteString("change", file.Change);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, Explanation explanation)
    {
        json.WriteStartObject();
        json.WriteString("rule", explanation.Rule);
        json.WriteString("phase", NameOf(explanation.Phase));
        json.WriteString("confidence", explanation.Confidence switch
        {
            ExplanationConfidence.Stated => "stated",
            ExplanationConfidence.Observed => "observed",
            _ => "inferred",
        });
        json.WriteString("cause", explanation.Cause);
        json.WriteString("next_step", explanation.NextStep);
        json.WriteString("documentation", explanation.Documentation);
        json.WriteStartArray("evidence");
        foreach (var entry in explanation.Evidence)
        {
            var (kind, text) = entry switch
            {
                TimelineEntry.ObservationEntry { Observation: var seen } => (seen.Kind, seen.Text),
                TimelineEntry.EventEntry { Event.Note: var note } => ("event", $"{note.Type}: {note.Description}"),
                _ => ("", ""),
            };
            json.WriteStartObject();
            json.WriteString("time", JsonWriting.TimeOf(entry.At));
            json.WriteString("kind", kind);
            json.WriteString("text", LogText.From(text, LongestText));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf(DiagnosisPhase phase) => phase switch
    {
        DiagnosisPhase.Power => "power",
        DiagnosisPhase.Dhcp => "dhcp",
        DiagnosisPhase.Transfer => "transfer",
        DiagnosisPhase.Agent => "agent",
        DiagnosisPhase.Installation => "installation",
        _ => "first-boot",
    };

    private static string NameOf(BootIntent intent) => intent switch
    {
        BootIntent.LocalDisk => "local disk",
        BootIntent.Ephemeral { Task: EphemeralTask.PowerOff } => "power off",
        BootIntent.Ephemeral { Task: var task } => $"ephemeral environment: {task.ToString().ToLowerInvariant()}",
        BootIntent.Install { Image: var image } => $"ephemeral environment: install {image.Name}",
        BootIntent.Installer { Recipe: var recipe } => $"installer: {recipe}",
        _ => "nothing",
    };

    private static string RuleOf(Machine machine) =>
        $"the status is {machine.Status.DisplayName}, network boot is {(machine.Netboot ? "on" : "off")}, "
        + (machine.IsInstalled ? "a system is installed" : "no system is installed");
}
