using System.Diagnostics;
using System.Globalization;
using Maas.Core.Inventory;
using Maas.Core.Records;

namespace Maas.Core.Scripts;

/// <content>Which scripts are run, with which values.</content>
public sealed partial class NodeScripts
{
    private const string UsualTests = "commissioning";
    private const string NotByItself = "noauto";
    private const string DestructiveTag = "destructive";

    /// <summary>The scripts that are built in, then those of the application. They have ids from 1.</summary>
    public IReadOnlyList<ScriptDefinition> Definitions { get; }

    /// <summary>Finds a built-in script or one of the application.</summary>
    /// <param name="name">Its name.</param>
    public ScriptDefinition? FindDefinition(string name) => _definitions.GetValueOrDefault(name);

    /// <summary>Chooses scripts and gives their parameters values.</summary>
    /// <param name="request">Which scripts, and values.</param>
    /// <param name="hardware">The machine's inventory; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ScriptPlan> PlanAsync(ScriptRequest request, Hardware? hardware, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        List<NodeScript> all =
            [.. Definitions.Select(each => each.Script), .. await ListAsync(cancellationToken).ConfigureAwait(false)];
        List<(string Field, string Reason)> errors = [];
        List<(ScriptKind Kind, NodeScript Script)> chosen = [];
        foreach (var selection in request.Selections) chosen.AddRange(Choose(all, selection, errors));
        var unused = request.Values.Keys.ToHashSet(StringComparer.Ordinal);
        // The inventory is taken while commissioning, and tells which disks and interfaces there are then.
        var inventoryFollows = request.Selections.Any(selection => selection.Kind == ScriptKind.Commissioning);
        List<PlannedScript> runs = [];
        foreach (var (kind, script) in chosen)
        {
            var arguments = ScriptBinding.Bind(
                script, InputsOf(script, request.Values, unused), (field, reason) => errors.Add((field, reason)));
            ScriptBinding.CheckDevices(arguments, hardware, (field, reason) => errors.Add((field, reason)));
            var revision = script.IsDefault ? 0 : await NewestRevisionAsync(script.Id, cancellationToken).ConfigureAwait(false);
            var scheduled = Schedule(script, revision, arguments);
            var expanded = inventoryFollows || hardware is null || !scheduled.IsDeferred
                ? [scheduled] : ScriptBinding.Expand(scheduled, hardware);
            runs.AddRange(expanded.Select(run => new PlannedScript(kind, script.Name, TimeLimitOf(script, run), script.Destructive, run)));
        }

