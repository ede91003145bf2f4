using System.Text;
using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>Small text files of a tree. Very long files are cut, because a tree may be hostile.</summary>
internal static class TreeText
{
    private const int Longest = 1 << 20;
    private const int MostNames = 10_000;

    /// <summary>The text at a path, links followed inside the tree; <see langword="null"/> if there is no file.</summary>
    public static string? Read(IFileTree tree, string path)
    {
        if (tree.Resolve(path) is not { Kind: FileKind.File } file) return null;
        using var content = tree.OpenRead(file);
        return Encoding.UTF8.GetString(Head(content, (int)Math.Min(file.Length, Longest)));
    }

    /// <summary>The lines of a file of any length, each at most as long as a line may be.</summary>
    public static IEnumerable<string> Lines(IFileTree tree, string path, long most)
    {
        if (tree.Resolve(path) is not { Kind: FileKind.File } file) yield break;
        using var reader = new StreamReader(tree.OpenRead(file), Encoding.UTF8);
        for (long read = 0; read < most && reader.ReadLine() is { } line; read += line.Length + 1) yield return line;
    }

    /// <summary>The entries of a directory at a path, links followed; none if there is no directory.</summary>
    public static IEnumerable<FileEntry> List(IFileTree tree, string path) =>
        tree.Resolve(path) is { Kind: FileKind.Directory } directory ? tree.List(directory).Take(MostNames) : [];

    /// <summary>Whether something is at a path, links followed.</summary>
    public static bool Has(IFileTree tree, string path) => tree.Resolve(path) is not null;

    /// <summary>The first bytes of a stream: <paramref name="most"/>, or all if there are fewer.</summary>
    public static byte[] Head(Stream content, int most)
    {
        var head = GC.AllocateUninitializedArray<byte>(most);
        return head[..content.ReadAtLeast(head, most, throwOnEndOfStream: false)];
    }
}
