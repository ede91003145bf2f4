namespace Maas.Images.FileTrees;

/// <summary>
/// Walks a tree depth first. A directory that is its own ancestor, or a nesting no real tree has, is a hostile
/// image; a directory with two parents is one too, and is caught where a format numbers its directories.
/// </summary>
internal static class TreeWalk
{
    public const int DeepestNesting = 512;

    public static IEnumerable<FileEntry> From(IFileTree tree, FileEntry start)
    {
        var seen = new HashSet<long>();
        if (start.FileNumber != 0) seen.Add(start.FileNumber);
        var open = new Stack<IEnumerator<FileEntry>>();
        open.Push(tree.List(start).GetEnumerator());
        try
        {
            while (open.TryPeek(out var listing))
            {
                if (!listing.MoveNext())
                {
                    open.Pop().Dispose();
                    continue;
                }

                var entry = listing.Current;
                yield return entry;
                if (entry.Kind != FileKind.Directory) continue;
                if (entry.FileNumber != 0 && !seen.Add(entry.FileNumber))
                    throw new InvalidImageException($"{tree.Format} directory", $"directory {entry.FileNumber} is found a second time");
                if (open.Count >= DeepestNesting)
                    throw new InvalidImageException($"{tree.Format} directory", $"directories are nested deeper than {DeepestNesting}");
                open.Push(tree.List(entry).GetEnumerator());
            }
        }
        finally
        {
            foreach (var listing in open) listing.Dispose();
        }
    }
}
