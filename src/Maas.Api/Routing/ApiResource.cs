namespace Maas.Api.Routing;

/// <summary>A path and its operations: one entry of the route table.</summary>
/// <param name="Path">
/// Below the mount point, for example <c>api/2.0/machines/{system_id}/</c>. <c>{name}</c> is one segment; <c>{name*}</c> at the end is
/// one segment or more.
/// </param>
/// <param name="Handler">MAAS's name for it, from which clients derive theirs.</param>
/// <param name="Doc">What it is.</param>
/// <param name="Actions">Its operations.</param>
internal sealed record ApiResource(string Path, string Handler, string Doc, params ApiAction[] Actions)
{
    /// <summary>A second path to a resource that is listed elsewhere: served, but not described.</summary>
    public bool IsAlias { get; init; }

    /// <summary>The segments of <see cref="Path"/>.</summary>
    public IReadOnlyList<string> Segments { get; } = Path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether it belongs to the metadata service.</summary>
    public bool IsMetadata { get; } = Path.StartsWith("metadata/", StringComparison.Ordinal);

    /// <summary>The names in the path, in order.</summary>
    public IReadOnlyList<string> Parameters => [.. Segments.Where(IsParameter).Select(segment => segment.Trim('{', '}', '*'))];

    /// <summary>The path as a route pattern of ASP.NET Core.</summary>
    public string Pattern => string.Concat(Segments.Select(segment =>
        "/" + (segment.EndsWith("*}", StringComparison.Ordinal) ? $"{{**{segment.Trim('{', '}', '*')}:required}}" : segment)));

    /// <summary>Whether a segment of <see cref="Path"/> is a parameter.</summary>
    public static bool IsParameter(string segment) => segment[0] == '{';
}
