using System.Globalization;
using System.Text.Json;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Scripts;

namespace Maas.Api.Machines;

/// <summary>
/// What a machine's scripts came to. MAAS groups results in sets; here a set is the results of one kind of one operation, named by its
/// first id.
/// </summary>
internal static class ScriptResultResource
{
    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/results/", "NodeScriptResultsHandler", "The results of a machine's scripts.",
            ApiAction.Read(ApiAccess.User, ListAsync, """
                List results, the newest first.

                :param type: commissioning or testing.
                :param include_output: whether to include what the scripts printed, in base64.
                :param filters: names, tags or ids of scripts, with commas between.
                """)),
        new("api/2.0/nodes/{system_id}/results/{id}/", "NodeScriptResultHandler", "The results of one run.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync, """
                Read results, by id or by one of the words current-commissioning and current-testing.

                :param include_output: whether to include what the scripts printed, in base64.
                :param filters: names, tags or ids of scripts, with commas between.
                """),
            ApiAction.Get("download", ApiAccess.User, DownloadAsync, """
                Read what the scripts printed.

                :param filters: names, tags or ids of scripts, with commas between.
                :param output: combined, stdout, stderr or all.
                :param filetype: txt; this server packs no archives.
                """),
        ]),
    ];

    private sealed record ResultSet(ScriptKind Kind, long Id, IReadOnlyList<ScriptResult> Results);

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        var sets = await SetsAsync(request, machine).ConfigureAwait(false);
        if (request.Form["type"] is { Length: > 0 } type)
        {
            if (KindsOf(type) is not { } kinds)
                return CommandResults.BadField("type", $"Unknown type '{LogText.From(type, 64)}': type must be commissioning or testing.");
            sets = [.. sets.Where(set => kinds.Contains(set.Kind))];
        }

        if (WrongFlag(request) is { } wrong) return wrong;
        var output = await OutputsAsync(request, sets).ConfigureAwait(false);
        return ApiResults.List(sets, (json, set) => Write(json, set, machine, output, request.Links));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        if (Find(await SetsAsync(request, machine).ConfigureAwait(false), request.Route["id"]) is not { } set)
            return ApiResults.NotFound("ScriptSet");
        if (WrongFlag(request) is { } wrong) return wrong;
        var output = await OutputsAsync(request, [set]).ConfigureAwait(false);
        return ApiResults.Json(json => Write(json, set, machine, output, request.Links));
    }

    private static async Task<ApiResult> DownloadAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        if (Find(await SetsAsync(request, machine).ConfigureAwait(false), request.Route["id"]) is not { } set)
            return ApiResults.NotFound("ScriptSet");
        if (request.Form["filetype"] is { Length: > 0 } type and not "txt")
            return CommandResults.BadField("filetype", $"Unknown filetype '{LogText.From(type, 64)}': it must be txt.");
        var wanted = request.Form["output"] is { Length: > 0 } streams ? streams : "combined";
        if (wanted is not ("combined" or "stdout" or "stderr" or "all"))
            return CommandResults.BadField("output",
                $"Unknown output '{LogText.From(wanted, 64)}': it must be combined, stdout, stderr or all.");
        using var text = new MemoryStream();
        foreach (var result in set.Results)
        {
            if (await request.Core.ScriptResults.OutputAsync(result.Id, request.Aborted).ConfigureAwait(false) is not { } output)
                continue;
            if (wanted is "combined" or "all") Append(result.Name, output.Combined);
            if (wanted is "stdout" or "all") Append(result.Name + ".out", output.StandardOutput);
            if (wanted is "stderr" or "all") Append(result.Name + ".err", output.StandardError);
        }

        // One file goes out as it is, so that it can be piped.
        void Append(string name, ReadOnlyMemory<byte> content)
        {
            if (set.Results.Count != 1 || wanted == "all") text.Write(System.Text.Encoding.UTF8.GetBytes($"==> {name}\n"));
            text.Write(content.Span);
        }

        return new ApiResult.Bytes(text.ToArray(), "text/plain; charset=utf-8");
    }

    private static ResultSet? Find(IReadOnlyList<ResultSet> sets, string name) => name switch
    {
        "current-commissioning" => sets.FirstOrDefault(set => set.Kind == ScriptKind.Commissioning),
        "current-testing" => sets.FirstOrDefault(set => set.Kind == ScriptKind.Testing),
        _ => sets.FirstOrDefault(set => set.Id.ToString(CultureInfo.InvariantCulture) == name),
    };

    private static IReadOnlyList<ScriptKind>? KindsOf(string type) => type switch
    {
        "commission" or "commissioning" or "0" => [ScriptKind.Commissioning],
        "test" or "testing" or "2" => [ScriptKind.Testing],
        "install" or "installation" or "1" => [], // MAAS has these; nothing here installs by scripts
        _ => null,
    };

    private static ApiResult? WrongFlag(ApiRequest request)
    {
        var form = request.Reader();
        _ = form.Boolean("include_output");
        return form.HasErrors ? form.BadRequest() : null;
    }

    /// <summary>The sets, each with those of its results that <c>filters</c> names; a set without any is left out.</summary>
    private static async Task<IReadOnlyList<ResultSet>> SetsAsync(ApiRequest request, Machine machine)
    {
        var filters = request.Reader().List("filters");
        var sets = await AllSetsAsync(request, machine).ConfigureAwait(false);
        if (filters.Count == 0) return sets;
        return [.. sets.Select(set => set with { Results = [.. set.Results.Where(result => Fits(result, filters))] })
            .Where(set => set.Results.Count > 0)];
    }

    private static bool Fits(ScriptResult result, IReadOnlyList<string> filters) =>
        filters.Contains(result.Name) || filters.Contains(result.Id.ToString(CultureInfo.InvariantCulture))
            || BuiltinScripts.TagsOf(result.Name).Any(filters.Contains);

    private static async Task<IReadOnlyList<ResultSet>> AllSetsAsync(ApiRequest request, Machine machine)
    {
        var results = await request.Core.ScriptResults.ListAsync(machine.Id, request.Aborted).ConfigureAwait(false);
        return
        [
            .. results.GroupBy(result => (result.OperationId, result.Kind))
                .Select(set => new ResultSet(set.Key.Kind, set.Min(result => result.Id), [.. set.OrderBy(result => result.Id)]))
        ];
    }

    private static async Task<Dictionary<long, ScriptOutput>> OutputsAsync(ApiRequest request, IEnumerable<ResultSet> sets)
    {
        Dictionary<long, ScriptOutput> outputs = [];
        if (request.Reader().Boolean("include_output") is not true) return outputs;
        foreach (var result in sets.SelectMany(set => set.Results))
            if (await request.Core.ScriptResults.OutputAsync(result.Id, request.Aborted).ConfigureAwait(false) is { } output)
                outputs[result.Id] = output;
        return outputs;
    }

    private static void Write(Utf8JsonWriter json, ResultSet set, Machine machine, Dictionary<long, ScriptOutput> outputs, Links links)
    {
        json.WriteStartObject();
        json.WriteNumber("id", set.Id);
        json.WriteString("system_id", machine.Id.ToString());
        json.WriteNull("last_ping");
        json.WriteNumber("type", set.Kind == ScriptKind.Testing ? 2 : 0);
        json.WriteString("type_name", set.Kind == ScriptKind.Testing ? "Testing" : "Commissioning");
        var status = Overall(set.Results);
        json.WriteNumber("status", (int)status);
        json.WriteString("status_name", StatusName(status));
        Time(json, "started", set.Results.Min(result => result.Started));
        Time(json, "ended", set.Results.All(result => result.Ended is not null) ? set.Results.Max(result => result.Ended) : null);
        json.WriteStartArray("results");
        foreach (var result in set.Results) Write(json, result, outputs.GetValueOrDefault(result.Id));
        json.WriteEndArray();
        json.WriteString(
            "resource_uri", links.Api("nodes", machine.Id.ToString(), "results", set.Id.ToString(CultureInfo.InvariantCulture)));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ScriptResult result, ScriptOutput? output)
    {
        json.WriteStartObject();
        json.WriteNumber("id", result.Id);
        json.WriteString("name", result.Name);
        json.WriteNumber("status", (int)result.Status);
        json.WriteString("status_name", StatusName(result.Status));
        if (result.ExitStatus is { } exit) json.WriteNumber("exit_status", exit);
        else json.WriteNull("exit_status");
        Time(json, "started", result.Started);
        Time(json, "ended", result.Ended);
        json.WriteString("runtime", result.Started is { } started && result.Ended is { } ended ? (ended - started)
            .ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : "");
        json.WriteNull("script_id");
        json.WriteNull("script_revision_id");
        json.WriteBoolean("suppressed", false);
        if (output is not null)
        {
            json.WriteBase64String("output", output.Combined.Span);
            json.WriteBase64String("stdout", output.StandardOutput.Span);
            json.WriteBase64String("stderr", output.StandardError.Span);
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// A time as in mail (RFC 5322), with the <c>-0000</c> of a clock that says no zone: that is how MAAS writes it here.
    /// </summary>
    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
            json.WriteString(name, at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '-0000'", CultureInfo.InvariantCulture));
        else json.WriteNull(name);
    }

    /// <summary>The worst of what is known: something failed, else something still runs, else what the rest is.</summary>
    internal static ScriptStatus Overall(IReadOnlyList<ScriptResult> results)
    {
        foreach (var worse in (ReadOnlySpan<ScriptStatus>)
        [
            ScriptStatus.Failed,
            ScriptStatus.FailedInstalling,
            ScriptStatus.FailedApplyingNetwork,
            ScriptStatus.TimedOut,
            ScriptStatus.Running,
            ScriptStatus.Installing,
            ScriptStatus.ApplyingNetwork,
            ScriptStatus.Pending,
            ScriptStatus.Aborted,
            ScriptStatus.Degraded
        ])
            foreach (var result in results)
                if (result.Status == worse) return worse;
        return ScriptStatus.Passed;
    }

    internal static string StatusName(ScriptStatus status) => status switch
    {
        ScriptStatus.TimedOut => "Timed out",
        ScriptStatus.Installing => "Installing dependencies",
        ScriptStatus.FailedInstalling => "Failed installing dependencies",
        ScriptStatus.ApplyingNetwork => "Applying custom network configuration",
        ScriptStatus.FailedApplyingNetwork => "Failed to apply custom network configuration",
        _ => status.ToString(),
    };
}
