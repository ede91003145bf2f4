using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Maas.Core.Events;
using Maas.Core.Records;

namespace Maas.Core.Scripts;

/// <summary>
/// The scripts for machines: the built-in ones, those of the application, and those that administrators added, with the history of their
/// texts.
/// </summary>
public sealed partial class NodeScripts
{
    /// <summary>The longest time limit: a week.</summary>
    internal const long LongestSeconds = 604_800;

    /// <summary>The API adds it to the ids of scripts that administrators added: scripts in code have the ids below.</summary>
    public const int FirstAddedId = 1000;

    private const int MostScripts = 1000;
    private const int MostRevisions = 100;
    private const int LongestBody = 1024 * 1024;
    private const int LongestText = 4096;
    private const int LongestJson = 64 * 1024;
    private readonly Dictionary<string, ScriptDefinition> _definitions;
    private readonly IRecordStore _store;
    private readonly TimeProvider _timeProvider;
    private readonly RecordSet<NodeScript> _records;

    internal NodeScripts(IRecordStore store, IReadOnlyList<ScriptDefinition> definitions, TimeProvider timeProvider)
    {
        (_store, _timeProvider) = (store, timeProvider);
        Definitions = Number(definitions);
        _definitions = Definitions.ToDictionary(each => each.Script.Name, StringComparer.Ordinal);
        _records = new RecordSet<NodeScript>(
            store,
            NodeScriptTables.Scripts,
            new RecordRules<NodeScript>
            {
                Noun = "Script",
                NameOf = script => script.Name,
                NeedsId = true,
                AlreadyExists = field => field == "name"
                    ? "Script with this Name already exists." : "The script was changed at the same time: try again.",
                Load = _ => Task.FromResult(new RecordContext<NodeScript>
                {
                    Check = async (script, before, token) => Check(script)
                        ?? CheckDefinitions(script.Name)
                        ?? (before is null && (await _records!.ListAsync(token).ConfigureAwait(false)).Count >= MostScripts
                            ? (FormMessages.WholeForm, $"There are {MostScripts} scripts already.") : null),
                    With = (script, _) => script.NewRevision is not { } added ? [] :
                    [
                        .. added.Displaced,
                        new RecordChange.Insert(NodeScriptTables.Revisions, added.Revision with { ScriptId = script.Id }),
                        new RecordChange.Insert(
                            NodeScriptTables.Texts,
                            new NodeScriptText { ScriptId = script.Id, Number = added.Revision.Number, Body = added.Body }),
                    ],
                }),
            },
            timeProvider);
    }

    /// <summary>The scripts that administrators added, by id.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<NodeScript>> ListAsync(CancellationToken cancellationToken = default) =>
        _records.ListAsync(cancellationToken);

