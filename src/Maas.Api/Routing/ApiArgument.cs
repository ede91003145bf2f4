namespace Maas.Api.Routing;

/// <summary>An argument that an operation declares.</summary>
/// <param name="Name">Its name in the form or the query.</param>
/// <param name="Meaning">Its description, which clients show.</param>
internal sealed record ApiArgument(string Name, string Meaning)
{
    private const string Mark = ":param ";

    /// <summary>
    /// The arguments in a declaration: one <c>:param name: meaning</c> line each. MAAS's clients read the same notation in
    /// <c>describe/</c>.
    /// </summary>
    public static IReadOnlyList<ApiArgument> Parse(string doc) =>
    [
        .. doc.Split('\n').Where(line => line.StartsWith(Mark, StringComparison.Ordinal))
            .Select(line => line[Mark.Length..].Split(':', 2))
            .Select(parts => new ApiArgument(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "")),
    ];
}
