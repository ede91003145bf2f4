using Maas.Images.Archives;
using Maas.Images.FileTrees;

namespace Maas.Images.ArchiveTrees;

/// <summary>Puts entries in their places as they come from an archive.</summary>
internal sealed class ArchiveTreeBuilder(string structure)
{
    private const int MostEntries = 4 << 20;

    private int _entries;

    public ArchiveNode Root { get; private set; } = new(Directory(""));

    /// <summary>
    /// The path of an entry's name, safe to use; empty for the root. An absolute name loses its slashes, as tar and bsdtar unpack it and
    /// Linux an initrd.
    /// </summary>
    public string PathOf(string name, long offset) => ArchivePath.Normalize(name.TrimStart('/'), structure, offset);

    public ArchiveNode? Find(string path)
    {
        ArchiveNode? node = Root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries)) node = node?.Children.GetValueOrDefault(name);
        return node;
    }

    public void Add(ArchiveNode node, long offset)
    {
        if (++_entries > MostEntries) throw new InvalidImageException(structure, $"there are more than {MostEntries} entries", offset);
        var path = node.Entry.Path;
        if (path.Length == 0)
        {
            if (node.Entry.Kind == FileKind.Directory) Root = Keep(Root, node);
            return;
        }

        var slash = path.LastIndexOf('/');
        var parent = Parent(slash < 0 ? "" : path[..slash], offset);
        var name = path[(slash + 1)..];
        var directory = node.Entry.Kind == FileKind.Directory;
        parent.Children[name] = directory && parent.Children.TryGetValue(name, out var before) && before.Entry.Kind == FileKind.Directory
            ? Keep(before, node)
            : node;
    }

    /// <summary>A directory named again gets new attributes and keeps its children.</summary>
    private static ArchiveNode Keep(ArchiveNode before, ArchiveNode now)
    {
        foreach (var (name, child) in before.Children) now.Children.TryAdd(name, child);
        return now;
    }

    private ArchiveNode Parent(string path, long offset)
    {
        var node = Root;
        var depth = 0;
        for (var start = 0; start < path.Length;)
        {
            if (++depth > TreeWalk.DeepestNesting)
                throw new InvalidImageException(structure, $"directories are nested deeper than {TreeWalk.DeepestNesting}", offset);
            var end = path.IndexOf('/', start);
            if (end < 0) end = path.Length;
            var name = path[start..end];
            // An entry below something that is no directory: unpacking would replace or refuse it; here the later name wins.
            if (!node.Children.TryGetValue(name, out var child) || child.Entry.Kind != FileKind.Directory)
                node.Children[name] = child = new ArchiveNode(Directory(path[..end]));
            node = child;
            start = end + 1;
        }

        return node;
    }

    private static FileEntry Directory(string path) => new()
    {
        Path = path,
        Kind = FileKind.Directory,
        Mode = (UnixFileMode)0b111_101_101,
        ModifiedAt = DateTimeOffset.UnixEpoch,
    };
}
