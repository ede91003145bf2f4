namespace Maas.Api.Routing;

/// <summary>A path and what can be asked of it: one line of the route table.</summary>
/// <param name="Path">
/// Below the mount point, for example <c>api/2.0/machines/{system_id}/</c>. <c>{name}</c> is one segment, <c>{name*}</c> at the end is
/// all that are left.
/// </param>
/// <param name="Handler">MAAS's own name for it, which clients derive theirs from.</param>
/// <param name="Doc">What it is.</param>
/// <param name="Actions">What it can be asked.</param>
internal sealed record ApiResource(string Path, string Handler, string Doc, params ApiAction[] Actions)
{
    /// <summary>A second path to something listed elsewhere: served, but not described.</summary>
    public bool IsAlias { get; init; }

    private readonly string[] _pattern = Path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The names in the path, in order.</summary>
    public IReadOnlyList<string> Parameters => [.. _pattern.Where(IsParameter).Select(segment => segment.Trim('{', '}', '*'))];

    /// <summary>The values of the path's parameters, or null when <paramref name="segments"/> is another path.</summary>
    public Dictionary<string, string>? Match(ReadOnlySpan<string> segments)
    {
        var takesRest = _pattern is [.., ['{', .., '*', '}']];
        if (takesRest ? segments.Length < _pattern.Length : segments.Length != _pattern.Length) return null;

        Dictionary<string, string> values = new(StringComparer.Ordinal);
        for (var i = 0; i < _pattern.Length; i++)
        {
            if (!IsParameter(_pattern[i]))
            {
                if (_pattern[i] != segments[i]) return null;
            }
            else if (takesRest && i == _pattern.Length - 1)
            {
                values[_pattern[i].Trim('{', '}', '*')] = string.Join('/', segments[i..]!);
            }
            else
            {
                values[_pattern[i].Trim('{', '}')] = segments[i];
            }
        }

        return values;
    }

    private static bool IsParameter(string segment) => segment[0] == '{';
}
