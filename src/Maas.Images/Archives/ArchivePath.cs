namespace Maas.Images.Archives;

/// <summary>Names in archives are data. This makes them safe to use as relative paths, or refuses.</summary>
internal static class ArchivePath
{
    private const int LongestPath = 4096;

    /// <summary><c>./usr/bin/x</c> becomes <c>usr/bin/x</c>; <c>..</c>, a NUL or an overlong name is refused.</summary>
    public static string Normalize(string name, string structure, long offset)
    {
        if (name.Length > LongestPath) throw new InvalidImageException(structure, "its name is longer than 4096 characters", offset);
        if (name.Contains('\0', StringComparison.Ordinal)) throw new InvalidImageException(structure, "its name holds a NUL", offset);
        if (name.StartsWith('/')) throw new InvalidImageException(structure, $"its name is absolute: {Printable(name)}", offset);

        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        if (parts.Contains("..")) throw new InvalidImageException(structure, $"its name leaves the archive: {Printable(name)}", offset);
        return string.Join('/', parts);
    }

    private static string Printable(string name) =>
        new([.. name.Take(80).Select(character => char.IsControl(character) ? '?' : character)]);
}
