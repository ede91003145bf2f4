using Maas.Images.ByteSources;
using Maas.Images.FileTrees;
using Maas.Images.Primitives;

namespace Maas.Images.Formats.SquashFs;

/// <summary>A squashfs 4.0 file system, compressed with gzip, lzo, xz, lz4 or zstd: live systems and MAAS's own ephemeral images.</summary>
public sealed class SquashFileTree : IFileTree
{
    private readonly SquashSuperblock _super;
    private readonly SquashMetadata _metadata;
    private readonly SquashReader _reader;
    private readonly SquashTable _ids;
    private readonly SquashAttributes? _attributes;

    internal SquashFileTree(RandomAccessSource image)
    {
        _super = SquashSuperblock.Read(image);
        _metadata = new SquashMetadata(image, _super.Compression);
        _reader = new SquashReader(image, _super, _metadata);
        _ids = new SquashTable(image, _metadata, _super.IdTable, _super.IdTable < 0 ? 0 : _super.IdCount, 4, "squashfs id table");
        _attributes = _super.AttributeTable < 0 ? null : new SquashAttributes(image, _metadata, _super.AttributeTable);
        Root = Entry("", _super.RootInode);
        if (Root.Kind != FileKind.Directory)
            throw new InvalidImageException("squashfs inode", "the root is no directory", _super.InodeTable);
    }

    /// <inheritdoc/>
    public string Format => "squashfs";

    /// <summary>Empty: a squashfs has no label.</summary>
    public string Label => "";

    /// <summary><c>gzip</c>, <c>lzo</c>, <c>xz</c>, <c>lz4</c> or <c>zstd</c>.</summary>
    public string Compression =>
        _super.Compression == SquashCompression.Zstandard ? "zstd" : _super.Compression.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public FileEntry Root { get; }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(FileEntry directory)
    {
        var inode = Inode(directory);
        if (inode.Kind != FileKind.Directory) throw new ArgumentException($"{directory} is no directory.", nameof(directory));
        var block = _super.DirectoryTable + inode.Listing.Block;
        return SquashDirectory.Read(_metadata.At(block, inode.Listing.Offset), inode, block)
            .Select(entry => Entry(directory.PathOf(entry.Name), entry.Inode));
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File) throw new ArgumentException($"{file} is no regular file.", nameof(file));
        return new SquashFileBytes(_reader, Inode(file)).OpenStream();
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) =>
        _attributes?.Read(Inode(entry).Attributes) ?? [];

    private FileEntry Entry(string path, ulong reference)
    {
        var inode = SquashInode.Read(
            _metadata.At(_super.InodeTable, reference), _super.BlockSize, _super.InodeTable + (long)(reference >> 16));
        return new FileEntry
        {
            Path = path,
            Kind = inode.Kind,
            Length = inode.Kind == FileKind.File ? inode.Length : 0,
            Mode = (UnixFileMode)(inode.Mode & 0xFFF),
            UserId = _ids.Entry(inode.UserIndex).U32(0),
            GroupId = _ids.Entry(inode.GroupIndex).U32(0),
            ModifiedAt = DateTimeOffset.FromUnixTimeSeconds(inode.Time),
            LinkTarget = inode.LinkTarget,
            Device = inode.Device,
            FileNumber = inode.Number,
            LinkCount = inode.Links,
            Place = inode,
        };
    }

    private static SquashInode Inode(FileEntry entry) =>
        entry.Place as SquashInode ?? throw new ArgumentException($"{entry} is of another tree.", nameof(entry));
}
