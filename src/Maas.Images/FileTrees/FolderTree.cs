using Maas.Images.Primitives;

namespace Maas.Images.FileTrees;

/// <summary>
/// A directory of this machine as a tree: what an image is built from. Names are in ordinal order, so that the same files make
/// the same image. On Linux owners, devices, hard links and extended attributes are there; elsewhere every file is root's.
/// </summary>
/// <remarks>Links are never followed. On Linux a name is bytes, which need not be UTF-8 (<see cref="FileName"/>).</remarks>
/// <example>
/// <code>
/// await using var squash = File.Create("root.squashfs");
/// await new SquashBuilder().WriteAsync(new FolderTree("root"), squash);
/// </code>
/// </example>
public sealed class FolderTree : IFileTree, ILookupTree
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = default, IgnoreInaccessible = false };

    private readonly string _folder;
    private readonly (uint, uint) _device;

    /// <summary>Shows a directory; it is read when the tree is.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public FolderTree(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no directory {folder}.");
        _folder = Path.GetFullPath(folder);
        var status = FileStatus.OfTarget(_folder); // the folder itself may be reached through a link
        _device = status?.FileSystem ?? default;
        Root = status is null ? EntryWithoutStatus("", _folder) : Entry("", _folder, status);
    }

    /// <inheritdoc/>
    public string Format => "folder";

    /// <summary>Empty: a directory has no label.</summary>
    public string Label => "";

    /// <inheritdoc/>
    public FileEntry Root { get; }

    /// <inheritdoc/>
    public IEnumerable<FileEntry> List(FileEntry directory)
    {
        if (directory.Kind != FileKind.Directory) throw new ArgumentException($"{directory} is no directory.", nameof(directory));
        var path = PathOf(directory);
        var names = OperatingSystem.IsLinux()
            ? Posix.Names(path)
            : [.. new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything).Select(info => info.Name)];
        names.Sort(StringComparer.Ordinal);
        return names.Select(name => Entry(directory.PathOf(name)));
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File) throw new ArgumentException($"{file} is no regular file.", nameof(file));
        return HostFile.OpenRead(PathOf(file));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) => FileStatus.AttributesOf(PathOf(entry));

    FileEntry? ILookupTree.Child(FileEntry directory, string name)
    {
        if (!FileName.IsProper(name)) return null;
        var path = directory.PathOf(name);
        return HostFile.Exists(Path.Combine(_folder, path)) ? Entry(path) : null;
    }

    private string PathOf(FileEntry entry) => Path.Combine(_folder, entry.Path);

    private FileEntry Entry(string path)
    {
        var full = Path.Combine(_folder, path);
        return FileStatus.Of(full) is { } status ? Entry(path, full, status) : EntryWithoutStatus(path, full);
    }

    private FileEntry Entry(string path, string full, FileStatus status) => new()
    {
        Path = path,
        Kind = status.Kind,
        Length = status.Kind == FileKind.File ? status.Length : 0,
        Mode = status.Mode,
        UserId = status.UserId,
        GroupId = status.GroupId,
        ModifiedAt = status.ModifiedAt,
        LinkTarget = OperatingSystem.IsLinux() && status.Kind == FileKind.SymbolicLink ? Posix.ReadLink(full) : null,
        Device = status.Device,
        FileNumber = status.FileSystem == _device ? status.FileNumber : 0,
        LinkCount = status.Links,
    };

    private static FileEntry EntryWithoutStatus(string path, string full)
    {
        FileSystemInfo info = Directory.Exists(full) && new FileInfo(full).LinkTarget is null
            ? new DirectoryInfo(full)
            : new FileInfo(full);
        var kind = info.LinkTarget is not null ? FileKind.SymbolicLink : info is DirectoryInfo ? FileKind.Directory : FileKind.File;
        return new FileEntry
        {
            Path = path,
            Kind = kind,
            Length = kind == FileKind.File ? ((FileInfo)info).Length : 0,
            Mode = (UnixFileMode)(kind switch
            {
                FileKind.Directory => 0b111_101_101,
                FileKind.SymbolicLink => 0b111_111_111,
                _ => 0b110_100_100
            }),
            ModifiedAt = new DateTimeOffset(info.LastWriteTimeUtc),
            LinkTarget = info.LinkTarget,
        };
    }
}
