using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.ArchiveTrees;

/// <summary>
/// The tree that unpacking a tar or cpio archive would make: a later entry of the same name replaces an earlier one,
/// directories that no entry names are there all the same, and hard links share their content.
/// </summary>
public sealed class ArchiveFileTree : IFileTree, ILookupTree
{
    private readonly ArchiveNode _root;

    internal ArchiveFileTree(string format, ArchiveNode root) => (Format, _root) = (format, root);

    /// <inheritdoc/>
    public string Format { get; }

    /// <summary>Empty: an archive has no label.</summary>
    public string Label => "";

    /// <inheritdoc/>
    public FileEntry Root => _root.Entry;

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(FileEntry directory) => Node(directory).Children.Values.Select(child => child.Entry);

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File) throw new ArgumentException($"{file} is no regular file.", nameof(file));
        return (Node(file).Content ?? new MemoryBytes(default)).OpenStream();
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) => Node(entry).ExtendedAttributes;

    FileEntry? ILookupTree.Child(FileEntry directory, string name) => Node(directory).Children.GetValueOrDefault(name)?.Entry;

    private static ArchiveNode Node(FileEntry entry) =>
        entry.Place as ArchiveNode ?? throw new ArgumentException($"{entry} is of another tree.", nameof(entry));
}
