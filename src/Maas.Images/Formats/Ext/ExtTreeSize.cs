using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// How many inodes and blocks a tree takes, counted as <see cref="ExtTreeCopy"/> lays it out: content, directories with their names, links
/// that do not fit in an inode, attributes that do not fit there, and the blocks of maps with many stretches. Holes are counted as if they
/// were none.
/// </summary>
/// <param name="blockSize">Bytes in a block.</param>
internal sealed class ExtTreeSize(int blockSize)
{
    private const int ShortLink = 60;
    private const int InlineAttributes = ExtGeometry.InodeSize - 128 - 32 - 8; // behind the fields of an inode; a magic and an end
    private const int RootRuns = 4;
    private const int RunSize = 12, NodeHead = 16;
    private const int LeastRun = 32; // blocks, when every second stretch of 64 KiB is a hole

    private readonly HashSet<long> _linked = [];
    private readonly Dictionary<string, Directory> _directories = new(StringComparer.Ordinal);
    private long _blocks;

    /// <summary>Files, directories, links and nodes, each once however many names it has.</summary>
    public long Inodes { get; private set; } = 1;

    /// <summary>Blocks of all that is not the file system's own.</summary>
    public long Blocks => _blocks + _directories.Values.Sum(directory => directory.Blocks + MapBlocks(directory.Blocks));

    /// <summary>Counts a whole tree.</summary>
    public static ExtTreeSize Of(IFileTree tree, int blockSize, CancellationToken cancellationToken)
    {
        var size = new ExtTreeSize(blockSize);
        size._directories[""] = size.NewDirectory();
        size._directories[""].Add("lost+found".Length);
        size.AddAttributes(tree, tree.Root);
        foreach (var entry in tree.Walk())
        {
            cancellationToken.ThrowIfCancellationRequested();
            size.Add(tree, entry);
        }

        return size;
    }

    private void Add(IFileTree tree, FileEntry entry)
    {
        if (_directories.TryGetValue(entry.Path[..Math.Max(0, entry.Path.LastIndexOf('/'))], out var parent))
            parent.Add(FileName.Encode(entry.Name).Length);
        if (entry.Kind == FileKind.Directory) _directories[entry.Path] = NewDirectory();
        else if (entry is { LinkCount: > 1, FileNumber: not 0 } && !_linked.Add(entry.FileNumber)) return;
        Inodes++;
        var content = entry.Kind == FileKind.File ? (entry.Length + blockSize - 1) / blockSize : 0;
        _blocks += content + MapBlocks((content + LeastRun - 1) / LeastRun);
        if (entry.Kind == FileKind.SymbolicLink && FileName.Encode(entry.LinkTarget ?? "").Length >= ShortLink) _blocks++;
        AddAttributes(tree, entry);
    }

    private void AddAttributes(IFileTree tree, FileEntry entry)
    {
        var attributes = tree.ExtendedAttributes(entry);
        if (attributes.Count > 0
            && attributes.Sum(attribute => ExtAttributes.ToDisk(attribute.Key, attribute.Value.Span).Size) > InlineAttributes)
            _blocks++;
    }

    /// <summary>Blocks of a map with so many runs, which are four in the inode itself.</summary>
    private long MapBlocks(long runs)
    {
        long each = (blockSize - NodeHead) / RunSize, all = 0;
        for (var nodes = runs; nodes > RootRuns; all += nodes) nodes = (nodes + each - 1) / each;
        return all == 0 ? 0 : all + 1; // one more while the map is rewritten
    }

    private Directory NewDirectory() => new(blockSize - ExtDirectory.TailSize);

    /// <summary>A list of names: each goes to the last block, or to a new one.</summary>
    private sealed class Directory(int room)
    {
        private int _used = ExtDirectoryBlock.Needed(1) + ExtDirectoryBlock.Needed(2);

        public long Blocks { get; private set; } = 1;

        public void Add(int nameLength)
        {
            var needed = ExtDirectoryBlock.Needed(nameLength);
            if (_used + needed > room) (Blocks, _used) = (Blocks + 1, 0);
            _used += needed;
        }
    }
}