    /// <summary>Adds a script.</summary>
    /// <param name="script">The script.</param>
    /// <param name="body">Its text; at most 1 MiB.</param>
    /// <param name="comment">What it is, in words.</param>
    /// <param name="actor">User name; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<NodeScript>> CreateAsync(
        NodeScript script, ReadOnlyMemory<byte> body, string comment, string? actor, CancellationToken cancellationToken = default) =>
        _records.CreateAsync(script with { NewRevision = Revision(1, body, comment, []) }, actor, cancellationToken);

    /// <summary>Changes a script.</summary>
    /// <param name="id">Which script.</param>
    /// <param name="edit">A pure function of the script that it is given.</param>
    /// <param name="body">Its new text; <see langword="null"/> to keep the present one.</param>
    /// <param name="comment">What was changed, in words.</param>
    /// <param name="actor">User name; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecordEdit<NodeScript>> UpdateAsync(
        long id, Func<NodeScript, NodeScript> edit, ReadOnlyMemory<byte>? body, string comment, string? actor,
        CancellationToken cancellationToken = default)
    {
        NewScriptRevision? revision = null;
        if (body is { } text)
        {
            var history = await HistoryAsync(id, cancellationToken).ConfigureAwait(false);
            var displaced = await DeletionsAsync(history.Skip(MostRevisions - 1), cancellationToken).ConfigureAwait(false);
            revision = Revision(history.Count == 0 ? 1 : history[0].Number + 1, text, comment, displaced);
        }

        return await _records.UpdateAsync(id, script => edit(script) with { NewRevision = revision }, actor, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Deletes a script with its history.</summary>
    /// <param name="id">Which script.</param>
    /// <param name="actor">User name; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RecordEdit<NodeScript>> DeleteAsync(long id, string? actor, CancellationToken cancellationToken = default) =>
        _records.DeleteAsync(id, actor, cancellationToken: cancellationToken);

    /// <summary>The revisions of a script, the newest, which is the present one, first.</summary>
    /// <param name="id">Which script.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<NodeScriptRevision>> HistoryAsync(long id, CancellationToken cancellationToken = default) =>
        _store.ListAsync(
            new RecordQuery<NodeScriptRevision>(NodeScriptTables.Revisions)
            {
                Where = [RecordCondition.Is("script", id)], OrderBy = "number", Descending = true,
            },
            cancellationToken);

    /// <summary>The revisions of all scripts.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ILookup<long, NodeScriptRevision>> HistoriesAsync(CancellationToken cancellationToken = default) =>
        (await _store.ListAsync(
            new RecordQuery<NodeScriptRevision>(NodeScriptTables.Revisions) { OrderBy = "number", Descending = true }, cancellationToken)
            .ConfigureAwait(false)).ToLookup(revision => revision.ScriptId);

    /// <summary>The text of a revision; <see langword="null"/> when it is gone.</summary>
    /// <param name="revision">The revision.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(NodeScriptRevision revision, CancellationToken cancellationToken = default) =>
        await TextAsync(revision, cancellationToken).ConfigureAwait(false) is { } text ? text.Body : (ReadOnlyMemory<byte>?)null;

    /// <summary>Makes an earlier revision the present one; those after it are deleted.</summary>
    /// <param name="script">The script.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="actor">User name; <see langword="null"/> for the system.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the script was changed or deleted meanwhile; nothing was changed.</returns>
    public async Task<bool> RevertAsync(
        NodeScript script, NodeScriptRevision revision, string? actor, CancellationToken cancellationToken = default)
    {
        var newer = (await HistoryAsync(script.Id, cancellationToken).ConfigureAwait(false))
            .Where(each => each.Number > revision.Number);
        return await _store.SaveAsync(
            new RecordBatch
            {
                At = _timeProvider.GetUtcNow(),
                Changes =
                [
                    new RecordChange.Update(NodeScriptTables.Scripts, script),
                    new RecordChange.Require(NodeScriptTables.Revisions, revision.Id, revision.Version),
                    .. await DeletionsAsync(newer, cancellationToken).ConfigureAwait(false),
                ],
                Events = [new EventNote(EventLevel.Audit, "Script", $"Script '{script.Name}' was reverted.", actor)],
            },
            cancellationToken).ConfigureAwait(false) is RecordResult.Saved;
    }

    private NewScriptRevision Revision(
        long number, ReadOnlyMemory<byte> body, string comment, IReadOnlyList<RecordChange> displaced) =>
        new(new NodeScriptRevision { Number = number, Comment = comment, Created = _timeProvider.GetUtcNow() }, body, displaced);

    private async Task<IReadOnlyList<RecordChange>> DeletionsAsync(
        IEnumerable<NodeScriptRevision> revisions, CancellationToken cancellationToken)
    {
        List<RecordChange> changes = [];
        foreach (var revision in revisions)
        {
            changes.Add(new RecordChange.Delete(NodeScriptTables.Revisions, revision.Id, revision.Version));
            if (await TextAsync(revision, cancellationToken).ConfigureAwait(false) is { } text)
                changes.Add(new RecordChange.Delete(NodeScriptTables.Texts, text.Id, text.Version));
        }

        return changes;
    }

    private async Task<NodeScriptText?> TextAsync(NodeScriptRevision revision, CancellationToken cancellationToken)
    {
        var found = await _store.ListAsync(
            new RecordQuery<NodeScriptText>(NodeScriptTables.Texts)
            {
                Where = [RecordCondition.Is("script", revision.ScriptId), RecordCondition.Is("number", revision.Number)], Limit = 1,
            },
            cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : null;
    }

    private (string Field, string Reason)? CheckDefinitions(string name) =>
        FindDefinition(name) is null ? null : ("name", "Script with this Name already exists.");

    private static (string Field, string Reason)? Check(NodeScript script)
    {
        if (script.Name.Length == 0) return ("name", FormMessages.Required);
        if (script.Name.Length > 255) return ("name", FormMessages.TooLong(script.Name, 255));
        if (script.Name.Equals("none", StringComparison.OrdinalIgnoreCase)) return ("name", "\"none\" is a reserved name.");
        if (script.Name.All(char.IsAsciiDigit)) return ("name", "Cannot be a number.");
        if (!Name().IsMatch(script.Name))
            return ("name", $"Name '{LogText.From(script.Name, 64)}' contains disallowed characters, e.g. space or quotes.");
        if (script.Title.Length > 255) return ("title", FormMessages.TooLong(script.Title, 255));
        if (script.Description.Length > LongestText) return ("description", FormMessages.TooLong(script.Description, LongestText));
        if (script.Tags.Count > 100 || script.Tags.Any(tag => !Tag().IsMatch(tag))) return ("tags", FormMessages.Invalid);
        if (script.TimeoutSeconds < 0) return ("timeout", FormMessages.AtLeast(0));
        if (script.TimeoutSeconds > LongestSeconds) return ("timeout", FormMessages.AtMost(LongestSeconds));
        foreach (var id in script.ForHardware)
            if (id.Length > 255 || !Hardware().IsMatch(id))
                return ("for_hardware", $"Hardware identifier '{LogText.From(id, 64)}' must be a modalias, PCI ID, USB ID, " +
                    "system vendor, system product, system version, mainboard vendor, or mainboard product.");
        if (script.ForHardware.Count > 100) return ("for_hardware", FormMessages.Invalid);
        return CheckJson("packages", script.Packages) ?? CheckParameters(script.Parameters) ?? CheckResults(script.Results)
            ?? (script.NewRevision is { } added ? CheckBody(added) : null);
    }

    private static (string Field, string Reason)? CheckParameters(string parameters)
    {
        if (parameters.Length > LongestJson) return ("parameters", FormMessages.TooLong(parameters, LongestJson));
        return ScriptParameter.TryReadAll(parameters, out _, out var reason) ? null : ("parameters", reason);
    }

    /// <summary>The results that a script declares: their names, or their names with a title and a description for each.</summary>
    private static (string Field, string Reason)? CheckResults(string results)
    {
        const string Wrong = "results must be a list of strings or a dictionary of dictionaries.";
        if (!IsJson(results, out _)) return ("results", Wrong);
        using var json = JsonDocument.Parse(results);
        switch (json.RootElement.ValueKind)
        {
            case JsonValueKind.Array:
                return json.RootElement.EnumerateArray().All(each => each.ValueKind == JsonValueKind.String) ? null
                    : ("results", "Each result in a result list must be a string.");
            case JsonValueKind.Object:
                foreach (var result in json.RootElement.EnumerateObject())
                {
                    if (result.Value.ValueKind != JsonValueKind.Object)
                        return ("results", "Each result in a result dictionary must be a dictionary.");
                    if (!result.Value.TryGetProperty("title", out var title))
                        return ("results", "title must be included in a result dictionary.");
                    if (title.ValueKind != JsonValueKind.String) return ("results", "title must be a string.");
                    if (result.Value.TryGetProperty("description", out var description) && description.ValueKind != JsonValueKind.String)
                        return ("results", "description must be a string.");
                }

                return null;
            default:
                return ("results", Wrong);
        }
    }

    private static (string Field, string Reason)? CheckBody(NewScriptRevision added) =>
        added.Revision.Comment.Length > LongestText ? ("comment", FormMessages.TooLong(added.Revision.Comment, LongestText))
        : CheckBody(added.Body.Span);

    private static (string Field, string Reason)? CheckBody(ReadOnlySpan<byte> body) =>
        body.Length > LongestBody ? ("script", $"Ensure this script has at most {LongestBody} bytes.")
        : !body.StartsWith("#!/"u8) ? ("script", "Must start with shebang.")
        : null;

    /// <summary>What is wrong with a script and its text; null when nothing is.</summary>
    internal static (string Field, string Reason)? WhyNot(NodeScript script, ReadOnlySpan<byte> body) => Check(script) ?? CheckBody(body);

    private static (string Field, string Reason)? CheckJson(string field, string json) =>
        IsJson(json, out var kind) && kind == JsonValueKind.Object ? null : (field, "Enter a valid JSON.");

    private static bool IsJson(string text, out JsonValueKind kind)
    {
        kind = JsonValueKind.Undefined;
        if (text.Length > LongestJson) return false;
        try
        {
            using var json = JsonDocument.Parse(text);
            kind = json.RootElement.ValueKind;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9@%_+=:,.-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[\w.:-]{1,255}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(
        @"\A(?:modalias:.+|(?:pci|usb):[\da-f]{4}:[\da-f]{4}|(?:system_(?:vendor|product|version)|mainboard_(?:vendor|product)):.*)\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Hardware();
}

/// <summary>The tables of scripts.</summary>
internal static class NodeScriptTables
{
    public static RecordTable<NodeScript> Scripts { get; } = new(
        "scripts", NodeScriptJson.Default.NodeScript, [RecordColumn.Text<NodeScript>("name", script => script.Name)],
        [new RecordKey("name", "name")]);

    public static RecordTable<NodeScriptRevision> Revisions { get; } = new(
        "script_revisions",
        NodeScriptJson.Default.NodeScriptRevision,
        [
            RecordColumn.Reference<NodeScriptRevision>("script", revision => revision.ScriptId, Scripts, cascades: true),
            RecordColumn.Number<NodeScriptRevision>("number", revision => revision.Number),
        ],
        [new RecordKey(FormMessages.WholeForm, "script", "number")]);

    public static RecordTable<NodeScriptText> Texts { get; } = new(
        "script_texts",
        NodeScriptJson.Default.NodeScriptText,
        [
            RecordColumn.Reference<NodeScriptText>("script", text => text.ScriptId, Scripts, cascades: true),
            RecordColumn.Number<NodeScriptText>("number", text => text.Number),
        ],
        [new RecordKey(FormMessages.WholeForm, "script", "number")]);

    public static IReadOnlyList<RecordTable> All { get; } = [Scripts, Revisions, Texts];
}

/// <summary>How scripts are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeScript))]
[JsonSerializable(typeof(NodeScriptRevision))]
[JsonSerializable(typeof(NodeScriptText))]
[JsonSerializable(typeof(ScheduledScript))]
internal sealed partial class NodeScriptJson : JsonSerializerContext;
