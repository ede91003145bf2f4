using Maas.Images.Platform;

namespace Maas.Images.FileTrees;

/// <summary>
/// A directory of this machine as a tree: what an image is built from. Names are in ordinal order, so that the same files make
/// the same image. On Linux owners, devices, hard links and extended attributes are there; elsewhere every file is root's.
/// </summary>
/// <remarks>Links are never followed. A name that is not valid UTF-8 cannot be opened by .NET and is refused when it is read.</remarks>
/// <example>
/// <code>
/// await using var squash = File.Create("root.squashfs");
/// await new SquashBuilder().WriteAsync(new FolderTree("root"), squash);
/// </code>
/// </example>
public sealed class FolderTree : IFileTree, ILookupTree
{
    private readonly string _folder;
    private readonly (uint, uint) _device;

    /// <summary>Shows a directory; it is read when the tree is.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public FolderTree(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no directory {folder}.");
        _folder = Path.GetFullPath(folder);
        _device = FileStatus.Of(_folder)?.FileSystem ?? default;
        Root = Entry(new DirectoryInfo(_folder), "");
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
        var all = new EnumerationOptions { AttributesToSkip = default, IgnoreInaccessible = false };
        return new DirectoryInfo(PathOf(directory)).EnumerateFileSystemInfos("*", all)
            .OrderBy(info => info.Name, StringComparer.Ordinal)
            .Select(info => Entry(info, directory.PathOf(info.Name)));
    }

    /// <inheritdoc/>
    public Stream OpenRead(FileEntry file)
    {
        if (file.Kind != FileKind.File) throw new ArgumentException($"{file} is no regular file.", nameof(file));
        return new FileStream(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes(FileEntry entry) => FileStatus.AttributesOf(PathOf(entry));

    FileEntry? ILookupTree.Child(FileEntry directory, string name)
    {
        var path = Path.Combine(PathOf(directory), name);
        FileSystemInfo info = new FileInfo(path);
        if (info.LinkTarget is null && Directory.Exists(path)) info = new DirectoryInfo(path);
        return FileName.IsProper(name) && (info.Exists || info.LinkTarget is not null) ? Entry(info, directory.PathOf(name)) : null;
    }

    private string PathOf(FileEntry entry) => Path.Combine(_folder, entry.Path);

    private FileEntry Entry(FileSystemInfo info, string path)
    {
        var link = info.LinkTarget;
        var status = FileStatus.Of(info.FullName);
        var kind = status?.Kind ?? (link is not null ? FileKind.SymbolicLink : info is DirectoryInfo ? FileKind.Directory : FileKind.File);
        return new FileEntry
        {
            Path = path,
            Kind = kind,
            Length = kind == FileKind.File ? status?.Length ?? ((FileInfo)info).Length : 0,
            Mode = status?.Mode ?? (UnixFileMode)(kind switch { FileKind.Directory => 0b111_101_101, FileKind.SymbolicLink => 0b111_111_111, _ => 0b110_100_100 }),
            UserId = status?.UserId ?? 0,
            GroupId = status?.GroupId ?? 0,
            ModifiedAt = status?.ModifiedAt ?? new DateTimeOffset(info.LastWriteTimeUtc),
            LinkTarget = link,
            Device = status?.Device,
            FileNumber = status is { } known && known.FileSystem == _device ? known.FileNumber : 0,
            LinkCount = status?.Links ?? 1,
        };
    }
}
