namespace Maas.Images.FileTrees;

/// <summary>Finding and opening by path, on any tree.</summary>
public static class FileTreePaths
{
    private const int MostLinksFollowed = 40; // Linux's MAXSYMLINKS

    extension(IFileTree tree)
    {
        /// <summary>The entry at a path, or <see langword="null"/>. Links on the way and at the end are not followed.</summary>
        /// <param name="path">Names separated by <c>/</c>; a leading one is ignored; <c>.</c> and <c>..</c> are found nowhere.</param>
        public FileEntry? Find(string path)
        {
            var entry = tree.Root;
            foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (entry.Kind != FileKind.Directory || Child(tree, entry, name) is not { } next) return null;
                entry = next;
            }

            return entry;
        }

        /// <summary>
        /// The entry at a path, following links as a process whose root is this tree would: <c>..</c> stops at the root and
        /// absolute links start there. <see langword="null"/> if a name is missing or links go round in circles.
        /// </summary>
        public FileEntry? Resolve(string path)
        {
            var trail = new Stack<FileEntry>([tree.Root]);
            var names = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
            var links = 0;
            while (names.TryPop(out var name))
            {
                if (name == ".") continue;
                if (name == "..")
                {
                    if (trail.Count > 1) trail.Pop();
                    continue;
                }

                if (trail.Peek().Kind != FileKind.Directory || Child(tree, trail.Peek(), name) is not { } entry) return null;
                if (entry.Kind != FileKind.SymbolicLink)
                {
                    trail.Push(entry);
                    continue;
                }

                if (++links > MostLinksFollowed) return null;
                var target = entry.LinkTarget ?? "";
                if (target.StartsWith('/')) while (trail.Count > 1) trail.Pop();
                foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) names.Push(part);
            }

            return trail.Peek();
        }

        /// <summary>
        /// The path that a path leads to when links are followed as in <see cref="Resolve"/>, whether anything is there or not: where a
        /// file has to be written so that it is found at <paramref name="path"/>.
        /// </summary>
        /// <exception cref="IOException">The links go round in circles.</exception>
        public string ResolvePath(string path)
        {
            var trail = new List<string>();
            var names = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
            var links = 0;
            while (names.TryPop(out var name))
            {
                if (name == ".") continue;
                if (name == "..")
                {
                    if (trail.Count > 0) trail.RemoveAt(trail.Count - 1);
                    continue;
                }

                trail.Add(name);
                if (tree.Find(string.Join('/', trail)) is not { Kind: FileKind.SymbolicLink, LinkTarget: { } target }) continue;
                if (++links > MostLinksFollowed) throw new IOException($"The links at {FileName.Printable(path)} go round in circles.");
                trail.RemoveAt(trail.Count - 1);
                if (target.StartsWith('/')) trail.Clear();
                foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) names.Push(part);
            }

            return string.Join('/', trail);
        }

        /// <summary>The content of the regular file at a path, links followed inside the tree.</summary>
        /// <exception cref="FileNotFoundException">Nothing is there, or it is no regular file.</exception>
        public Stream OpenRead(string path) =>
            tree.Resolve(path) is { Kind: FileKind.File } file
                ? tree.OpenRead(file)
                : throw new FileNotFoundException($"The image has no file {path}.", path);

        /// <summary>Every entry below a directory, parents before children, without the directory itself; links are not followed.</summary>
        /// <param name="directory">Where to begin; <see langword="null"/> is the root.</param>
        /// <exception cref="InvalidImageException">A directory holds itself or is nested deeper than any real tree.</exception>
        public IEnumerable<FileEntry> Walk(FileEntry? directory = null) => TreeWalk.From(tree, directory ?? tree.Root);
    }

    private static FileEntry? Child(IFileTree tree, FileEntry directory, string name) =>
        tree is ILookupTree lookup
            ? lookup.Child(directory, name)
            : tree.List(directory).FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.Ordinal));
}
