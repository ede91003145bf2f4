using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Ext;

/// <summary>
/// An ext2, ext3 or ext4 file system. Checksums are verified as structures are read. One that was not unmounted is read as it will
/// be when its journal has been replayed; the image is not changed.
/// </summary>
public sealed class ExtFileTree : IFileTree, ILookupTree
{
    private const int MostLinkTarget = 4096;
    private const string InlineRest = "system.data";

    private readonly RandomAccessSource _volume;
    private readonly ExtSuperblock _super;
    private readonly ExtInodes _inodes;
    private readonly ExtBlockMap _map;
    private readonly ExtAttributes _attributes;

    internal ExtFileTree(RandomAccessSource volume)
    {
        _super = ExtSuperblock.Read(volume);
        _volume = _super.Has(ExtIncompat.Recover) ? ReplayedBytes.Over(volume, _super).Bytes : volume;
        if (!ReferenceEquals(_volume, volume)) _super = ExtSuperblock.Read(_volume);
        _inodes = new ExtInodes(_volume, _super, new ExtGroups(_volume, _super).InodeTable);
        _map = new ExtBlockMap(_volume, _super);
        _attributes = new ExtAttributes(_volume, _super, ReadAttributeInode);
        var root = _inodes.Read(ExtInode.RootNumber);
        if (root.Kind != FileKind.Directory)
            throw new InvalidImageException("ext inode", "the root is no directory", _inodes.OffsetOf(ExtInode.RootNumber));
        Root = Entry("", root);
    }

    /// <inheritdoc/>
    public string Format => _super.Format;

    /// <inheritdoc/>
    public string Label => _super.Label;

    /// <summary>The file system's UUID, as in <c>/etc/fstab</c>.</summary>
    public Guid Uuid => new(_super.Uuid, bigEndian: true);

    /// <inheritdoc/>
    public FileEntry Root { get; }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(FileEntry directory)
    {
        foreach (var (name, inode) in Names(Inode(directory))) yield return Entry(directory.PathOf(name), _inodes.Read(inode));
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File) throw new ArgumentException($"{file} is no regular file.", nameof(file));
        var inode = Inode(file);
        if (inode.Has(ExtInode.Encrypted))
            throw new InvalidImageException("ext inode", $"inode {inode.Number} is encrypted", _inodes.OffsetOf(inode.Number));
        return Content(inode).OpenStream();
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry)
    {
        var found = _attributes.Read(Inode(entry));
        found.Remove(InlineRest);
        return found;
    }

    FileEntry? ILookupTree.Child(FileEntry directory, string name)
    {
        foreach (var entry in Names(Inode(directory), name))
            if (entry.Name.Equals(name, StringComparison.Ordinal)) return Entry(directory.PathOf(name), _inodes.Read(entry.Inode));
        return null;
    }

    /// <summary>What a tree of this volume does not show: changes in fast commits.</summary>
    internal static string? WarningOf(RandomAccessSource volume)
    {
        var super = ExtSuperblock.Read(volume);
        return super.Has(ExtIncompat.Recover) && ReplayedBytes.Over(volume, super).Journal.HasNewerFastCommits
            ? "The file system was not unmounted, and its last changes are in fast commits, which are not read here; mount it once, " +
                "or let e2fsck replay them."
            : null;
    }

    /// <summary>The entry of an inode, under a path that leads to it.</summary>
    internal FileEntry EntryOf(string path, uint number) => Entry(path, _inodes.Read(number));

    /// <summary>The names in a directory, with their inodes' numbers.</summary>
    internal IEnumerable<ExtDirectoryEntry> NamesOf(uint directory) => Names(_inodes.Read(directory));

    /// <summary>The names in a directory, or with one that is sought at least it.</summary>
    private IEnumerable<ExtDirectoryEntry> Names(ExtInode inode, string? sought = null)
    {
        if (inode.Kind != FileKind.Directory) throw new ArgumentException($"inode {inode.Number} is no directory.");
        if (inode.Has(ExtInode.Encrypted))
            throw new InvalidImageException("ext inode", $"inode {inode.Number} is encrypted", _inodes.OffsetOf(inode.Number));
        if (!inode.Has(ExtInode.Inline))
            return sought is null
                ? ExtDirectory.Read(Content(inode), _super, inode)
                : ExtDirectory.ReadAround(Content(inode), _super, inode, sought);

        // The parent's number, then entries; and in the attribute more of them, by themselves.
        var first = inode.BlockMap[4..].ToArray();
        var rest = _attributes.Read(inode).GetValueOrDefault(InlineRest);
        return ExtDirectory.ReadEntries(first, inode.Number).Concat(ExtDirectory.ReadEntries(rest, inode.Number));
    }

    private RandomAccessSource Content(ExtInode inode)
    {
        if (!inode.Has(ExtInode.Inline))
            return new ExtentBytes(_volume, _map.Read(inode), inode.Length, $"content of inode {inode.Number}");
        byte[] stored = [.. inode.BlockMap, .. _attributes.Read(inode).GetValueOrDefault(InlineRest).Span];
        var length = Math.Min(stored.Length, inode.Length); // what is not stored are zeros, as many as the length says
        return new ExtentBytes(new MemoryBytes(stored), length == 0 ? [] : [new Extent(0, length, 0)], inode.Length, "ext inline data");
    }

    private FileEntry Entry(string path, ExtInode inode)
    {
        var kind = inode.Kind;
        return new FileEntry
        {
            Path = path,
            Kind = kind,
            Length = kind == FileKind.File ? inode.Length : 0,
            Mode = (UnixFileMode)(inode.Mode & 0xFFF),
            UserId = inode.UserId,
            GroupId = inode.GroupId,
            ModifiedAt = inode.ModifiedAt,
            LinkTarget = kind == FileKind.SymbolicLink ? LinkTarget(inode) : null,
            Device = kind is FileKind.CharacterDevice or FileKind.BlockDevice ? inode.Device : null,
            FileNumber = inode.Number,
            LinkCount = inode.Links,
            Place = inode,
        };
    }

    private string LinkTarget(ExtInode inode)
    {
        if (inode.Length > MostLinkTarget)
            throw new InvalidImageException(
                "ext symbolic link", $"inode {inode.Number} is {inode.Length} bytes long", _inodes.OffsetOf(inode.Number));
        if (inode.Has(ExtInode.Encrypted)) return "";
        var inPlace = inode.Length < 60 && !inode.Has(ExtInode.UsesExtents) && !inode.Has(ExtInode.Inline);
        return FileName.Decode(inPlace
            ? inode.BlockMap[..(int)inode.Length]
            : Content(inode).Read(0, (int)inode.Length, "ext symbolic link"));
    }

    private byte[] ReadAttributeInode(uint number, long length)
    {
        var inode = _inodes.Read(number);
        if (!inode.Has(ExtInode.HoldsAttribute) || inode.Has(ExtInode.Inline))
            throw new InvalidImageException("ext attributes", $"inode {number} holds no value", _inodes.OffsetOf(number));
        return Content(inode).Read(0, (int)length, "ext attributes");
    }

    private static ExtInode Inode(FileEntry entry) =>
        entry.Place as ExtInode ?? throw new ArgumentException($"{entry} is of another tree.", nameof(entry));
}
