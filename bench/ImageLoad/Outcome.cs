using System.Security.Cryptography;
using System.Text;

namespace ImageLoad;

/// <summary>What a run left behind, told in a text: a file's SHA-256, or that of all names, kinds and contents below a directory.</summary>
internal static class Outcome
{
    public static string Of(string path)
    {
        if (File.Exists(path)) return OfFile(path);
        var all =
            new DirectoryInfo(path).EnumerateFileSystemInfos(
                "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default })
            .Select(info => (Name: Path.GetRelativePath(path, info.FullName), Info: info))
            .Where(item => item.Name != "lost+found" && item.Name != "rr_moved")
            .OrderBy(item => item.Name, StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var (name, info) in all)
            text.Append(name)
                .Append(' ')
                .Append(info.LinkTarget is { } link ? $"-> {link}" : info is FileInfo ? OfFile(info.FullName) : "directory")
                .Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The lines of a listing in order, without the root and without what marks a path.</summary>
    public static string OfListing(string path)
    {
        var names = File.ReadLines(path)
            .Select(line => line.TrimEnd('/'))
            .Where(line => line is not ("." or ""))
            .Order(StringComparer.Ordinal);
        return $"{names.Count()} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', names))))}";
    }

    /// <summary>What a reference tool finds in an image, which it takes out below a directory of its own.</summary>
    public static Func<string, string> In(Func<string, string, Command> extract) => image =>
    {
        var folder = $"{image}.content";
        Directory.CreateDirectory(folder);
        _ = extract(image, folder).Run();
        var outcome = Of(folder);
        Directory.Delete(folder, recursive: true);
        return outcome;
    };

    private static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
