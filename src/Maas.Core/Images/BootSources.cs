using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Maas.Core.Records;

namespace Maas.Core.Images;

/// <summary>Sources of images and the selections from them.</summary>
public sealed partial class BootSources
{
    private const int LongestUrl = 2048;
    private const int LongestPath = 4096;
    private const int LongestKeyring = 256 * 1024;
    private const int MostWords = 100;

    internal BootSources(IRecordStore store, TimeProvider timeProvider)
    {
        Records = new RecordSet<BootSource>(
            store,
            BootSourceTables.Sources,
            new RecordRules<BootSource>
            {
                Noun = "BootSource",
                NameOf = source => source.Url,
                AlreadyExists = _ => "Boot source with this Url already exists.",
                Load = _ => Task.FromResult(new RecordContext<BootSource> { Check = (source, _, _) => new(Check(source)) }),
            },
            timeProvider);
        Selections = new RecordSet<BootSourceSelection>(
            store,
            BootSourceTables.Selections,
            new RecordRules<BootSourceSelection>
            {
                Noun = "BootSourceSelection",
                NameOf = selection => $"{selection.OsSystem}/{selection.Release}",
                AlreadyExists = _ => "Boot source selection with this Boot source, Os and Release already exists.",
                Load = _ => Task.FromResult(
                    new RecordContext<BootSourceSelection> { Check = (selection, _, _) => new(Check(selection)) }),
            },
            timeProvider);
    }

    /// <summary>The sources. A source is deleted with its selections.</summary>
    public RecordSet<BootSource> Records { get; }

    /// <summary>The selections of all sources.</summary>
    public RecordSet<BootSourceSelection> Selections { get; }

    /// <summary>The selections of a source, by id.</summary>
    /// <param name="sourceId">The source.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<BootSourceSelection>> ListSelectionsAsync(long sourceId, CancellationToken cancellationToken = default) =>
        Selections.ListAsync(
            new RecordQuery<BootSourceSelection>(BootSourceTables.Selections) { Where = [RecordCondition.Is("source", sourceId)] },
            cancellationToken);

    private static (string Field, string Reason)? Check(BootSource source) =>
        source.Url.Length == 0 ? ("url", FormMessages.Required)
        : source.Url.Length > LongestUrl || source.Url.Any(char.IsWhiteSpace)
            || !Uri.TryCreate(source.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0
            ? ("url", "Enter a valid URL.")
        : source.KeyringFilename.Length > LongestPath ? ("keyring_filename", FormMessages.TooLong(source.KeyringFilename, LongestPath))
        : source.KeyringData.Length > LongestKeyring ? ("keyring_data", $"Ensure this value has at most {LongestKeyring} bytes.")
        : source.KeyringFilename.Length == 0 && source.KeyringData.Length == 0
            ? (FormMessages.WholeForm, "One of keyring_data or keyring_filename must be specified.")
        : source.KeyringFilename.Length > 0 && source.KeyringData.Length > 0
            ? (FormMessages.WholeForm, "Only one of keyring_filename or keyring_data can be specified.")
        : null;

    private static (string Field, string Reason)? Check(BootSourceSelection selection) =>
        CheckWord("os", selection.OsSystem) ?? CheckWord("release", selection.Release)
        ?? CheckWords("arches", selection.Architectures) ?? CheckWords("subarches", selection.Subarchitectures)
        ?? CheckWords("labels", selection.Labels);

    private static (string Field, string Reason)? CheckWord(string field, string word) =>
        word.Length == 0 ? (field, FormMessages.Required) : Word().IsMatch(word) ? null : (field, FormMessages.Invalid);

    private static (string Field, string Reason)? CheckWords(string field, IReadOnlyList<string> words) =>
        words.Count > MostWords || words.Any(word => !Word().IsMatch(word)) ? (field, FormMessages.Invalid) : null;

    [GeneratedRegex(@"\A(?:\*|[A-Za-z0-9][A-Za-z0-9._+-]{0,63})\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word();
}

/// <summary>The tables of sources of images.</summary>
internal static class BootSourceTables
{
    public static RecordTable<BootSource> Sources { get; } = new(
        "boot_sources",
        BootSourceJson.Default.BootSource,
        [RecordColumn.Text<BootSource>("url", source => source.Url)],
        [new RecordKey("url", "url")]);

    public static RecordTable<BootSourceSelection> Selections { get; } = new(
        "boot_source_selections",
        BootSourceJson.Default.BootSourceSelection,
        [
            RecordColumn.Reference<BootSourceSelection>("source", selection => selection.BootSourceId, Sources, cascades: true),
            RecordColumn.Text<BootSourceSelection>("osystem", selection => selection.OsSystem),
            RecordColumn.Text<BootSourceSelection>("release", selection => selection.Release),
        ],
        [new RecordKey(FormMessages.WholeForm, "source", "osystem", "release")]);

    public static IReadOnlyList<RecordTable> All { get; } = [Sources, Selections];
}

/// <summary>How sources of images are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BootSource))]
[JsonSerializable(typeof(BootSourceSelection))]
internal sealed partial class BootSourceJson : JsonSerializerContext;
