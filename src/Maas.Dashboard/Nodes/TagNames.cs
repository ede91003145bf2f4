using Maas.Core.Nodes;
using Maas.Core.Records;

namespace Maas.Dashboard.Nodes;

/// <summary>Names of tags as a user types them.</summary>
internal static class TagNames
{
    /// <summary>The names in a text, between blanks or commas, each once.</summary>
    public static IReadOnlyList<string> In(string text) =>
        [.. text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    /// <summary>Creates the tags that do not exist.</summary>
    /// <returns>The created ones, or why one could not be created.</returns>
    public static async Task<(IReadOnlyList<string> Created, string? Refusal)> CreateMissingAsync(
        Tags tags, IReadOnlyList<string> names, MachineActor actor, CancellationToken cancellationToken)
    {
        if (names.Count == 0) return ([], null);
        if (!actor.IsAdministrator) return ([], "Only an administrator creates tags.");
        var known = (await tags.ListAsync(cancellationToken)).Select(tag => tag.Name).ToHashSet(StringComparer.Ordinal);
        List<string> missing = [.. names.Where(name => !known.Contains(name))];
        foreach (var name in missing)
        {
            if (await tags.CreateAsync(new Tag(name), actor.Name, cancellationToken) is RecordEdit<Tag>.Refused refused)
                return ([], $"Tag {name}: {refused.Reason}");
        }

        return (missing, null);
    }
}
