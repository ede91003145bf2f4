using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Nodes;

/// <summary>
/// A label for machines. One without a definition is put on by hand; one with a definition is put on the machines whose inventory matches
/// it, and taken off the others.
/// </summary>
/// <param name="Name">Letters, digits, <c>_ - .</c>; at most 255. Unique.</param>
/// <param name="Comment">Free text, at most 4096 characters.</param>
/// <param name="KernelOptions">
/// Appended to the kernel's command line when a machine with the tag boots the ephemeral environment; printable ASCII, at most 512
/// characters.
/// </param>
/// <param name="Definition">
/// XPath 1.0 over the inventory as <c>lshw -xml</c> shows it (<see cref="Inventory.LshwDocument"/>); empty for none.
/// </param>
public sealed record Tag(string Name, string Comment = "", string KernelOptions = "", string Definition = "") : StoredRecord
{
    /// <summary>Whether it has a definition.</summary>
    [JsonIgnore]
    public bool IsDefined => Definition.Length > 0;
}

/// <summary>
/// How far the evaluation of a tag's definition on all machines has come; stored from the change of the definition to the end.
/// </summary>
internal sealed record TagEvaluation : StoredRecord
{
    /// <summary>The tag's id.</summary>
    public long Tag { get; init; }

    /// <summary><see cref="Machine.Number"/> of the last machine that was evaluated; 0 for none.</summary>
    public long After { get; init; }

    /// <summary>How many machines were evaluated.</summary>
    public int Evaluated { get; init; }

    /// <summary>How many of these match.</summary>
    public int Matching { get; init; }
}

/// <summary>The tables of tags.</summary>
internal static class TagTables
{
    public static RecordTable<Tag> Tags { get; } = new(
        "tags", TagJson.Default.Tag, [RecordColumn.Text<Tag>("name", tag => tag.Name)], [new RecordKey("name", "name")]);

    public static RecordTable<TagEvaluation> Evaluations { get; } = new(
        "tag_evaluations", TagJson.Default.TagEvaluation,
        [RecordColumn.Reference<TagEvaluation>("tag", evaluation => evaluation.Tag, Tags, cascades: true)],
        [new RecordKey("tag", "tag")]);

    public static IReadOnlyList<RecordTable> All { get; } = [Tags, Evaluations];
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Tag))]
[JsonSerializable(typeof(TagEvaluation))]
internal sealed partial class TagJson : JsonSerializerContext;
