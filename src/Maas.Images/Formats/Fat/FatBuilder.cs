using System.Diagnostics.CodeAnalysis;
using Maas.Images.ByteSources;
using Maas.Images.FileTrees;

namespace Maas.Images.Formats.Fat;

/// <summary>
/// Makes a FAT12, FAT16 or FAT32 volume with long names: an EFI system partition, a boot stick, a seed. The result is a plan: a seekable
/// stream that reads the files when it is read. The same input gives the same bytes.
/// </summary>
/// <example>
/// <code>
/// var fat = new FatBuilder { Label = "CIDATA" };
/// fat.AddFile("meta-data", "instance-id: i-1\n"u8.ToArray());
/// fat.AddFile("user-data", "user-data.yaml");
/// await using var seed = fat.Build();
/// </code>
/// </example>
[SuppressMessage("ApiDesign", "RS0026", Justification = "The overloads differ in a required parameter: no call is ambiguous.")]
public sealed class FatBuilder
{
    private const long LongestFile = uint.MaxValue;

    private readonly FatNode _root = new("", isDirectory: true);

    /// <summary>The volume's label, up to 11 characters of ASCII, stored in upper case; none unless set.</summary>
    public string Label { get; init; } = "";

    /// <summary>
    /// The volume's number (<c>blkid</c> shows it as the UUID). <see langword="null"/> makes it of what is on the volume: names, times,
    /// lengths, and content in memory, but not that of files.
    /// </summary>
    public uint? VolumeId { get; init; }

    /// <summary>
    /// The time of entries without one of their own. 1980, which is FAT's first, unless set, so that it does not depend on the day.
    /// </summary>
    public DateTimeOffset CreatedAt { get; init; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>12, 16 or 32; <see langword="null"/> goes by the length: FAT12 below 4 MiB, FAT32 from 512 MiB.</summary>
    public int? Bits { get; init; }

    /// <summary>
    /// Bytes of the volume, rounded down to whole sectors of 512; <see langword="null"/> for little more than the files need.
    /// </summary>
    public long? Length { get; init; }

    /// <summary>Sectors of the disk before the volume, which boot code needs; 0 for a volume that is the whole disk.</summary>
    public uint HiddenSectors { get; init; }

    /// <summary>Adds a directory; those above it are made too.</summary>
    /// <exception cref="ArgumentException">A name is none that FAT can hold, or a file is in the way.</exception>
    public void AddDirectory(string path, FileOwnership? ownership = null) => Set(Directory(path), ownership);

    /// <summary>Adds a small file from memory; one of the same name is replaced.</summary>
    /// <exception cref="ArgumentException">A name is none that FAT can hold, or in the way.</exception>
    public void AddFile(string path, ReadOnlyMemory<byte> content, FileOwnership? ownership = null) =>
        Add(path, new MemoryBytes(content), ownership);

    /// <summary>Adds a file from the disk, which is read when the volume is.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="NotSupportedException">It is longer than 4 GiB − 1.</exception>
    public void AddFile(string path, string file, FileOwnership? ownership = null) =>
        Add(path, ReopenedBytes.File(Path.GetFullPath(file)), ownership);

    /// <summary>Adds a file that a function opens, each time that it is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes it has.</param>
    /// <param name="open">Opens a seekable stream over it.</param>
    /// <param name="ownership">Time, and whether it can be written.</param>
    /// <exception cref="NotSupportedException">It is longer than 4 GiB − 1.</exception>
    public void AddFile(string path, long length, Func<Stream> open, FileOwnership? ownership = null) =>
        Add(path, new ReopenedBytes(path, length, open), ownership);

    /// <summary>Adds everything in a tree, which must stay open until the volume has been read.</summary>
    /// <param name="tree">An image's files, or a directory's.</param>
    /// <param name="into">The directory they go to; the root unless set.</param>
    /// <exception cref="NotSupportedException">FAT cannot keep it: a link, a device, a file longer than 4 GiB − 1.</exception>
    /// <exception cref="ArgumentException">A name is none that FAT can hold, or is there twice but for its case.</exception>
    public void AddTree(IFileTree tree, string into = "")
    {
        ArgumentNullException.ThrowIfNull(tree);
        foreach (var entry in tree.Walk())
        {
            var path = into.Length == 0 ? entry.Path : $"{into}/{entry.Path}";
            var ownership = new FileOwnership { Mode = entry.Mode, ModifiedAt = entry.ModifiedAt };
            if (Find(path) is { } there && (there.Name != entry.Name || !there.IsDirectory || entry.Kind != FileKind.Directory))
                throw new ArgumentException($"{path} is there twice, but for its case.", nameof(tree));
            if (entry.Kind == FileKind.Directory) AddDirectory(path, ownership);
            else if (entry.Kind == FileKind.File) AddFile(path, entry.Length, () => tree.OpenRead(entry), ownership);
            else throw new NotSupportedException($"A FAT cannot keep {entry.Path}: it is a {entry.Kind}.");
        }
    }

    /// <summary>Plans the volume and opens it.</summary>
    /// <exception cref="IOException">What was added does not fit in <see cref="Length"/>.</exception>
    /// <exception cref="NotSupportedException">A volume of this length cannot be of this type, or a directory has too many
    /// entries.</exception>
    public Stream Build() => new ByteStream(Plan(Length, HiddenSectors));

    internal PlannedBytes Plan(long? length, uint hiddenSectors)
    {
        if (Bits is not (null or 12 or 16 or 32)) throw new NotSupportedException($"There is no FAT{Bits}.");
        return new FatPlan(_root, Label, VolumeId, CreatedAt, hiddenSectors).Lay(length, Bits);
    }

    private void Add(string path, RandomAccessSource content, FileOwnership? ownership)
    {
        var node = new FatNode(NameOf(path), isDirectory: false) { Content = content, Length = content.Length };
        if (node.Length > LongestFile)
            throw new NotSupportedException($"A FAT holds files up to 4 GiB − 1, and {path} has {node.Length} bytes.");
        Set(node, ownership);
        var parent = Directory(ParentOf(path));
        if (parent.Children.TryGetValue(node.Name, out var there) && there.IsDirectory)
            throw new ArgumentException($"{path} is a directory.", nameof(path));
        parent.Children.Remove(node.Name); // its key may differ in case
        parent.Children.Add(node.Name, node);
    }

    private FatNode? Find(string path)
    {
        var node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (!node.Children.TryGetValue(name, out node)) return null;
        return node;
    }

    private FatNode Directory(string path)
    {
        var node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!node.Children.TryGetValue(name, out var child))
                node.Children.Add(name, child = new FatNode(FatShortName.Checked(name), isDirectory: true));
            node = child.IsDirectory ? child : throw new ArgumentException($"{path} leads through a file.", nameof(path));
        }

        return node;
    }

    private static void Set(FatNode node, FileOwnership? ownership)
    {
        node.ModifiedAt = ownership?.ModifiedAt;
        node.IsReadOnly = !node.IsDirectory
            && ownership?.Mode is { } mode
            && (mode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;
    }

    private static string ParentOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private static string NameOf(string path) => FatShortName.Checked(path[(path.LastIndexOf('/') + 1)..]);
}
