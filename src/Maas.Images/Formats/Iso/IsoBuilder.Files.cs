using System.Diagnostics.CodeAnalysis;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Iso;

[SuppressMessage("ApiDesign", "RS0026", Justification = "The overloads differ in a required parameter: no call is ambiguous.")]
public sealed partial class IsoBuilder
{
    /// <summary>Adds a directory; those above it are made too.</summary>
    public void AddDirectory(string path, FileOwnership? ownership = null) => Directory(path).Ownership = ownership ?? new FileOwnership();

    /// <summary>Adds a small file from memory; one of the same name is replaced.</summary>
    public void AddFile(string path, ReadOnlyMemory<byte> content, FileOwnership? ownership = null) =>
        AddFile(path, new MemoryBytes(content), ownership);

    /// <summary>Adds a file from the disk, which is read when the image is.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public void AddFile(string path, string file, FileOwnership? ownership = null) =>
        AddFile(path, ReopenedBytes.File(Path.GetFullPath(file)), ownership);

    /// <summary>Adds a file whose bytes come from elsewhere: out of another image, say.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="open">Opens a seekable stream of that length; called when the image is read, as often as needed and by several
    /// threads.</param>
    /// <param name="ownership">Owner, mode and time.</param>
    public void AddFile(string path, long length, Func<Stream> open, FileOwnership? ownership = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        AddFile(path, new ReopenedBytes(path, length, open), ownership);
    }

    /// <summary>Adds a symbolic link.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">Where it points, up to 1500 bytes, no name in it over 240.</param>
    /// <param name="ownership">Owner and time.</param>
    public void AddSymbolicLink(string path, string target, FileOwnership? ownership = null) =>
        Add(path, new IsoNode(NameOf(path), FileKind.SymbolicLink, ownership ?? new FileOwnership()) { Target = target });

    /// <summary>
    /// Adds everything in a tree: a <see cref="FolderTree"/>, or the files of another image, which has to stay open as long as the result.
    /// Hard links share their bytes. What Joliet has no word for (links, devices) is under Rock Ridge's names alone; extended attributes
    /// have no place in an ISO.
    /// </summary>
    /// <param name="tree">What to add.</param>
    /// <param name="path">The directory it goes into; the root unless said.</param>
    public void AddTree(IFileTree tree, string path = "")
    {
        ArgumentNullException.ThrowIfNull(tree);
        var links = new Dictionary<long, IsoContent>();
        foreach (var entry in tree.Walk())
        {
            var to = path.Trim('/').Length == 0 ? entry.Path : $"{path.Trim('/')}/{entry.Path}";
            var ownership = new FileOwnership
            {
                Mode = entry.Mode,
                UserId = entry.UserId,
                GroupId = entry.GroupId,
                ModifiedAt = entry.ModifiedAt
            };
            if (entry.Kind == FileKind.Directory) AddDirectory(to, ownership);
            else
                Add(
                    to,
                    new IsoNode(NameOf(to), entry.Kind, ownership)
                    {
                        Target = entry.LinkTarget,
                        Device = entry.Device,
                        Content = Content(tree, entry, links)
                    });
        }
    }

    private static IsoContent? Content(IFileTree tree, FileEntry entry, Dictionary<long, IsoContent> links)
    {
        if (entry.Kind != FileKind.File) return null;
        if (entry.FileNumber != 0 && links.TryGetValue(entry.FileNumber, out var known))
        {
            known.Names++;
            return known;
        }

        var content = new IsoContent(new ReopenedBytes(entry.Path, entry.Length, () => tree.OpenRead(entry)));
        if (entry.FileNumber != 0 && entry.LinkCount > 1) links.Add(entry.FileNumber, content);
        return content;
    }

    private void AddFile(string path, RandomAccessSource content, FileOwnership? ownership) =>
        Add(path, new IsoNode(NameOf(path), FileKind.File, ownership ?? new FileOwnership()) { Content = new IsoContent(content) });

    private void Add(string path, IsoNode node) => Directory(ParentOf(path)).Children[node.Name] = node;

    private IsoNode Directory(string path)
    {
        var node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!FileName.IsProper(name)) throw new ArgumentException($"{name} is no name.", nameof(path));
            if (!node.Children.TryGetValue(name, out var child))
                node.Children.Add(name, child = new IsoNode(name, FileKind.Directory, new FileOwnership()));
            node = child.Kind == FileKind.Directory ? child : throw new ArgumentException($"{path} leads through a file.", nameof(path));
        }

        return node;
    }

    private static string ParentOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return FileName.IsProper(name) && FileName.Encode(name).Length <= 255
            ? name
            : throw new ArgumentException($"{path} ends in no name.", nameof(path));
    }
}
