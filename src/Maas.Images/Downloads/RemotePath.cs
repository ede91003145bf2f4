namespace Maas.Images.Downloads;

/// <summary>
/// A path that metadata names, below a mirror's address. Whatever the metadata holds, the result is on that mirror and below that
/// folder: each name is escaped as one segment, so a scheme, a host, a query, an encoded dot are characters of a name and no more.
/// </summary>
internal static class RemotePath
{
    private const int Longest = 4096;

    /// <summary>The address, or <see langword="null"/> if the path leaves <paramref name="mirror"/>.</summary>
    public static Uri? TryResolve(Uri mirror, string path)
    {
        if (path.Length is 0 or > Longest || path.Any(char.IsControl) || path.Contains('\\', StringComparison.Ordinal)) return null;
        var names = path.Split('/');
        if (names.Any(name => name is "" or "." or "..") || names[0].EndsWith(':')) return null;
        return new Uri($"{Folder(mirror)}{string.Join('/', names.Select(Escape))}");
    }

    /// <summary>The mirror's address with the slash at its end.</summary>
    public static Uri Folder(Uri mirror) => new(mirror.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");

    /// <summary>An address as it may be shown: without a password and without a query, which may be a key.</summary>
    public static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    // These are common in archives, mean nothing in a path, and not every server likes them escaped.
    private static string Escape(string name) =>
        Uri.EscapeDataString(name).Replace("%2B", "+", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);
}