        errors.AddRange(unused.Select(name => (name, "No such argument.")));
        return new ScriptPlan(runs, errors);
    }

    /// <summary>The text of a script that was scheduled; that of today when its revision is gone, and none when the script is.</summary>
    internal async Task<ReadOnlyMemory<byte>?> ReadAsync(string name, ScheduledScript scheduled, CancellationToken cancellationToken)
    {
        if (scheduled.ScriptId == 0) return FindDefinition(name)?.Body;
        var history = await HistoryAsync(scheduled.ScriptId, cancellationToken).ConfigureAwait(false);
        var revision = history.FirstOrDefault(each => each.Id == scheduled.RevisionId) ?? (history.Count > 0 ? history[0] : null);
        return revision is null ? null : await ReadAsync(revision, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<(ScriptKind Kind, NodeScript Script)> Choose(
        List<NodeScript> all, ScriptSelection selection, List<(string Field, string Reason)> errors)
    {
        var (type, field) = selection.Kind switch
        {
            ScriptKind.Commissioning => (NodeScriptType.Commissioning, "commissioning_scripts"),
            ScriptKind.Testing => (NodeScriptType.Testing, "testing_scripts"),
            ScriptKind.Release => (NodeScriptType.Release, "scripts"),
            ScriptKind.Deployment => (NodeScriptType.Deployment, "deployment_scripts"),
            _ => throw new UnreachableException(),
        };
        var ofKind = all.Where(script => script.Type == type).ToList();
        var chosen = ofKind.Where(script => script.Name == BuiltinScripts.Inventory).ToList();
        if (selection.Words is null)
            chosen.AddRange(ofKind.Where(IsUsual));
        foreach (var word in selection.Words ?? [])
        {
            // A tag such as "storage" must not choose what overwrites disks; "destructive" may.
            var found = ofKind.Where(script => script.Name == word || IdOf(script) == word
                || (script.Tags.Contains(word) && (!script.Destructive || word == DestructiveTag))).ToList();
            if (found.Count == 0)
                errors.Add((field, FormMessages.NotAChoice(LogText.From(word, 64))));
            chosen.AddRange(found);
        }

        return chosen.DistinctBy(script => script.Name)
            .OrderByDescending(script => script.Name == BuiltinScripts.Inventory)
            // The names of deployment scripts say which run before the installation.
            .ThenBy(script => type is NodeScriptType.Deployment ? default : script.Parallel)
            .ThenBy(script => script.Name, StringComparer.Ordinal)
            .Select(script => (selection.Kind, script));
    }

    /// <summary>Whether a script runs when none is named.</summary>
    private static bool IsUsual(NodeScript script) => script.Type switch
    {
        NodeScriptType.Commissioning => !script.Tags.Contains(NotByItself),
        NodeScriptType.Testing => script.Tags.Contains(UsualTests),
        NodeScriptType.Deployment => !script.Destructive && !script.Tags.Contains(NotByItself),
        _ => false,
    };

    private static string IdOf(NodeScript script) =>
        (script.IsDefault ? script.Id : script.Id + FirstAddedId).ToString(CultureInfo.InvariantCulture);

    /// <summary>The values for one script: those with its name before the parameter's come first.</summary>
    private static Dictionary<string, string> InputsOf(
        NodeScript script, IReadOnlyDictionary<string, string> values, HashSet<string> unused)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        _ = ScriptParameter.TryReadAll(script.Parameters, out var parameters, out _);
        foreach (var parameter in parameters)
        {
            if (!values.TryGetValue(parameter.Name, out var value)) continue;
            inputs[parameter.Name] = value;
            unused.Remove(parameter.Name);
        }

        foreach (var (name, value) in values)
        {
            if (!name.StartsWith(script.Name + "_", StringComparison.Ordinal)) continue;
            inputs[name[(script.Name.Length + 1)..]] = value;
            unused.Remove(name);
        }

        return inputs;
    }

    private static ScheduledScript Schedule(NodeScript script, long revision, IReadOnlyList<ScriptArgument> arguments) => new()
    {
        ScriptId = script.IsDefault ? 0 : script.Id,
        RevisionId = revision,
        IsDefault = script.IsDefault,
        HardwareType = script.HardwareType,
        Parallel = script.Parallel,
        Tags = script.Tags,
        ForHardware = script.ForHardware,
        Packages = script.Packages,
        MayReboot = script.MayReboot,
        ApplyConfiguredNetworking = script.ApplyConfiguredNetworking,
        Arguments = arguments,
        RunTimeSeconds = arguments.FirstOrDefault(argument => argument.Type == "runtime") is { } time
            ? long.Parse(time.Value, NumberStyles.None, CultureInfo.InvariantCulture) : null,
    };

    private static TimeSpan TimeLimitOf(NodeScript script, ScheduledScript scheduled) => scheduled.RunTimeSeconds is { } seconds
        ? TimeSpan.FromSeconds(seconds) + ScriptBinding.RunTimeGrace : TimeSpan.FromSeconds(script.TimeoutSeconds);

    private async Task<long> NewestRevisionAsync(long script, CancellationToken cancellationToken)
    {
        var newest = await _store.ListAsync(
            new RecordQuery<NodeScriptRevision>(NodeScriptTables.Revisions)
            {
                Where = [RecordCondition.Is("script", script)], OrderBy = "number", Descending = true, Limit = 1,
            },
            cancellationToken).ConfigureAwait(false);
        return newest.Count > 0 ? newest[0].Id : 0;
    }

    private static IReadOnlyList<ScriptDefinition> Number(IReadOnlyList<ScriptDefinition> own)
    {
        List<ScriptDefinition> all = [.. BuiltinScripts.Definitions, .. own];
        if (all.Count >= FirstAddedId) throw new ArgumentException($"There can be {FirstAddedId} scripts in code.", nameof(own));
        if (all.GroupBy(each => each.Script.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"There are two scripts with the name '{twice.Key}'.", nameof(own));
        return [.. all.Select((each, at) => each.WithId(at + 1))];
    }
}
