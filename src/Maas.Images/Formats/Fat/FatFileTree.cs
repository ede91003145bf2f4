using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// A FAT12, FAT16 or FAT32 file system with long names: EFI system partitions, boot sticks, configuration drives. Names are found
/// without regard to case, by their long or their short form.
/// </summary>
public sealed class FatFileTree : IFileTree, ILookupTree
{
    internal const int MostDirectoryBytes = 65536 * FatDirectory.EntrySize;

    private readonly RandomAccessSource _volume;
    private readonly FatGeometry _geometry;
    private readonly FatTable _table;

    internal FatFileTree(RandomAccessSource volume)
    {
        _volume = volume;
        _geometry = FatGeometry.Read(volume);
        _table = new FatTable(volume, _geometry);
        Root = new FileEntry
        {
            Path = "",
            Kind = FileKind.Directory,
            Mode = (UnixFileMode)0b111_101_101,
            FileNumber = _geometry.RootCluster,
            ModifiedAt = DateTimeOffset.UnixEpoch,
            Place = new FatEntryLocation(_geometry.RootCluster, "", default),
        };
    }

    /// <inheritdoc/>
    public string Format => $"fat{_geometry.Bits}";

    /// <summary>The label in the root directory, or else the boot sector's.</summary>
    public string Label
    {
        get
        {
            var label = FatDirectory.LabelIn(ReadDirectory(Root).Read(0, checked((int)ReadDirectory(Root).Length), "FAT directory"));
            return label.Length != 0 ? label : _geometry.Label == "NO NAME" ? "" : _geometry.Label;
        }
    }

    /// <inheritdoc/>
    public FileEntry Root { get; }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(FileEntry directory)
    {
        var bytes = ReadDirectory(directory);
        return FatDirectory.Read(bytes.Read(0, checked((int)bytes.Length), "FAT directory"), directory, at => at);
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File) throw new ArgumentException($"{file} is no regular file.", nameof(file));
        var extents = file.Length == 0 ? [] : _table.Chain(Place(file).Cluster, file.Length, 0);
        return new ExtentBytes(_volume, extents, file.Length, "FAT file").OpenStream();
    }

    /// <summary>None: FAT has no extended attributes.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) =>
        new Dictionary<string, ReadOnlyMemory<byte>>();

    FileEntry? ILookupTree.Child(FileEntry directory, string name) => List(directory).FirstOrDefault(entry =>
        entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            || Place(entry).ShortName.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The positions of a directory's bytes; the root of a FAT12 or FAT16 is outside the cluster area.</summary>
    internal List<Extent> ExtentsOf(FileEntry directory)
    {
        if (directory.Kind != FileKind.Directory) throw new ArgumentException($"{directory} is no directory.", nameof(directory));
        var cluster = Place(directory).Cluster;
        return cluster == 0 && directory.Path.Length == 0
            ? [new Extent(0, _geometry.RootLength, _geometry.RootOffset)]
            : _table.Chain(cluster, null, MostDirectoryBytes + _geometry.ClusterSize);
    }

    private ExtentBytes ReadDirectory(FileEntry directory)
    {
        var extents = ExtentsOf(directory);
        return new ExtentBytes(_volume, extents, extents[^1].End, "FAT directory");
    }

    internal static FatEntryLocation Place(FileEntry entry) =>
        entry.Place as FatEntryLocation ?? throw new ArgumentException($"{entry} is of another tree.", nameof(entry));
}
