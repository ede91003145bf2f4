using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>
/// <c>commissioning-results/</c> and <c>installation-results/</c>: what the last scripts of machines printed, one entry for each stream
/// that is not empty. MAAS answers both alike.
/// </summary>
internal static class NodeResultResource
{
    private static readonly ScriptStatus[] Ended = [ScriptStatus.Passed, ScriptStatus.Failed, ScriptStatus.TimedOut, ScriptStatus.Aborted];

    public static IEnumerable<ApiResource> All { get; } = new[] { "commissioning-results", "installation-results" }.Select(path =>
        new ApiResource($"api/2.0/{path}/", "NodeResultsHandler", "What the last scripts of machines printed.",
            ApiAction.Read(ApiAccess.User, ListAsync, "List what the last scripts of machines printed, in base64.").With(
                ApiArgument.Texts("system_id", "only those of these machines."),
                ApiArgument.Texts("name", "only those of scripts with these names."),
                ApiArgument.Integer("result_type", "only those of one kind: 0 commissioning, 1 installation, 2 testing.")))
        {
            IsAlias = path == "installation-results", // clients know the handler by its first path
        });

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        var form = request.Reader();
        var type = form.Integer("result_type", 0, int.MaxValue);
        if (form.HasErrors) return form.BadRequest();
        var (ids, names) = (form.List("system_id").ToHashSet(), form.Form.All("name").ToHashSet());
        var filter = new MachineFilter { VisibleTo = request.User.IsAdministrator ? null : request.User.Name };
        var revisions = await request.Core.Machines.ListRevisionsAsync(filter, request.Aborted).ConfigureAwait(false);
        var machines = revisions.Select(machine => machine.Id).Where(id => ids.Count == 0 || ids.Contains(id.ToString())).ToList();
        var current = await request.Core.ScriptResults.CurrentAsync(machines, request.Aborted).ConfigureAwait(false);
        List<ScriptResult> results =
        [
            .. current.SelectMany(each => each).Where(result => Ended.Contains(result.Status)
                && (type is null || type == (int)ScriptResultSet.TypeOf(result.Kind))
                && (names.Count == 0 || names.Contains(result.Name))).OrderBy(result => result.Id),
        ];
        return new ApiResult.JsonStream(ReadAsync(request, results));
    }

    private static async IAsyncEnumerable<Action<Utf8JsonWriter>> ReadAsync(
        ApiRequest request, List<ScriptResult> results, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var result in results)
        {
            if (await request.Core.ScriptResults.OutputAsync(result.Id, cancellationToken).ConfigureAwait(false) is not { } output)
                continue;
            var printed = output.StandardOutput.Length > 0 ? output.StandardOutput : output.Combined;
            yield return json => Write(json, request.View, result, result.Name, printed);
            if (output.StandardError.Length > 0)
                yield return json => Write(json, request.View, result, $"{result.Name}.err", output.StandardError);
        }
    }

    private static void Write(Utf8JsonWriter json, ApiView view, ScriptResult result, string name, ReadOnlyMemory<byte> printed)
    {
        json.WriteStartObject();
        Time(json, "created", result.Started ?? result.Ended);
        Time(json, "updated", result.Ended ?? result.Started);
        json.WriteNumber("id", result.Id);
        json.WriteString("name", name);
        if (result.ExitStatus is { } status) json.WriteNumber("script_result", status);
        else json.WriteNull("script_result");
        json.WriteNumber("result_type", (int)ScriptResultSet.TypeOf(result.Kind));
        json.WriteStartObject("node");
        json.WriteString("system_id", result.MachineId.ToString());
        json.WriteEndObject();
        json.WriteBase64String("data", printed.Span);
        json.WriteString("resource_uri", view.Api("commissioning-scripts"));
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at) json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture));
        else json.WriteNull(name);
    }
}
