using Maas.Images.FileTrees;

namespace Maas.Images.Formats.SquashFs;

/// <summary>The tree to write, with its inodes numbered: the root is 1, parents come before children.</summary>
internal sealed class SquashTree
{
    private readonly IFileTree _tree;
    private readonly Dictionary<long, SquashIdentity> _links = [];
    private readonly Dictionary<long, int> _lengths = [];

    public SquashTree(IFileTree tree)
    {
        _tree = tree;
        Root = new SquashNode(tree.Root, []) { Identity = NewIdentity(tree.Root) };
        var open = new Stack<(SquashNode Node, int Depth)>([(Root, 0)]);
        while (open.TryPop(out var next)) Fill(next.Node, next.Depth, open);
    }

    public SquashNode Root { get; }

    /// <summary>Every inode once, by number, with an entry that shows it.</summary>
    public List<(SquashIdentity Identity, FileEntry Entry)> Inodes { get; } = [];

    /// <summary>Whether several files are of that length.</summary>
    public bool HasOthersOfLength(long length) => _lengths[length] > 1;

    private void Fill(SquashNode directory, int depth, Stack<(SquashNode, int)> open)
    {
        if (depth > TreeWalk.DeepestNesting)
            throw new InvalidImageException($"{_tree.Format} directory", $"directories are nested deeper than {TreeWalk.DeepestNesting}");
        foreach (var (entry, name) in _tree.List(directory.Entry)
            .Select(entry => (entry, Name: FileName.Encode(entry.Name)))
            .OrderBy(pair => pair.Name, ByBytes))
        {
            if (name.Length > 256) throw new PathTooLongException($"{entry.Path}: a squashfs has names of up to 256 bytes.");
            var node = new SquashNode(entry, name) { Identity = NewIdentity(entry) };
            directory.Children.Add(node);
        }

        foreach (var child in directory.Children.Where(child => child.Entry.Kind == FileKind.Directory).Reverse())
            open.Push((child, depth + 1));
    }

    private SquashIdentity NewIdentity(FileEntry entry)
    {
        var mayBeLinked = entry.Kind != FileKind.Directory && entry.LinkCount > 1 && entry.FileNumber != 0;
        if (mayBeLinked && _links.TryGetValue(entry.FileNumber, out var known))
        {
            known.Names++;
            return known;
        }

        var identity = new SquashIdentity((uint)Inodes.Count + 1);
        Inodes.Add((identity, entry));
        if (mayBeLinked) _links.Add(entry.FileNumber, identity);
        if (entry.Kind == FileKind.File) _lengths[entry.Length] = _lengths.GetValueOrDefault(entry.Length) + 1;
        return identity;
    }

    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}
