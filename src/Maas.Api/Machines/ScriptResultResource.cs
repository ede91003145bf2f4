using System.Globalization;
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
    private static readonly ApiArgument Filters = ApiArgument.Texts("filters", "names, tags or ids of scripts, with commas between.");

    private static readonly ApiArgument IncludeOutput =
        ApiArgument.Flag("include_output", "whether to include what the scripts printed, in base64.");

    public static IEnumerable<ApiResource> All { get; } =
    [
        new("api/2.0/nodes/{system_id}/results/", "NodeScriptResultsHandler", "The results of a machine's scripts.",
            ApiAction.Read(ApiAccess.User, ListAsync, "List results, the newest first.").With(
                ApiArgument.Text("type", "commissioning, testing, installation, release or deployment."), IncludeOutput, Filters)),
        new("api/2.0/nodes/{system_id}/results/{id}/", "NodeScriptResultHandler", "The results of one run.",
        [
            ApiAction.Read(ApiAccess.User, ReadAsync,
                "Read results, by id or by one of the words current-commissioning, current-testing, current-installation, "
                    + "current-release and current-deployment.")
                .With(IncludeOutput, Filters),
            ApiAction.Update(ApiAccess.Administrator, UpdateAsync, "Decide whether results count: a suppressed failure does not.").With(
                ApiArgument.Flag("suppressed", "whether they are suppressed."), IncludeOutput, Filters),
            ApiAction.Delete(ApiAccess.Administrator, DeleteAsync, "Delete the results of one run."),
            ApiAction.Get("download", ApiAccess.User, DownloadAsync, "Read what the scripts printed.").With(
                Filters,
                ApiArgument.Choice("output", "which streams.", "combined", "stdout", "stderr", "all"),
                ApiArgument.Choice("filetype", "txt, or an archive with a file for each.", "txt", "tar.xz")),
        ]),
    ];

    private static async Task<ApiResult> ListAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return ApiResults.NotFound("Node");
        var sets = await SetsAsync(request, machine).ConfigureAwait(false);
        if (request.Form["type"] is { Length: > 0 } type)
        {
            if (KindsOf(type) is not { } kinds)
                return CommandResults.BadField(
                    "type", $"Unknown type '{LogText.From(type, 64)}': type must be commissioning, testing, release or deployment.");
            sets = [.. sets.Where(set => kinds.Contains(set.Kind))];
        }

        if (WrongFlag(request) is { } wrong) return wrong;
        var output = await OutputsAsync(request, sets).ConfigureAwait(false);
        return ApiResults.List(sets, (json, set) => ScriptResultJson.Write(json, set, machine, output, request.View));
    }

    private static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        var (machine, set, refusal) = await FindAsync(request).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        if (WrongFlag(request) is { } wrong) return wrong;
        return await ShowAsync(request, machine!, set!).ConfigureAwait(false); // set together with no refusal
    }

    private static async Task<ApiResult> UpdateAsync(ApiRequest request)
    {
        var (machine, set, refusal) = await FindAsync(request).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        var form = request.Reader();
        var suppressed = form.Boolean("suppressed");
        _ = form.Boolean("include_output");
        if (form.HasErrors) return form.BadRequest();
        if (suppressed is { } value)
        {
            await request.Core.ScriptResults.SuppressAsync(
                machine!.Id, [.. set!.Results.Select(result => result.Id)], value, request.Aborted).ConfigureAwait(false);
            (machine, set, refusal) = await FindAsync(request).ConfigureAwait(false);
        }

        return refusal ?? await ShowAsync(request, machine!, set!).ConfigureAwait(false);
    }

    private static async Task<ApiResult> DeleteAsync(ApiRequest request)
    {
        var (machine, set, refusal) = await FindAsync(request).ConfigureAwait(false);
        if (refusal is not null) return refusal;
        await request.Core.ScriptResults.DeleteAsync(
            machine!.Id, [.. set!.Results.Select(result => result.Id)], request.Aborted).ConfigureAwait(false);
        return ApiResults.NoContent;
    }

    private static async Task<ApiResult> DownloadAsync(ApiRequest request)
    {
        var (machine, set, refusal) = await FindAsync(request).ConfigureAwait(false);
        return refusal ?? await ScriptResultDownload.AnswerAsync(request, machine!, set!).ConfigureAwait(false);
    }

    private static async Task<ApiResult> ShowAsync(ApiRequest request, Machine machine, ScriptResultSet set)
    {
        var output = await OutputsAsync(request, [set]).ConfigureAwait(false);
        return ApiResults.Json(json => ScriptResultJson.Write(json, set, machine, output, request.View));
    }

    /// <summary>The machine and the set that the path names; else the refusal.</summary>
    private static async Task<(Machine? Machine, ScriptResultSet? Set, ApiResult? Refusal)> FindAsync(ApiRequest request)
    {
        if (await request.FindMachineAsync().ConfigureAwait(false) is not { } machine) return (null, null, ApiResults.NotFound("Node"));
        var name = request.Route["id"];
        var sets = await SetsAsync(request, machine).ConfigureAwait(false);
        var found = name switch
        {
            "current-commissioning" => sets.FirstOrDefault(set => set.Kind == ScriptKind.Commissioning),
            "current-testing" => sets.FirstOrDefault(set => set.Kind == ScriptKind.Testing),
            "current-release" => sets.FirstOrDefault(set => set.Kind == ScriptKind.Release),
            "current-deployment" => sets.FirstOrDefault(set => set.Kind == ScriptKind.Deployment),
            _ => sets.FirstOrDefault(set => set.Id.ToString(CultureInfo.InvariantCulture) == name),
        };
        if (found is not null) return (machine, found, null);
        return name.All(char.IsAsciiDigit) || name is "current-commissioning" or "current-testing" or "current-installation"
            or "current-release" or "current-deployment"
            ? (machine, null, ApiResults.NotFound("ScriptSet"))
            : (machine, null, ApiResults.BadRequest(
                $"Unknown id \"{LogText.From(name, 64)}\" must be current-commissioning, current-testing, " // MAAS-WORDING
                    + "current-installation, or the id number of a specific result."));
    }

    private static IReadOnlyList<ScriptKind>? KindsOf(string type) => type switch
    {
        "commission" or "commissioning" or "0" => [ScriptKind.Commissioning],
        "test" or "testing" or "2" => [ScriptKind.Testing],
        "release" or "3" => [ScriptKind.Release],
        "deploy" or "deployment" or "4" => [ScriptKind.Deployment],
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
    private static async Task<IReadOnlyList<ScriptResultSet>> SetsAsync(ApiRequest request, Machine machine)
    {
        var filters = request.Endpoint.Action.Accepts("filters") ? request.Reader().List("filters") : [];
        var sets = ScriptResultSet.Of(
            await request.Core.ScriptResults.ListAsync(machine.Id, request.Aborted).ConfigureAwait(false));
        if (filters.Count == 0) return sets;
        return [.. sets.Select(set => set with { Results = [.. set.Results.Where(result => Fits(result, filters))] })
            .Where(set => set.Results.Count > 0)];
    }

    private static bool Fits(ScriptResult result, IReadOnlyList<string> filters) =>
        filters.Contains(result.Name) || filters.Contains(result.Id.ToString(CultureInfo.InvariantCulture))
            || result.Script.Tags.Any(filters.Contains);

    private static async Task<Dictionary<long, ScriptOutput>> OutputsAsync(ApiRequest request, IEnumerable<ScriptResultSet> sets)
    {
        Dictionary<long, ScriptOutput> outputs = [];
        if (request.Reader().Boolean("include_output") is not true) return outputs;
        foreach (var result in sets.SelectMany(set => set.Results))
            if (await request.Core.ScriptResults.OutputAsync(result.Id, request.Aborted).ConfigureAwait(false) is { } output)
                outputs[result.Id] = output;
        return outputs;
    }
}
